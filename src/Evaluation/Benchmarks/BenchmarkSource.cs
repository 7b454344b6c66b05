using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks.Layouts;

namespace SVco.Evaluation.Benchmarks;

/// <summary>Where a person gets a benchmark's files.</summary>
/// <param name="Layout">What one gets.</param>
/// <param name="Address">Where it is.</param>
/// <param name="Put">What to put where; ROOT is the folder of benchmarks.</param>
public sealed record Fetch(string Layout, string Address, string Put);

/// <summary>A benchmark that is known by name: what it is, where its files come from, and how they are read.</summary>
public sealed record BenchmarkSource
{
    /// <summary>Its name in tables.</summary>
    public required string Name { get; init; }

    /// <summary>What it measures; see <see cref="Benchmark.Domain"/>.</summary>
    public required string Domain { get; init; }

    /// <summary>What it asks, in a sentence.</summary>
    public required string About { get; init; }

    /// <summary>How many items the official files have.</summary>
    public required int Count { get; init; }

    /// <summary>The licence of the data, as far as it is known.</summary>
    public required string Licence { get; init; }

    /// <summary>What has to be fetched, in bytes as people write them.</summary>
    public required string Size { get; init; }

    /// <summary>The model that the paper lets judge; null where a rule grades.</summary>
    public string? Judge { get; init; }

    /// <summary>Where to get it, the way that is easiest first.</summary>
    public required ImmutableArray<Fetch> From { get; init; }

    internal BenchmarkSource() { }

    /// <summary>What is reported, under each behaviour.</summary>
    internal Func<Behaviour, ImmutableArray<Metric>> Metrics { get; init; } = _ => [];

    /// <summary>The layouts that can be read, the one that is preferred first.</summary>
    internal ImmutableArray<Layout> Layouts { get; init; } = [];

    /// <summary>
    /// Looks for the benchmark below a folder and through its items, but decodes and unpacks no image; that one inside a Parquet file is
    /// missing comes out when it is read. The first layout without a fault is read; layouts are never mixed.
    /// </summary>
    /// <param name="root">The folder of benchmarks.</param>
    /// <param name="settings">How it will be read; official without.</param>
    /// <exception cref="UserException">The folder is not there.</exception>
    public BenchmarkFinding Find(string root, ReadSettings? settings = null)
    {
        using var tree = DataTree.Of(root);
        return Find(tree, settings ?? new());
    }

    internal BenchmarkFinding Find(DataTree tree, ReadSettings settings)
    {
        var found = Layouts
            .SelectMany(layout => layout.Find(tree).Select(place => (Layout: layout, Place: place)))
            .Select(one => Look(one.Layout, one.Place, tree, settings))
            .ToList();
        var best = found.FirstOrDefault(one => one.Faults.IsEmpty) ?? found.FirstOrDefault();
        return new(this, tree.Root, settings, best, [.. found.Where(one => one != best)], tree.Faults);
    }

    internal ImmutableArray<Item> Read(FoundLayout found, DataTree tree, ReadSettings settings, PictureCache pictures)
    {
        var layout = Layouts.First(one => one.Name == found.Layout);
        var place =
            layout.Find(tree).FirstOrDefault(one => one.Folder.Shown == found.Folder)
            ?? throw new UserException($"{Name}: {found.Folder} has changed since it was looked at. Look again.");
        var (items, reading) = ReadAll(layout, place, tree, settings, pictures);
        return reading.Faults.IsEmpty
            ? [.. items.Select(item => Named(item, Name))]
            : throw new UserException(BenchmarkFinding.Refusal(Name, found.Folder, reading.Faults));
    }

    /// <summary>An id is one of the whole world of benchmarks: several of them count from 1.</summary>
    internal static Item Named(Item item, string benchmark) =>
        item with
        {
            Id = $"{benchmark}/{item.Id}",
            Group = $"{benchmark}/{item.Group}",
        };

    FoundLayout Look(Layout layout, LayoutPlace place, DataTree tree, ReadSettings settings)
    {
        var (items, reading) = ReadAll(layout, place, tree, settings, pictures: null);
        return new(layout.Name, place.Folder.Shown, items.Length, layout.Count, reading.Warnings, reading.Faults);
    }

    static (ImmutableArray<Item> Items, Reading Reading) ReadAll(
        Layout layout,
        LayoutPlace place,
        DataTree tree,
        ReadSettings settings,
        PictureCache? pictures
    )
    {
        var reading = new Reading(settings, tree, pictures);
        try
        {
            var items = layout.Read(place, reading);
            reading.RequireNoDoubles(items);
            if (items.IsEmpty)
            {
                reading.Fault("there is no item", place.Folder.Shown);
            }

            return (items, reading);
        }
        catch (RowException error)
        {
            reading.Fault(error.Message, error.Where(place.Folder.Shown));
            return ([], reading);
        }
        catch (UserException error)
        {
            reading.Fault("it cannot be read", error.Message);
            return ([], reading);
        }
    }
}
