using SVco.Core;
using SVco.Models.Hub;

namespace SVco.Models.Tests;

/// <summary>Downloads, against a web server on loopback.</summary>
public sealed class HubDownloadTests : IDisposable
{
    readonly HubWorld world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task A_download_has_the_layout_of_huggingface_hub_and_only_the_files_that_a_model_needs()
    {
        var folder = await world.ResolveAsync();

        Assert.Equal(Path.Combine(world.Cache.ModelFolder, "snapshots", HubWorld.Commit), folder);
        string[] wanted =
        [
            "chat_template.jinja",
            "config.json",
            HubWorld.Shard1,
            HubWorld.Shard2,
            "model.safetensors.index.json",
            "preprocessor_config.json",
            "tokenizer.json",
        ];
        Assert.Equal(wanted, Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(HubWorld.Commit, File.ReadAllText(Path.Combine(world.Cache.ModelFolder, "refs", "main")));
        foreach (var name in wanted)
        {
            var content = world.Files[name];
            var etag = name.EndsWith(".safetensors") ? HubWorld.Sha256(content) : HubWorld.GitHash(content);
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(folder, name)));
            Assert.Equal(Path.Combine("..", "..", "blobs", etag), new FileInfo(Path.Combine(folder, name)).LinkTarget);
        }
        var blobs = Directory.GetFiles(Path.Combine(world.Cache.ModelFolder, "blobs"));
        Assert.Equal(wanted.Length, blobs.Length);
        Assert.DoesNotContain(blobs, blob => blob.EndsWith(".incomplete"));
    }

    [Fact]
    public async Task A_second_call_makes_no_request()
    {
        var first = await world.ResolveAsync();
        var requests = world.AllRequests.Count();

        Assert.Equal(first, await world.ResolveAsync());
        Assert.Equal(first, await world.ResolveAsync(world.Settings with { Offline = true }));
        Assert.Equal(first, await world.ResolveAsync(id: "tiny/llava@" + HubWorld.Commit));
        Assert.Equal(requests, world.AllRequests.Count());
    }

    [Fact]
    public async Task A_download_goes_on_after_a_cut_connection_from_the_byte_it_reached()
    {
        var cuts = 0;
        world.OnStore = request =>
            request.Path.EndsWith(HubWorld.Shard1) && cuts++ < 3
                ? request.From is { } from
                    ? HubWorld.Part(world.Files[HubWorld.Shard1], from, cutAfter: 20_000)
                    : new(200, world.Files[HubWorld.Shard1], new Dictionary<string, string>(), CutAfter: 20_000)
                : null;

        var folder = await world.ResolveAsync();

        Assert.Equal(world.Files[HubWorld.Shard1], File.ReadAllBytes(Path.Combine(folder, HubWorld.Shard1)));
        var starts = world.Store.Requests.Where(r => r.Path.EndsWith(HubWorld.Shard1)).Select(r => r.From ?? 0);
        Assert.Equal([0, 20_000, 40_000, 60_000], starts);
    }

    [Fact]
    public async Task A_download_that_makes_no_headway_ends_and_the_next_run_goes_on_where_it_stopped()
    {
        var isDown = true;
        world.OnStore = request =>
            !isDown ? null
            : request.From is { } from ? HubWorld.Part(world.Files[HubWorld.Shard1], from, cutAfter: 0)
            : new(200, world.Files[HubWorld.Shard1], new Dictionary<string, string>(), CutAfter: 30_000);

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());
        Assert.Contains(HubWorld.Shard1, error.Message);
        Assert.Contains("30000 of 100000 bytes", error.Message);

        isDown = false;
        world.Store.Requests.Clear();
        var folder = await world.ResolveAsync();
        Assert.Equal(30_000, world.Store.Requests.First().From);
        Assert.Equal(world.Files[HubWorld.Shard1], File.ReadAllBytes(Path.Combine(folder, HubWorld.Shard1)));
    }

    [Fact]
    public async Task A_server_that_ignores_ranges_is_read_from_the_start()
    {
        LeavePart(HubWorld.Shard1, world.Files[HubWorld.Shard1][..500]);
        world.OnStore = request => new(200, world.Files[Path.GetFileName(request.Path)], new Dictionary<string, string>());

        var folder = await world.ResolveAsync();

        Assert.Equal(world.Files[HubWorld.Shard1], File.ReadAllBytes(Path.Combine(folder, HubWorld.Shard1)));
    }

    [Fact]
    public async Task A_damaged_part_of_an_earlier_run_is_fetched_anew()
    {
        LeavePart(HubWorld.Shard1, new byte[500]);

        var folder = await world.ResolveAsync();

        Assert.Equal(world.Files[HubWorld.Shard1], File.ReadAllBytes(Path.Combine(folder, HubWorld.Shard1)));
        Assert.Equal([500, null], world.Store.Requests.Where(r => r.Path.EndsWith(HubWorld.Shard1)).Select(r => r.From));
    }

    [Fact]
    public async Task The_token_goes_to_the_hub_and_to_no_other_host()
    {
        await world.ResolveAsync(world.Settings with { Token = "hf_secret" });

        Assert.All(world.Hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Headers["authorization"]));
        Assert.NotEmpty(world.Store.Requests);
        Assert.All(world.Store.Requests, request => Assert.DoesNotContain("authorization", request.Headers.Keys));
        Assert.DoesNotContain("hf_secret", (world.Settings with { Token = "hf_secret" }).ToString());
    }

    [Fact]
    public async Task Relative_redirects_of_the_hub_are_followed_with_the_token()
    {
        world.OnHub = request =>
            request.Path.EndsWith($"/resolve/{HubWorld.Commit}/config.json") ? HubAnswer.Of(307, "", ("Location", "/moved/config.json"))
            : request.Path == "/moved/config.json" ? HubAnswer.Of(200, """{"moved":1}""", ("ETag", "\"abc\""))
            : null;

        var folder = await world.ResolveAsync(world.Settings with { Token = "hf_secret" });

        Assert.Equal("""{"moved":1}""", File.ReadAllText(Path.Combine(folder, "config.json")));
        Assert.All(world.Hub.Requests, request => Assert.Equal("Bearer hf_secret", request.Headers["authorization"]));
    }

    [Fact]
    public async Task Content_with_another_checksum_is_refused_and_deleted()
    {
        world.OnStore = request => new(200, new byte[100_000], new Dictionary<string, string>());

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains(HubWorld.Sha256(world.Files[HubWorld.Shard1]), error.Message);
        Assert.Contains(HubWorld.Sha256(new byte[100_000]), error.Message);
        Assert.False(File.Exists(Path.Combine(world.Cache.Snapshot(HubWorld.Commit), HubWorld.Shard1)));
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(world.Cache.ModelFolder, "blobs")), file => file.EndsWith(".incomplete"));
    }

    [Fact]
    public async Task Content_that_is_longer_than_the_server_said_is_refused()
    {
        world.OnStore = _ => new(200, new byte[100_001], new Dictionary<string, string>());

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains("more than the 100000 bytes", error.Message);
    }

    [Theory]
    [InlineData(401, null, "Accept its terms")]
    [InlineData(403, "hf_secret", "HF_TOKEN gives no access")]
    [InlineData(404, null, "no such model")]
    public async Task A_refusal_is_told_at_once_with_what_to_do(int status, string? token, string advice)
    {
        world.OnHub = _ => HubAnswer.Of(status);

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync(world.Settings with { Token = token }));

        Assert.Contains($"tiny/llava: {world.Hub.Address.GetLeftPart(UriPartial.Authority)} answered {status}", error.Message);
        Assert.Contains(advice, error.Message);
        Assert.DoesNotContain("hf_secret", error.ToString());
        Assert.Single(world.Hub.Requests);
    }

    [Fact]
    public async Task A_busy_server_is_asked_again()
    {
        var calls = 0;
        world.OnHub = _ => calls++ < 2 ? HubAnswer.Of(503, "", ("Retry-After", "0")) : null;

        Assert.True(File.Exists(Path.Combine(await world.ResolveAsync(), "config.json")));
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_named_after_the_last_retry()
    {
        world.OnHub = _ => HubAnswer.Of(503);

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains("answered 503", error.Message);
        Assert.Equal(world.Settings.Retries + 1, world.Hub.Requests.Count);
    }

    [Fact]
    public async Task A_silent_server_counts_as_cut_off()
    {
        world.OnStore = _ =>
        {
            Thread.Sleep(1000);
            return null;
        };

        var settings = world.Settings with { Patience = TimeSpan.FromMilliseconds(100), Retries = 1 };
        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync(settings));

        Assert.Contains("does not answer", error.Message);
    }

    [Fact]
    public async Task Concurrent_downloads_fetch_each_file_once()
    {
        var folders = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => world.ResolveAsync())));

        Assert.Single(folders.Distinct());
        Assert.Equal(2, world.Store.Requests.Count);
        Assert.Equal(world.Files[HubWorld.Shard2], File.ReadAllBytes(Path.Combine(folders[0], HubWorld.Shard2)));
    }

    [Fact]
    public async Task Progress_ends_with_all_bytes()
    {
        var reports = new List<HubProgress>();

        await world.ResolveAsync(progress: new Collector(reports));

        Assert.Equal(reports[^1].TotalBytes, reports[^1].Bytes);
        Assert.Equal(reports.Select(r => r.Bytes).Order(), reports.Select(r => r.Bytes));
        Assert.Single(reports.Select(r => r.TotalBytes).Distinct());
    }

    [Fact]
    public async Task A_full_disk_is_told_as_such()
    {
        if (!File.Exists("/dev/full"))
            return;
        // Every write to this device fails as on a full disk.
        var incomplete = Incomplete(HubWorld.Shard1);
        File.CreateSymbolicLink(incomplete, "/dev/full");

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains($"The disk of {world.Settings.CacheFolder} is full", error.Message);
    }

    [Fact]
    public async Task A_repository_without_safetensors_is_refused_by_name()
    {
        foreach (var name in world.Files.Keys.Where(name => name.Contains("safetensors")).ToList())
            world.Files.Remove(name);

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains("tiny/llava has neither model.safetensors nor model.safetensors.index.json", error.Message);
    }

    [Fact]
    public async Task An_index_that_points_out_of_its_folder_is_refused()
    {
        world.Files["model.safetensors.index.json"] = """{"weight_map":{"a":"../../../x.safetensors"}}"""u8.ToArray();

        var error = await Assert.ThrowsAsync<UserException>(() => world.ResolveAsync());

        Assert.Contains("../../../x.safetensors", error.Message);
    }

    void LeavePart(string name, byte[] part) => File.WriteAllBytes(Incomplete(name), part);

    string Incomplete(string name)
    {
        var blob = world.Cache.Blob(HubWorld.Sha256(world.Files[name]));
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        return blob + ".incomplete";
    }

    sealed class Collector(List<HubProgress> reports) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => reports.Add(value);
    }
}
