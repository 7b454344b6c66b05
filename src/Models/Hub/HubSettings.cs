using SVco.Core;

namespace SVco.Models.Hub;

/// <summary>
/// Where models are kept and fetched from. The names and defaults of the environment variables are those of the
/// huggingface_hub library, so that both share one cache.
/// </summary>
public sealed record HubSettings
{
    /// <summary>The folder that holds <c>models--owner--name</c>.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The server, without a slash at its end.</summary>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>Sent to <see cref="Endpoint"/> only; never printed.</summary>
    public string? Token { get; init; }

    /// <summary>No request is made at all.</summary>
    public bool Offline { get; init; }

    /// <summary>How often a request, or a download that makes no headway, is tried again.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>The wait before the first retry; it doubles with each.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>A server that sends nothing for so long counts as cut off.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The settings of this process: HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE.
    /// </summary>
    /// <exception cref="UserException">A variable has a value that cannot be used.</exception>
    public static HubSettings FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>The settings that the named variables give; null or empty means not set.</summary>
    /// <exception cref="UserException">A variable has a value that cannot be used.</exception>
    public static HubSettings From(Func<string, string?> variable)
    {
        string? Get(string name) => variable(name)?.Trim() is { Length: > 0 } value ? value : null;
        var userFolder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var home = Get("HF_HOME") ?? Path.Combine(Get("XDG_CACHE_HOME") ?? Path.Combine(userFolder, ".cache"), "huggingface");
        var settings = new HubSettings
        {
            CacheFolder = Path.GetFullPath(WithHome(Get("HF_HUB_CACHE") ?? Path.Combine(home, "hub"), userFolder)),
            Token = Get("HF_TOKEN") is { } token ? Checked(token) : null,
            Offline = IsTrue(Get("HF_HUB_OFFLINE")) || IsTrue(Get("TRANSFORMERS_OFFLINE")),
        };
        return Get("HF_ENDPOINT") is { } endpoint ? settings with { Endpoint = Checked(endpoint, "HF_ENDPOINT") } : settings;
    }

    /// <summary>Everything but the token.</summary>
    public override string ToString() =>
        $"cache {CacheFolder}, {(Offline ? "offline" : $"server {Endpoint}")}, {(Token is null ? "no token" : "a token")}";

    static bool IsTrue(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    static string WithHome(string path, string userFolder) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? userFolder + path[1..] : path;

    static string Checked(string token) =>
        token.All(c => c is > ' ' and < '\x7f')
            ? token
            : throw new UserException("HF_TOKEN holds characters that no token has (spaces or control characters). Copy the token anew.");

    static Uri Checked(string endpoint, string variable) =>
        Uri.TryCreate(endpoint.TrimEnd('/'), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new UserException($"{variable} is '{endpoint}', which is not a web address. Give one like https://hub.example.org.");
}
