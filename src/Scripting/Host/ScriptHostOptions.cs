namespace SVco.Scripting.Host;

/// <summary>What the host needs to know of the world around it.</summary>
public sealed record ScriptHostOptions
{
    /// <summary>Compiled scripts are kept here.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>Errors go here.</summary>
    public TextWriter Error { get; init; } = Console.Error;

    /// <summary>Files are shown relative to this folder.</summary>
    public string WorkingFolder { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>Whether an unexpected exception is shown with its whole trace.</summary>
    public bool ShowTrace { get; init; }

    /// <summary>XDG_CACHE_HOME or the system's cache folder; SVCO_TRACE=1 shows traces.</summary>
    public static ScriptHostOptions FromEnvironment() =>
        new()
        {
            CacheFolder = Path.Combine(UserCache(), "svco", "scripts"),
            ShowTrace = Environment.GetEnvironmentVariable("SVCO_TRACE") == "1",
        };

    static string UserCache() =>
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
        : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? Path.Combine(home, ".cache")
        : Path.GetTempPath();
}
