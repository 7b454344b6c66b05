using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SVco.Models.Hub;

namespace SVco.Models.Tests;

/// <summary>
/// A hub with one sharded model, tiny/llava: small files come from the hub itself, weights by a redirect from a second server,
/// as on the real one. Tests replace single answers by <see cref="OnHub"/> and <see cref="OnStore"/>.
/// </summary>
public sealed class HubWorld : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    public const string Shard1 = "model-00001-of-00002.safetensors";
    public const string Shard2 = "model-00002-of-00002.safetensors";

    public HubWorld()
    {
        var index = """{"weight_map":{"a":"SHARD1","b":"SHARD2","c":"SHARD1"}}""".Replace("SHARD1", Shard1).Replace("SHARD2", Shard2);
        Files = new Dictionary<string, byte[]>
        {
            ["config.json"] = "{}"u8.ToArray(),
            ["tokenizer.json"] = """{"model":{}}"""u8.ToArray(),
            ["chat_template.jinja"] = "{{ messages }}"u8.ToArray(),
            ["preprocessor_config.json"] = """{"size":1}"""u8.ToArray(),
            ["model.safetensors.index.json"] = Encoding.UTF8.GetBytes(index),
            [Shard1] = Content(seed: 1),
            [Shard2] = Content(seed: 2),
            ["consolidated.safetensors"] = Content(seed: 3),
            ["pytorch_model.bin"] = Content(seed: 4),
            ["llava.gguf"] = Content(seed: 5),
            ["README.md"] = "hello"u8.ToArray(),
        };
        Store = new HubServer(request => OnStore(request) ?? FromStore(request));
        Hub = new HubServer(request => OnHub(request) ?? FromHub(request));
        Settings = new HubSettings
        {
            CacheFolder = Path.Combine(Folder, "hub"),
            Endpoint = Hub.Address,
            RetryDelay = TimeSpan.FromMilliseconds(5),
            Retries = 2,
        };
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("svco-hub").FullName;
    public Dictionary<string, byte[]> Files { get; }
    public HubServer Hub { get; }
    public HubServer Store { get; }
    public HubSettings Settings { get; init; }
    public Func<HubRequest, HubAnswer?> OnHub { get; set; } = _ => null;
    public Func<HubRequest, HubAnswer?> OnStore { get; set; } = _ => null;

    public HubCache Cache => new(Settings.CacheFolder, new HubId("tiny", "llava"));

    public IEnumerable<HubRequest> AllRequests => Hub.Requests.Concat(Store.Requests);

    public Task<string> ResolveAsync(HubSettings? settings = null, string id = "tiny/llava", IProgress<HubProgress>? progress = null) =>
        ModelHub.ResolveAsync(id, settings ?? Settings, progress, CancellationToken.None);

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>The etag of git, which the hub gives small files.</summary>
    public static string GitHash(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));

    public void Dispose()
    {
        Hub.Dispose();
        Store.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    static byte[] Content(int seed)
    {
        var bytes = new byte[100_000];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    HubAnswer FromHub(HubRequest request)
    {
        if (request.Path == "/api/models/tiny/llava/revision/main")
            return HubAnswer.Of(
                200,
                JsonSerializer.Serialize(new { sha = Commit, siblings = Files.Keys.Select(name => new { rfilename = name }) })
            );
        var prefix = $"/tiny/llava/resolve/{Commit}/";
        if (!request.Path.StartsWith(prefix) || !Files.TryGetValue(request.Path[prefix.Length..], out var content))
            return HubAnswer.Of(404);
        var name = request.Path[prefix.Length..];
        return name.EndsWith(".safetensors")
            ? HubAnswer.Of(
                302,
                "",
                ("Location", $"{Store.Address}store/{name}"),
                ("X-Linked-ETag", $"\"{Sha256(content)}\""),
                ("X-Linked-Size", $"{content.Length}"),
                ("ETag", "\"of the redirect\"")
            )
            : new(200, content, new Dictionary<string, string> { ["ETag"] = $"W/\"{GitHash(content)}\"" });
    }

    HubAnswer FromStore(HubRequest request)
    {
        var content = Files[request.Path["/store/".Length..]];
        return request.From is { } from ? Part(content, from) : new(200, content, new Dictionary<string, string>());
    }

    public static HubAnswer Part(byte[] content, int from, int? cutAfter = null) =>
        new(
            206,
            content[from..],
            new Dictionary<string, string> { ["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}" },
            cutAfter
        );
}
