using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;

namespace SVco.Evaluation.Benchmarks;

/// <summary>A part of a benchmark, for a first look: drawn by a seed, with the kinds of items in their proportions and whole groups.</summary>
public static class Subset
{
    /// <summary>Items that count together, and where they stand: part of the way through their kind, in drawn order.</summary>
    sealed record Unit(Item[] Items, double Place);

    /// <summary>
    /// Some of the items, in their order. Items of one category and the same tags are of one kind. Each kind is shuffled, and its groups are
    /// spread evenly from 0 to 1 with an offset of its own; those that stand first are taken. So every group is equally likely, a kind has its
    /// share to within a group, and a larger subset of the same seed holds the smaller one.
    /// </summary>
    /// <param name="items">The items.</param>
    /// <param name="limit">The most to take; all where it is not below their number.</param>
    /// <param name="seed">Equal seeds give equal subsets.</param>
    /// <exception cref="UserException">Not even one group would be taken.</exception>
    public static IReadOnlyList<Item> Of(IReadOnlyList<Item> items, int limit, ulong seed)
    {
        if (limit >= items.Count)
        {
            return items;
        }

        var taken = new HashSet<Item>(ReferenceEqualityComparer.Instance);
        foreach (var unit in Groups(items).GroupBy(KindOf).SelectMany(kind => Placed(kind, seed)).OrderBy(unit => unit.Place))
        {
            if (taken.Count + unit.Items.Length > limit)
            {
                break;
            }

            taken.UnionWith(unit.Items);
        }

        return taken.Count > 0
            ? [.. items.Where(taken.Contains)]
            : throw new UserException($"A limit of {limit} is below the size of a group of items that count together. Give a larger one.");
    }

    /// <summary>A benchmark with some of its items; its name says so in every table.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="limit">The most items to take; the benchmark itself where it has no more.</param>
    /// <param name="seed">Equal seeds give equal subsets.</param>
    /// <exception cref="UserException">Not even one group would be taken.</exception>
    public static Benchmark Limited(this Benchmark benchmark, int limit, ulong seed) =>
        limit >= benchmark.Items.Length
            ? benchmark
            : benchmark with
            {
                Items = [.. Of(benchmark.Items, limit, seed)],
                Name = $"{benchmark.Name} ({Of(benchmark.Items, limit, seed).Count} of {benchmark.Items.Length}, seed {seed})",
            };

    static IEnumerable<Item[]> Groups(IEnumerable<Item> items) =>
        items.GroupBy(item => (item.Category, item.Group)).Select(group => group.ToArray());

    static string KindOf(Item[] group) =>
        string.Join('\n', [group[0].Category, .. group.SelectMany(item => item.Tags).Distinct().Order(StringComparer.Ordinal)]);

    static IEnumerable<Unit> Placed(IGrouping<string, Item[]> kind, ulong seed)
    {
        var groups = kind.Select(group => (Items: group, Draw: Draw($"{group[0].Category}\n{group[0].Group}").Next()))
            .OrderBy(group => group.Draw)
            .ThenBy(group => group.Items[0].Group, StringComparer.Ordinal)
            .ToArray();
        var offset = Draw(kind.Key).Uniform();
        return groups.Select((group, index) => new Unit(group.Items, (index + offset) / groups.Length));

        // Derived seeds of one name under two seeds differ by the same bits as those of another; what is drawn from them does not.
        SplitMix64 Draw(string name) => new(SplitMix64.Derive(seed, name));
    }
}
