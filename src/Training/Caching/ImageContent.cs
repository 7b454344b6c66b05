using SVco.Core;
using SVco.Core.Data;
using SVco.Files;

namespace SVco.Training.Caching;

/// <summary>Names an image by its content: the hash of its file, and what is done to it.</summary>
public static class ImageContent
{
    /// <summary>The name of an image.</summary>
    /// <exception cref="UserException">A file cannot be read.</exception>
    public static string Of(ImageSource image) =>
        image switch
        {
            ImageSource.File(var path) => ContentHash.OfFile(path),
            ImageSource.Inline inline => ContentHash.Of(inline.Bytes),
            _ => $"{image} of {string.Join(", ", image.Files.Select(ContentHash.OfFile))}",
        };
}
