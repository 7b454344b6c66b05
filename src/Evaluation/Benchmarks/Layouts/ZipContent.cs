using System.Collections.Frozen;
using System.IO.Compression;
using SVco.Core;
using SVco.Files;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>A zip file, held open: its list of entries is read once, an entry when it is asked for.</summary>
sealed class ZipContent : IDisposable
{
    readonly ZipArchive archive;

    ZipContent(string path, ZipArchive archive)
    {
        (Path, this.archive) = (path, archive);
        Names = archive
            .Entries.Select(entry => entry.FullName)
            .Where(name => name.Length > 0 && !name.EndsWith('/'))
            .ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The names of the files in it, with slashes.</summary>
    public FrozenSet<string> Names { get; }

    /// <summary>Opens a zip file.</summary>
    /// <exception cref="UserException">It cannot be read or is no zip file.</exception>
    public static ZipContent Open(string path)
    {
        var stream = InputFile.Open(path);
        try
        {
            return InputFile.Read(path, "a whole zip file", () => new ZipContent(path, new ZipArchive(stream, ZipArchiveMode.Read)));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of an entry.</summary>
    /// <exception cref="UserException">It is damaged, or larger than <see cref="InputFile.MostBytes"/>.</exception>
    public byte[] Bytes(string entry) =>
        InputFile.Read(
            $"{Path}/{entry}",
            "a whole entry",
            () =>
            {
                var found = archive.GetEntry(entry)!;
                if (found.Length > InputFile.MostBytes)
                {
                    throw new UserException($"{Path}/{entry} has {found.Length} bytes; the most that is read is {InputFile.MostBytes}.");
                }

                // An entry that holds more than it says is cut off here and no image or text any more.
                var bytes = new byte[found.Length];
                using var stream = found.Open();
                stream.ReadExactly(bytes);
                return bytes;
            }
        );

    /// <inheritdoc/>
    public void Dispose() => archive.Dispose();
}
