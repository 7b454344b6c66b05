using System.Collections.Immutable;
using SVco.Core;
using SVco.Files;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>
/// What a person has below a folder: the files that may hold items, on the disk and in zip files, nearest first. Folders that only hold images
/// are not gone through.
/// </summary>
sealed class DataTree : IDisposable
{
    /// <summary>As deep as the official folders lie, with the hub's cache around them, and two levels more.</summary>
    const int Deepest = 8;

    const int LongestCommit = 256;

    static readonly EnumerationOptions Readable = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None };
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
    /// <param name="entry">The entry's name, with its folders.</param>
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
        var files = Directory.EnumerateFiles(folder, "*", Readable).Where(file => HoldsData(file) || IsZip(file));
        // Below "images" lie images; a zip file with them may lie in it.
        return depth == Deepest || Path.GetFileName(folder) == "images"
            ? files
            : files.Concat(FoldersIn(folder).SelectMany(inner => FilesBelow(inner, depth + 1)));
    }

    static IEnumerable<string> FoldersIn(string folder) =>
        CurrentSnapshot(folder) is { } current
            ? [current]
            : Directory
                .EnumerateDirectories(folder, "*", Readable)
                .Where(inner =>
                    Path.GetFileName(inner) is var name
                    && !name.StartsWith('.')
                    && !name.StartsWith("models--", StringComparison.Ordinal)
                    && !OnlyImages.Contains(name)
                    && !LeadsBack(inner)
                );

    /// <summary>Whether a folder is a link to one that it lies in.</summary>
    static bool LeadsBack(string folder) =>
        Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName is { } target && FolderBoundary.IsIn(folder, target);

    /// <summary>Of the commits in the hub's cache, the one that it calls main; null elsewhere.</summary>
    static string? CurrentSnapshot(string folder) =>
        Path.GetFileName(folder) == "snapshots"
        && Path.Combine(folder, "..", "refs", "main") is var name
        && File.Exists(name)
        && Path.Combine(folder, TextFile.Read(name, LongestCommit).Trim()) is var current
        && Directory.Exists(current)
        && Path.GetDirectoryName(current) == folder
            ? current
            : null;
}
