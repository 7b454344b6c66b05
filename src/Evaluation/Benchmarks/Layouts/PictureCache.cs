using System.Security.Cryptography;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>
/// Images that lie in Parquet, TSV or zip files, unpacked once: a file each, named by its content. So they need no memory, and everything that
/// takes an image file takes them.
/// </summary>
/// <param name="folder">Made when the first image comes.</param>
sealed class PictureCache(string folder)
{
    /// <summary>That of the user: below <see cref="CacheRoot"/>.</summary>
    public static PictureCache OfUser => new(CacheRoot.Of("pictures"));

    /// <summary>Keeps the bytes of an image file.</summary>
    /// <exception cref="UserException">The cache cannot be written.</exception>
    public ImageSource Keep(ReadOnlySpan<byte> bytes)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var path = Path.Combine(folder, hash[..2], hash + ExtensionOf(bytes));
        // A file of another length is what a crash of the machine has left.
        if (!File.Exists(path) || new FileInfo(path).Length != bytes.Length)
        {
            Write(path, bytes);
        }

        return new ImageSource.File(path);
    }

    static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw new UserException(
                $"{path} cannot be written: {error.Message} Images of benchmarks are unpacked there; SVCO_CACHE names another folder.",
                error
            );
        }
    }

    /// <summary>As the bytes begin; a page that shows the image needs it.</summary>
    static string ExtensionOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P']) ? ".png"
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]) ? ".jpg"
        : bytes.StartsWith("RIFF"u8) ? ".webp"
        : bytes.StartsWith("GIF8"u8) ? ".gif"
        : bytes.StartsWith("BM"u8) ? ".bmp"
        : bytes.StartsWith("II"u8) || bytes.StartsWith("MM"u8) ? ".tif"
        : "";
}
