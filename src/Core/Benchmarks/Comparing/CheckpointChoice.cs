using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>A checkpoint and what speaks for it.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Choosing">Its average improvement on the items that choose.</param>
/// <param name="Others">On the other items; null where all items choose.</param>
public sealed record ChosenBy(string Model, AverageImprovement Choosing, AverageImprovement? Others);

/// <summary>
/// Which of several checkpoints has the highest average improvement over the base model. The paper chose on the benchmarks themselves: of
/// several equally good checkpoints the luckiest is then taken, and its score on those items is too high. Where only a part of the items
/// chooses, the others measure the chosen one fairly.
/// </summary>
/// <param name="Chosen">The checkpoint's name.</param>
/// <param name="IsToldApart">Whether its lead over the next is more than chance (<see cref="AverageImprovement.IsToldApartFrom"/>).</param>
/// <param name="Checkpoints">All of them in their order.</param>
/// <param name="Share">The share of items that chose; null for all.</param>
public sealed record CheckpointChoice(string Chosen, bool IsToldApart, ImmutableArray<ChosenBy> Checkpoints, double? Share)
{
    /// <summary>The chosen checkpoint's average improvement on the items that choose.</summary>
    public AverageImprovement Best => Checkpoints.First(one => one.Model == Chosen).Choosing;

    /// <summary>The choice among models by their improvement over the first.</summary>
    /// <param name="models">The base model first.</param>
    /// <param name="among">The names of those that may be chosen.</param>
    /// <param name="share">The share of each benchmark's items that choose, above 0 and below 1; null for all.</param>
    /// <param name="seed">Equal seeds choose by equal items.</param>
    /// <param name="resamples">How many samples are drawn for an interval.</param>
    /// <returns>Null where no model has an average improvement.</returns>
    public static CheckpointChoice? Of(
        IReadOnlyList<ModelVerdicts> models,
        IReadOnlyCollection<string> among,
        double? share = null,
        ulong seed = 0,
        int resamples = Bootstrap.Resamples
    )
    {
        var choosing = models
            .SelectMany(model => model.Benchmarks)
            .Select(one => one.Benchmark)
            .DistinctBy(benchmark => benchmark.Name)
            .ToDictionary(benchmark => benchmark.Name, benchmark => Choosing(benchmark.Items, share ?? 1, seed));
        ImmutableArray<ChosenBy> checkpoints =
        [
            .. models
                .Skip(1)
                .Where(model => among.Contains(model.Model))
                .Select(model => new ChosenBy(model.Model, Improvement(model, true), share is null ? null : Improvement(model, false))),
        ];
        var ranked = checkpoints.Where(one => !double.IsNaN(one.Choosing.Percent)).OrderByDescending(one => one.Choosing.Percent).ToArray();
        return ranked.Length == 0
            ? null
            : new(ranked[0].Model, ranked.Length == 1 || ranked[0].Choosing.IsToldApartFrom(ranked[1].Choosing), checkpoints, share);

        AverageImprovement Improvement(ModelVerdicts model, bool chooses) =>
            AverageImprovement.Of(Part(models[0], chooses), Part(model, chooses), resamples, seed);

        BenchmarkVerdicts[] Part(ModelVerdicts model, bool chooses) =>
            [
                .. model.Benchmarks.Select(one =>
                {
                    ImmutableArray<Item> items =
                    [
                        .. one.Benchmark.Items.Where(item => choosing[one.Benchmark.Name].Contains(item.Id) == chooses),
                    ];
                    var ids = items.Select(item => item.Id).ToHashSet();
                    return new BenchmarkVerdicts(
                        one.Benchmark with
                        {
                            Items = items,
                        },
                        [.. one.Verdicts.Where(verdict => ids.Contains(verdict.Item))]
                    );
                }),
            ];
    }

    /// <summary>The items that choose: the share of each category, drawn by the seed; items with a group or an image in common stay together.</summary>
    static HashSet<string> Choosing(ImmutableArray<Item> items, double share, ulong seed) =>
        [
            .. items
                .Zip(Clusters.Of([.. items.Select(item => (IReadOnlyList<Item>)[item])]))
                .GroupBy(one => one.Second, one => one.First)
                .Select(cluster => (Items: cluster.ToArray(), Draw: Draw(cluster.Min(item => item.Id)!, seed)))
                .GroupBy(cluster => cluster.Items[0].Category)
                .SelectMany(category =>
                    category
                        .OrderBy(cluster => cluster.Draw)
                        .ThenBy(cluster => cluster.Items[0].Id, StringComparer.Ordinal)
                        .Take((int)Math.Round(share * category.Count()))
                )
                .SelectMany(cluster => cluster.Items)
                .Select(item => item.Id),
        ];

    static ulong Draw(string name, ulong seed) => new SplitMix64(SplitMix64.Derive(seed, name)).Next();
}
