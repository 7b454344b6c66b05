using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Data;

namespace SVco.Curation.Candidates;

/// <summary>How many pairs validate.</summary>
/// <param name="Validation">In all.</param>
/// <param name="BySource">Of which of a source; sources that are not named share the rest in proportion to their sizes.</param>
/// <param name="Seed">Of the draw.</param>
public sealed record SplitPlan(int Validation, ImmutableDictionary<string, int> BySource, ulong Seed);

/// <summary>A split in two without a common image.</summary>
/// <param name="Train">The training pairs, in the order before.</param>
/// <param name="Validation">The validation pairs, in the order before.</param>
public sealed record PairSplit(ImmutableArray<Candidate> Train, ImmutableArray<Candidate> Validation)
{
    /// <summary>
    /// Pairs that share an image, directly or through others, form a group and stay together. Groups are drawn at random and go into the
    /// validation part when each of their sources still has room for them.
    /// </summary>
    /// <exception cref="UserException">The groups do not fill the numbers asked for; the message says how far they go.</exception>
    public static PairSplit Of(ImmutableArray<Candidate> pairs, SplitPlan plan)
    {
        var room = Room(pairs, plan);
        var chosen = new HashSet<int>();
        var random = new SplitMix64(plan.Seed);

        // Ties in the random number are impossible in practice; sorting by it is a seeded shuffle.
        foreach (var group in Groups(pairs).OrderBy(_ => random.Next()))
        {
            var needs = group.GroupBy(index => pairs[index].Source).Select(source => (source.Key, Count: source.Count())).ToList();
            if (needs.All(need => room[need.Key] >= need.Count))
            {
                needs.ForEach(need => room[need.Key] -= need.Count);
                chosen.UnionWith(group);
            }
        }

        return room.Values.Sum() == 0
            ? new([.. pairs.Where((_, index) => !chosen.Contains(index))], [.. pairs.Where((_, index) => chosen.Contains(index))])
            : throw new UserException(
                $"A validation part of {plan.Validation} pairs that shares no image with the training part cannot be drawn from {pairs.Length} pairs: "
                    + $"{string.Join(", ", room.Where(left => left.Value > 0).Select(left => $"{left.Key} is {left.Value} short"))}. "
                    + "Ask for fewer (split: validation, by_source) or use another seed."
            );
    }

    static Dictionary<string, int> Room(ImmutableArray<Candidate> pairs, SplitPlan plan)
    {
        var sizes = pairs.GroupBy(pair => pair.Source).ToDictionary(source => source.Key, source => source.Count());
        if (plan.BySource.Keys.FirstOrDefault(source => !sizes.ContainsKey(source)) is { } unknown)
        {
            throw new UserException($"split: by_source names {unknown}, but there are only pairs of {string.Join(", ", sizes.Keys)}.");
        }

        var rest = plan.Validation - plan.BySource.Values.Sum();
        var others = sizes.Where(size => !plan.BySource.ContainsKey(size.Key)).ToList();
        if (rest < 0 || (rest > 0 && others.Sum(size => size.Value) < rest))
        {
            throw new UserException(
                $"split: {plan.Validation} validation pairs do not agree with by_source ({plan.BySource.Values.Sum()} pairs) and the {pairs.Length} pairs there are."
            );
        }

        var shares = LargestRemainders(rest, [.. others.Select(size => size.Value)]);
        return sizes.Keys.ToDictionary(
            source => source,
            source => plan.BySource.TryGetValue(source, out var count) ? count : shares[others.FindIndex(size => size.Key == source)]
        );
    }

    /// <summary>Whole numbers in proportion to the sizes whose sum is the total (Hamilton's method).</summary>
    internal static ImmutableArray<int> LargestRemainders(int total, ImmutableArray<int> sizes)
    {
        var all = sizes.Sum(size => (long)size);
        if (all == 0)
        {
            return [.. sizes.Select(_ => 0)];
        }

        var floors = sizes.Select(size => (int)(total * (long)size / all)).ToArray();
        var byRemainder = Enumerable.Range(0, sizes.Length).OrderByDescending(index => total * (long)sizes[index] % all);
        foreach (var index in byRemainder.Take(total - floors.Sum()))
        {
            floors[index]++;
        }

        return [.. floors];
    }

    /// <summary>The components that common images connect (union-find with path halving), each as places in the list.</summary>
    static IEnumerable<ImmutableArray<int>> Groups(ImmutableArray<Candidate> pairs)
    {
        var parent = Enumerable.Range(0, pairs.Length).ToArray();
        var firstWith = new Dictionary<string, int>();
        for (var index = 0; index < pairs.Length; index++)
        {
            foreach (var image in pairs[index].Images())
            {
                if (!firstWith.TryAdd(image, index))
                {
                    parent[Root(index)] = Root(firstWith[image]);
                }
            }
        }

        return Enumerable.Range(0, pairs.Length).GroupBy(Root).Select(group => group.ToImmutableArray());

        int Root(int index)
        {
            while (parent[index] != index)
            {
                index = parent[index] = parent[parent[index]];
            }

            return index;
        }
    }
}
