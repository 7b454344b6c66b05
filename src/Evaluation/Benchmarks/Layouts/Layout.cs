using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>A place where a benchmark lies in some layout.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Files">The files that hold its items.</param>
sealed record LayoutPlace(DataFolder Folder, ImmutableArray<DataFile> Files);

/// <summary>A way in which a benchmark's files lie.</summary>
/// <param name="Name">What people call it, such as "official files".</param>
/// <param name="Count">How many items it should have.</param>
/// <param name="Find">Finds where it lies below a folder, the nearest place first.</param>
/// <param name="Read">Reads the items; what is wrong is told to the reading.</param>
sealed partial record Layout(
    string Name,
    int Count,
    Func<DataTree, IEnumerable<LayoutPlace>> Find,
    Func<LayoutPlace, Reading, ImmutableArray<Item>> Read
)
{
    /// <summary>The name of official layouts.</summary>
    public const string Official = "official files";

    /// <summary>The name of Parquet layouts.</summary>
    public const string Hub = "hub Parquet";

    /// <summary>The name of TSV layouts.</summary>
    public const string Tsv = "VLMEvalKit TSV";

    /// <summary>Finds files of one name, each a place of its own.</summary>
    /// <param name="name">The file's name.</param>
    /// <param name="others">Files that must lie beside it; they tell a common name from another project's.</param>
    public static Func<DataTree, IEnumerable<LayoutPlace>> Beside(string name, params string[] others) =>
        tree =>
            tree.Files.Where(file => file.Name == name && others.All(other => file.Folder.Find(other) is not null))
                .Select(file => new LayoutPlace(file.Folder, [file]));

    /// <summary>Finds the TSV files of some names, all in one folder; a folder with some of them is a place too.</summary>
    public static Func<DataTree, IEnumerable<LayoutPlace>> Tables(params string[] names) =>
        tree =>
            tree.Files.Where(file => names.Contains(file.Name))
                .GroupBy(file => file.Folder)
                .Select(files => new LayoutPlace(files.Key, [.. files.OrderBy(file => names.IndexOf(file.Name))]));

    /// <summary>Finds the Parquet files of one split, in one folder of a repository's copy.</summary>
    /// <param name="repositories">The repository's names, without owners.</param>
    /// <param name="splits">The file names' beginnings, such as "test" of test-00000-of-00001.parquet; several where a split has several tables.</param>
    /// <param name="within">The name of the folder that it lies in; null for any.</param>
    public static Func<DataTree, IEnumerable<LayoutPlace>> Parquet(string[] repositories, string[] splits, string? within = null) =>
        tree =>
            tree.Files.Where(file =>
                    ShardOf(file.Name) is { Success: true } shard
                    && splits.Contains(shard.Groups["split"].Value)
                    && file.Folder.IsIn(repositories)
                    && (within is null || file.Folder.Names[^1] == within)
                )
                .GroupBy(file => file.Folder)
                .Select(files => new LayoutPlace(
                    files.Key,
                    [
                        .. files
                            .OrderBy(file => splits.IndexOf(ShardOf(file.Name).Groups["split"].Value))
                            .ThenBy(file => file.Name, StringComparer.Ordinal),
                    ]
                ));

    /// <summary>Reads the rows of Parquet files that together are one table; shards that are missing are a fault.</summary>
    public static IEnumerable<Row> Rows(
        LayoutPlace place,
        Reading reading,
        IReadOnlyList<string> columns,
        IReadOnlyList<string>? optional = null
    )
    {
        foreach (var shards in place.Files.GroupBy(file => ShardOf(file.Name).Groups["split"].Value))
        {
            var numbers = shards.Select(file => ShardOf(file.Name)).Where(shard => shard.Groups["of"].Success).ToArray();
            var there = numbers.Select(shard => shard.Groups["number"].Value).ToHashSet();
            foreach (var of in numbers.Select(shard => shard.Groups["of"].Value).Distinct())
            {
                foreach (var number in Enumerable.Range(0, int.Parse(of)).Select(number => $"{number}".PadLeft(of.Length, '0')))
                {
                    if (!there.Contains(number))
                    {
                        reading.Fault("files are missing", $"{shards.Key}-{number}-of-{of}.parquet in {place.Folder.Shown}");
                    }
                }
            }
        }

        return place.Files.SelectMany(file => ParquetRows.Read(file, reading, columns, optional));
    }

    /// <summary>Tells which files a place should have and has not.</summary>
    public static void RequireAll(LayoutPlace place, Reading reading, IEnumerable<string> names)
    {
        foreach (var name in names.Where(name => place.Files.All(file => file.Name != name)))
        {
            reading.Fault("files are missing", $"{name} in {place.Folder.Shown}");
        }
    }

    static Match ShardOf(string name) => Shard().Match(name);

    [GeneratedRegex(@"^(?<split>.+?)(-(?<number>\d{5})-of-(?<of>\d{5})(-[0-9a-f]+)?)?\.parquet$")]
    private static partial Regex Shard();
}
