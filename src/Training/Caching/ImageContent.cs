using System.Security.Cryptography;
using SVco.Core;
using SVco.Core.Data;

namespace SVco.Training.Caching;

/// <summary>Names an image by its content: the hash of its file, and what is done to it.</summary>
public static class ImageContent
{
    /// <summary>The name of an image.</summary>
    /// <exception cref="UserException">A file cannot be read.</exception>
    public static string Of(ImageSource image) =>
        image switch
        {
            ImageSource.File(var path) => FileHash(path),
            _ => $"{image} of {string.Join(", ", image.Files.Select(FileHash))}",
        };

    static string FileHash(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"The image {path} cannot be read: {error.Message}", error);
        }
    }
}
