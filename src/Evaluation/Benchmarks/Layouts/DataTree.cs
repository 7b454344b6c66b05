using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>
/// What a person has below a folder: the files that may hold items, on the disk and in zip files, nearest first. Folders that only hold images
/// are not gone through.
/// </summary>
sealed class DataTree : IDisposable
{
    /// <summary>As deep as the official folders lie, with the hub's cache around them, and two levels more.</summary>
    const int Deepest = 8;

    static readonly ImmutableHashSet<string> Data = [".json", ".jsonl", ".csv", ".tsv", ".parquet"];
    static readonly ImmutableHashSet<string> OnlyImages = ["MMVP Images", "train_images", "img", "mmhal", "blobs", "refs"];

    DataTree(string root, ImmutableArray<ZipContent> zips, ImmutableArray<DataFile> files, ImmutableArray<string> faults) =>
        (Root, Zips, Files, Faults) = (root, zips, files, faults);

    /// <summary>The folder, an absolute path.</summary>
    public string Root { get; }

    /// <summary>The zip files.</summary>
    public ImmutableArray<ZipContent> Zips { get; }

    /// <summary>The files that may hold items.</summary>
    public ImmutableArray<DataFile> Files { get; }

    /// <summary>Zip files that cannot be read, and why.</summary>
    public ImmutableArray<string> Faults { get; }

    /// <summary>Looks through a folder.</summary>
    /// <exception cref="UserException">It is not there.</exception>
    public static DataTree Of(string root)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        if (!Directory.Exists(full))
        {
            throw new UserException($"{full} is no folder. Give the folder that holds the benchmarks' files.");
        }

        var all = FilesBelow(full, 0)
            .OrderBy(file => file.Count(letter => letter == Path.DirectorySeparatorChar))
            .ThenBy(file => file, StringComparer.Ordinal)
            .ToArray();
        var zips = ImmutableArray.CreateBuilder<ZipContent>();
        var faults = ImmutableArray.CreateBuilder<string>();
        foreach (var zip in all.Where(IsZip))
        {
            try
            {
                zips.Add(ZipContent.Open(zip));
            }
            catch (UserException error)
            {
                faults.Add(error.Message);
            }
        }

        return new(
            full,
            zips.ToImmutable(),
            [
                .. all.Where(HoldsData).Select(file => new DataFile.OnDisk(file)),
                .. zips.SelectMany(zip =>
                    zip.Names.Where(HoldsData).Order(StringComparer.Ordinal).Select(name => new DataFile.InZip(zip, name))
                ),
            ],
            faults.ToImmutable()
        );
    }

    /// <summary>Whether a file of this name may hold items.</summary>
    public static bool HoldsData(string name) => Data.Contains(Path.GetExtension(name).ToLowerInvariant());

    /// <summary>A file in a zip file of a name, wherever that lies.</summary>
    /// <param name="zip">The zip file's name.</param>
    /// <param name="entry">The end of the entry's name: the file's, with or without its folders.</param>
    public DataFile? InZip(string zip, string entry) =>
        Zips.Where(one => Path.GetFileName(one.Path) == zip)
            .Select(one => new DataFolder.InZip(one, "").Find(entry))
            .FirstOrDefault(file => file is not null);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var zip in Zips)
        {
            zip.Dispose();
        }
    }

    static bool IsZip(string name) => Path.GetExtension(name).Equals(".zip", StringComparison.OrdinalIgnoreCase);

    static IEnumerable<string> FilesBelow(string folder, int depth)
    {
        var readable = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };
        var files = Directory.EnumerateFiles(folder, "*", readable).Where(file => HoldsData(file) || IsZip(file));
        // Below "images" lie images; a zip file with them may lie in it.
        return depth == Deepest || Path.GetFileName(folder) == "images"
            ? files
            : files.Concat(
                Directory
                    .EnumerateDirectories(folder, "*", readable)
                    .Where(inner =>
                        Path.GetFileName(inner) is var name
                        && !name.StartsWith('.')
                        && !name.StartsWith("models--")
                        && !OnlyImages.Contains(name)
                    )
                    .SelectMany(inner => FilesBelow(inner, depth + 1))
            );
    }
}
