using SVco.Core;

namespace SVco.Files;

/// <summary>Names from outside that may only mean what lies in one folder.</summary>
public static class FolderBoundary
{
    // As the systems have it.
    const int MostLinks = 40;

    /// <summary>The absolute path of what a name means in a folder, which need not be there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">A relative path, or an absolute one that lies in the folder.</param>
    /// <returns>Null when it leaves the folder: upwards, by an absolute path, or over a link; or when no file can have the name.</returns>
    public static string? Find(string folder, string name)
    {
        if (name.Contains('\0') || name.Contains("://", StringComparison.Ordinal))
        {
            return null;
        }

        var path = Path.GetFullPath(Path.Combine(Path.GetFullPath(folder), name));
        return IsIn(path, Path.GetFullPath(folder)) && Real(path) is { } real && Real(folder) is { } realFolder && IsIn(real, realFolder)
            ? path
            : null;
    }

    /// <summary>Whether an absolute path is a folder or below it, by its letters alone.</summary>
    public static bool IsIn(string path, string folder) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
        || path == Path.TrimEndingDirectorySeparator(folder);

    /// <summary>A path without links; what is not there stays as it is. Null when links lead in a circle.</summary>
    static string? Real(string path, int links = 0)
    {
        var full = Path.GetFullPath(path);
        if (links > MostLinks)
        {
            return null;
        }

        if (Path.GetDirectoryName(full) is not { } parent || Real(parent, links) is not { } realParent)
        {
            return Path.GetDirectoryName(full) is null ? full : null;
        }

        var place = Path.Combine(realParent, Path.GetFileName(full));
        return new FileInfo(place).LinkTarget is { } target ? Real(Path.Combine(realParent, target), links + 1) : place;
    }
}
