namespace SVco.Files;

/// <summary>Where everything lies that can be made again: reference and image features, compiled scripts, mended native libraries.</summary>
public static class CacheRoot
{
    /// <summary>SVCO_CACHE, else XDG_CACHE_HOME/svco, else svco in the system's place for a user's data, else in that for temporary files.</summary>
    public static string Folder => FolderOf(Environment.GetEnvironmentVariable);

    /// <summary>The folder of one cache.</summary>
    public static string Of(string name) => Path.Combine(Folder, name);

    internal static string FolderOf(Func<string, string?> variable) =>
        variable("SVCO_CACHE") is { Length: > 0 } own ? own
        : variable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? Path.Combine(xdg, "svco")
        : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            is { Length: > 0 } user
            ? Path.Combine(user, "svco")
        : Path.Combine(Path.GetTempPath(), "svco");
}
