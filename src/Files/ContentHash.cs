using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using SVco.Core;

namespace SVco.Files;

/// <summary>SHA-256 in lower hexadecimal: what content is called in keys, fingerprints and folders.</summary>
public static class ContentHash
{
    /// <summary>Of a text in UTF-8.</summary>
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Of the rest of a stream.</summary>
    public static string Of(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));

    /// <summary>Of a file.</summary>
    /// <exception cref="UserException">It cannot be read.</exception>
    public static string OfFile(string path)
    {
        using var stream = InputFile.Open(path);
        return InputFile.Read(path, "readable", () => Of(stream));
    }

    /// <summary>Of every file in a folder and the folders in it, by its path there, with slashes.</summary>
    /// <exception cref="UserException">One cannot be read.</exception>
    public static ImmutableSortedDictionary<string, string> OfFolder(string folder) =>
        Directory
            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToImmutableSortedDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), OfFile, StringComparer.Ordinal);
}
