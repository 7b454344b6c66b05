using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>What a metric is a mean of: an item, or a group that counts as its worst item.</summary>
/// <param name="Stratum">What is averaged by itself and then weighted: the category, or nothing where all items are alike.</param>
/// <param name="Items">The item, or the group's items.</param>
/// <param name="Mark">The mean over the runs of the worst mark in a run; null where an item has no mark.</param>
/// <param name="Below">The same of the mark that divides; 1 where the metric is no ratio.</param>
sealed record MetricUnit(string Stratum, ImmutableArray<Item> Items, double? Mark, double? Below)
{
    /// <summary>The category of its items.</summary>
    public string Category => Items[0].Category;

    /// <summary>Whether the metric can count it.</summary>
    public bool IsMarked => Mark is not null && Below is not null;

    /// <summary>The units of a metric, also those without a mark, in an order that depends on the items alone.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="items">The benchmark's items, or some of them.</param>
    /// <param name="verdicts">A model's verdicts by item.</param>
    public static MetricUnit[] Of(Metric metric, IEnumerable<Item> items, ILookup<string, Verdict> verdicts) =>
        [
            .. items
                .Where(item => metric.Only is not { } tag || item.Tags.Contains(tag))
                .Index()
                .GroupBy(
                    one => metric.Over == Over.Items ? (object)one.Index : (one.Item.Category, one.Item.Group),
                    one => one.Item,
                    (_, group) => group.ToImmutableArray()
                )
                .Select(group => new MetricUnit(
                    metric.Over == Over.Items ? "" : group[0].Category,
                    group,
                    Worst(group, metric.Mark, verdicts),
                    metric.RelativeTo is { } other ? Worst(group, other, verdicts) : 1
                )),
        ];

    /// <summary>The value of a metric: the mean of the units of each category, categories by their weights; not a number without a unit.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="units">Units of the metric; those without a mark are left out.</param>
    public static double Value(Metric metric, IEnumerable<MetricUnit> units)
    {
        MetricUnit[] marked = [.. units.Where(unit => unit.IsMarked)];
        var weights = CategoryWeights.Of(marked.Select(unit => unit.Stratum));
        return metric.Scale * Mean(unit => unit.Mark!.Value) / Mean(unit => unit.Below!.Value);

        double Mean(Func<MetricUnit, double> mark) =>
            marked.Length == 0
                ? double.NaN
                : marked.GroupBy(unit => unit.Stratum).Sum(stratum => weights[stratum.Key] * stratum.Average(mark));
    }

    /// <summary>
    /// The worst mark of a group in a run, averaged over the runs where all its items have the same ones; else the worst of the items' means.
    /// </summary>
    static double? Worst(ImmutableArray<Item> group, string mark, ILookup<string, Verdict> verdicts)
    {
        var marked = group
            .Select(item => verdicts[item.Id].Where(verdict => verdict.Marks.ContainsKey(mark)).OrderBy(verdict => verdict.Run).ToArray())
            .ToArray();
        int[] runs = [.. marked[0].Select(verdict => verdict.Run)];
        return marked.Any(item => item.Length == 0) ? null
            : marked.All(item => item.Select(verdict => verdict.Run).SequenceEqual(runs))
                ? runs.Select((_, run) => marked.Min(item => item[run].Marks[mark])).Average()
            : marked.Min(item => item.Average(verdict => verdict.Marks[mark]));
    }
}
