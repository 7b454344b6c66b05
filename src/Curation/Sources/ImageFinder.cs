using SkiaSharp;
using SVco.Core;
using SVco.Files;
using SVco.Models.Images;

namespace SVco.Curation.Sources;

/// <summary>What came of looking for an image.</summary>
/// <param name="Path">Relative to the data root, with slashes; null when there is none that can be used.</param>
/// <param name="Reason">Why not, in one of few sentences.</param>
/// <param name="Detail">What exactly.</param>
/// <param name="IsMissing">Whether there is none at all.</param>
readonly record struct ImageSearch(string? Path, string Reason = "", string Detail = "", bool IsMissing = false)
{
    public const string Undecodable = "cannot be decoded";
    public const string Leaves = "image path leaves the data root";
    public const string Address = "image is an address, not fetched";
    public const string Windows = "image path is one of Windows";
    public const string Inline = "image stands in the data itself";
    public const string Zero = "image path holds a zero character";
}

/// <summary>Finds the images of a source below the data root and looks at their headers; their pixels are decoded by the filter.</summary>
sealed class ImageFinder(string dataRoot)
{
    readonly string root = Path.GetFullPath(dataRoot);

    /// <summary>What the data root leads to where it is a link; absolute paths may begin with either.</summary>
    readonly string target = Directory.ResolveLinkTarget(dataRoot, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(dataRoot);

    /// <summary>The data root as an absolute path.</summary>
    public string Root => root;

    /// <summary>The first of some names that exists in a folder.</summary>
    /// <param name="role">What messages call the image, e.g. "negative image".</param>
    /// <param name="folder">Relative to the data root.</param>
    /// <param name="names">Paths in the folder, which they may not leave, or absolute ones below the data root.</param>
    public ImageSearch Find(string role, string folder, params ReadOnlySpan<string> names)
    {
        // The folder is named by the person, who may have put a link to another disk there; what lies in it is named by files.
        var home = Path.GetFullPath(Path.Combine(root, folder));
        if (!FolderBoundary.IsIn(home, root))
        {
            return new(null, ImageSearch.Leaves, $"{folder} is not below {root}");
        }

        foreach (var name in names)
        {
            if (name.Contains('\0'))
            {
                return new(null, ImageSearch.Zero, name.Replace('\0', '?'));
            }

            if (name.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            {
                return new(null, ImageSearch.Inline, "save it as a file and name its path");
            }

            if (name.Contains("://"))
            {
                return new(null, ImageSearch.Address, $"{name}: download the image and give its path");
            }

            var path = Path.GetFullPath(Path.Combine(home, name));
            path =
                Path.IsPathRooted(name) && FolderBoundary.IsIn(path, target)
                    ? Path.Combine(root, Path.GetRelativePath(target, path))
                    : path;
            if (!FolderBoundary.IsIn(path, Path.IsPathRooted(name) ? root : home))
            {
                return new(null, ImageSearch.Leaves, $"{name} is not below {(Path.IsPathRooted(name) ? root : home)}");
            }

            // A link that somebody packed into the data must not lead out of it either.
            if (!Path.IsPathRooted(name) && FolderBoundary.Find(home, name) is null)
            {
                return new(null, ImageSearch.Leaves, $"{name} is a link that leaves {home}");
            }

            if (File.Exists(path))
            {
                var (reason, detail) = Header(path);
                return reason is null ? new(Path.GetRelativePath(root, path).Replace('\\', '/')) : new(null, $"{role} {reason}", detail);
            }
        }

        if (Path.DirectorySeparatorChar == '/' && names.ToArray().FirstOrDefault(IsOfWindows) is { } windows)
        {
            return new(null, ImageSearch.Windows, $"{windows}: write it with / and relative to {home}");
        }

        return new(
            null,
            $"{role} is missing",
            $"looked for {string.Join(", ", names.ToArray().Select(name => $"{folder}/{name}"))}",
            IsMissing: true
        );
    }

    static bool IsOfWindows(string name) =>
        name.Contains('\\') || (name.Length > 2 && char.IsAsciiLetter(name[0]) && name[1] == ':' && name[2] == '/');

    /// <summary>What is wrong with a file that begins as no image that we decode.</summary>
    static (string? Reason, string Detail) Header(string path)
    {
        try
        {
            using var file = InputFile.Open(path);
            if (file.Length == 0)
            {
                return ("is empty", $"{path} has 0 bytes");
            }

            using var codec = SKCodec.Create(file, out var result);
            return codec is null ? (ImageSearch.Undecodable, $"{path}: no JPEG, PNG, WebP, GIF or BMP ({result})")
                : (long)codec.Info.Width * codec.Info.Height > ImageDecoder.MaxPixels
                    ? (
                        "is too large",
                        $"{path} says it has {codec.Info.Width} x {codec.Info.Height} pixels, more than {ImageDecoder.MaxPixels}"
                    )
                : (null, "");
        }
        catch (UserException error)
        {
            return ("cannot be read", error.Message);
        }
    }
}
