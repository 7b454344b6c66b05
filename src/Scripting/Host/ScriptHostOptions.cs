using SVco.Files;

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

    /// <summary>The user's cache folder; SVCO_TRACE=1 shows traces.</summary>
    public static ScriptHostOptions FromEnvironment() =>
        new() { CacheFolder = CacheRoot.Of("scripts"), ShowTrace = Environment.GetEnvironmentVariable("SVCO_TRACE") == "1" };
}
