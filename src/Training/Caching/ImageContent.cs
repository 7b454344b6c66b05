using System.Security.Cryptography;
using SVco.Core.Data;

namespace SVco.Training.Caching;

/// <summary>Names an image by its content: the hash of its file, and what is done to it.</summary>
public static class ImageContent
{
    /// <summary>The name of an image.</summary>
    public static string Of(ImageSource image) =>
        image switch
        {
            ImageSource.File(var path) => FileHash(path),
            _ => $"{image} of {string.Join(", ", image.Files.Select(FileHash))}",
        };

    static string FileHash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
