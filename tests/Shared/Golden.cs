using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SVco.Tests;

/// <summary>
/// The reference numbers of the real PyTorch stack: tests/golden, or the folder of the same layout that the
/// environment variable SVCO_GOLDEN names. Cases are discovered by listing folders, never by a fixed name.
/// </summary>
public static class Golden
{
    /// <summary>The folder that holds the topics.</summary>
    public static string Root { get; } =
        Environment.GetEnvironmentVariable("SVCO_GOLDEN") is not { Length: > 0 } folder ? Path.Combine(RepositoryRoot, "tests", "golden")
        // A topic may be absent and its tests then have no case; without any topic all of them would pass and show nothing.
        : Directory.Exists(folder) && Directory.GetDirectories(folder).Length > 0 ? folder
        : throw new DirectoryNotFoundException(
            $"SVCO_GOLDEN is {folder}, but {Path.GetFullPath(folder)} holds no topics. Give an absolute path."
        );

    /// <summary>The root of the checkout.</summary>
    public static string RepositoryRoot => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    /// <summary>A path under <see cref="Root"/>.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>The sub-folders of a topic; none when the topic is absent.</summary>
    public static IReadOnlyList<string> Folders(params string[] parts) =>
        Directory.Exists(PathOf(parts)) ? [.. Directory.GetDirectories(PathOf(parts)).Order(StringComparer.Ordinal)] : [];

    /// <summary>A parsed JSON file.</summary>
    public static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    static string ThisFile([CallerFilePath] string path = "") => path;
}
