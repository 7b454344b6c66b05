using System.Collections.Immutable;
using MathNet.Numerics.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>A metric's value.</summary>
/// <param name="Value">Of the whole benchmark; not a number where no verdict has the mark.</param>
/// <param name="Categories">Of each category and those inside it, and of each tag: the plain mean of the items, or groups, that have it.</param>
/// <param name="Counted">How many items the value counts: those with the mark, without the groups in which one has none.</param>
public sealed record Score(double Value, ImmutableSortedDictionary<string, double> Categories, int Counted)
{
    const char Slash = '/';

    /// <summary>Of each run, in order, where every item has the same several runs; else the value alone.</summary>
    public ImmutableArray<double> Runs { get; init; } = [Value];

    /// <summary>The standard deviation of the runs, dividing by their number (as MM-Vet's script does); 0 for one.</summary>
    public double Deviation => ArrayStatistics.PopulationStandardDeviation([.. Runs]);

    /// <summary>
    /// The value of a metric. An item with several answers has the mean of their marks, and a group the mean of its worst marks of each run: that
    /// is the mean of the runs' values, but for a ratio, which is of the means.
    /// </summary>
    /// <param name="metric">The metric.</param>
    /// <param name="items">The benchmark's items.</param>
    /// <param name="verdicts">At least one for each item; one whose grading failed has no marks.</param>
    /// <exception cref="ArgumentException">An item has no verdict, or a verdict is of no item.</exception>
    public static Score Of(Metric metric, IReadOnlyList<Item> items, IEnumerable<Verdict> verdicts)
    {
        var all = verdicts.ToLookup(verdict => verdict.Item);
        if (items.FirstOrDefault(item => !all.Contains(item.Id)) is { } missing)
        {
            throw new ArgumentException($"{missing.Id} has no verdict.", nameof(verdicts));
        }

        if (all.Count != items.Select(item => item.Id).Distinct().Count())
        {
            throw new ArgumentException("There are verdicts of items that the benchmark does not have.", nameof(verdicts));
        }

        RequireDistinctNames(items);
        var runs = all.SelectMany(item => item).Select(verdict => verdict.Run).Distinct().Order().ToArray();
        var score = Of(metric, items, all);
        return runs.Length > 1 && all.All(item => item.Select(verdict => verdict.Run).Order().SequenceEqual(runs))
            ? score with
            {
                Runs =
                [
                    .. runs.Select(run =>
                        MetricUnit.Value(
                            metric,
                            MetricUnit.Of(metric, items, Verdicts(all.SelectMany(item => item).Where(verdict => verdict.Run == run)))
                        )
                    ),
                ],
            }
            : score;
    }

    static ILookup<string, Verdict> Verdicts(IEnumerable<Verdict> verdicts) => verdicts.ToLookup(verdict => verdict.Item);

    static Score Of(Metric metric, IReadOnlyList<Item> items, ILookup<string, Verdict> verdicts)
    {
        var units = MetricUnit.Of(metric, items, verdicts);
        var categories = units
            .Where(unit => unit.IsMarked)
            .SelectMany(unit => CategoriesOf(unit.Category).Select(category => (Category: category, Unit: unit)))
            .GroupBy(one => one.Category, one => one.Unit)
            .Select(category => KeyValuePair.Create(category.Key, MetricUnit.Value(metric, category)));
        // A tag's items are alike, whatever their categories.
        var tags = items
            .SelectMany(item => item.Tags.Distinct().Select(tag => (Tag: tag, Item: item)))
            .GroupBy(one => one.Tag, one => one.Item)
            .Select(tag =>
                KeyValuePair.Create(
                    tag.Key,
                    MetricUnit.Value(metric, MetricUnit.Of(metric, tag, verdicts).Select(unit => unit with { Stratum = "" }))
                )
            );
        return new(
            MetricUnit.Value(metric, units),
            categories.Concat(tags).ToImmutableSortedDictionary(StringComparer.Ordinal),
            units.Where(unit => unit.IsMarked).Sum(unit => unit.Items.Length)
        );
    }

    static void RequireDistinctNames(IReadOnlyList<Item> items)
    {
        var categories = items.Select(item => item.Category).Distinct().SelectMany(CategoriesOf).ToHashSet();
        if (items.SelectMany(item => item.Tags).FirstOrDefault(categories.Contains) is { } both)
        {
            throw new ArgumentException($"{both} is a category and a tag.", nameof(items));
        }
    }

    /// <summary>The category and the categories that it lies in: "2D" and "2D/COCO".</summary>
    static IEnumerable<string> CategoriesOf(string category) =>
        category.Length == 0
            ? []
            : category.Index().Where(letter => letter.Item == Slash).Select(letter => category[..letter.Index]).Append(category);
}
