using System.Collections.Immutable;
using MathNet.Numerics.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>A metric's value.</summary>
/// <param name="Value">Of the whole benchmark; not a number where no verdict has the mark.</param>
/// <param name="Categories">Of each category and those inside it, and of each tag: the plain mean of the items, or groups, that have it.</param>
/// <param name="Counted">How many items have the mark.</param>
public sealed record Score(double Value, ImmutableSortedDictionary<string, double> Categories, int Counted)
{
    const char Slash = '/';

    /// <summary>Of each run, in order, where every item has the same several runs; else the value alone.</summary>
    public ImmutableArray<double> Runs { get; init; } = [Value];

    /// <summary>The standard deviation of the runs, dividing by their number (as MM-Vet's script does); 0 for one.</summary>
    public double Deviation => ArrayStatistics.PopulationStandardDeviation([.. Runs]);

    /// <summary>One item's mark, or that of a group.</summary>
    readonly record struct Unit(string Category, double Mark);

    /// <summary>
    /// The value of a metric: the mean of the runs' values where every item has the same several runs; else an item with several answers has
    /// the mean of their marks.
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

        Item[] counted = [.. items.Where(item => metric.Only is not { } tag || item.Tags.Contains(tag))];
        RequireDistinctNames(counted);
        var runs = all.SelectMany(runs => runs).Select(verdict => verdict.Run).Distinct().Order().ToArray();
        var score = Of(metric, counted, id => all[id]);
        return runs.Length > 1 && all.All(item => item.Select(verdict => verdict.Run).Order().SequenceEqual(runs))
            ? score.MeanOf([.. runs.Select(run => Of(metric, counted, id => all[id].Where(verdict => verdict.Run == run)))])
            : score;
    }

    Score MeanOf(ImmutableArray<Score> runs) =>
        this with
        {
            Value = runs.Average(run => run.Value),
            Categories = Categories.ToImmutableSortedDictionary(
                category => category.Key,
                category =>
                    runs.Where(run => run.Categories.ContainsKey(category.Key))
                        .Select(run => run.Categories[category.Key])
                        .DefaultIfEmpty(double.NaN)
                        .Average(),
                StringComparer.Ordinal
            ),
            Runs = [.. runs.Select(run => run.Value)],
        };

    static Score Of(Metric metric, Item[] items, Func<string, IEnumerable<Verdict>> verdicts)
    {
        var score = MeanOf(metric.Mark, metric.Scale);
        return metric.RelativeTo is { } other ? score.DividedBy(MeanOf(other, 1)) : score;

        Score MeanOf(string mark, double scale) => Mean(metric.Over, scale, items, item => verdicts(item.Id).MeanOf(mark));
    }

    static void RequireDistinctNames(Item[] items)
    {
        var categories = items.Select(item => item.Category).Distinct().SelectMany(CategoriesOf).ToHashSet();
        if (items.SelectMany(item => item.Tags).FirstOrDefault(categories.Contains) is { } both)
        {
            throw new ArgumentException($"{both} is a category and a tag.", nameof(items));
        }
    }

    static Score Mean(Over over, double scale, IReadOnlyList<Item> items, Func<Item, double?> mark)
    {
        var marked = items.Select(item => (Item: item, Mark: mark(item))).ToArray();
        var units = UnitsOf(marked);
        var byTag = marked
            .SelectMany(one => one.Item.Tags.Distinct().Select(tag => (Tag: tag, One: one)))
            .GroupBy(one => one.Tag, one => one.One);
        return new(
            Whole("", units),
            units
                .SelectMany(unit => CategoriesOf(unit.Category))
                .Distinct()
                .Select(category => (Name: category, Value: Whole(category, units.Where(unit => IsIn(unit, category)))))
                .Concat(byTag.Select(tag => (Name: tag.Key, Value: Plain(UnitsOf(tag)))))
                .ToImmutableSortedDictionary(group => group.Name, group => group.Value, StringComparer.Ordinal),
            marked.Count(one => one.Mark is not null)
        );

        Unit[] UnitsOf(IEnumerable<(Item Item, double? Mark)> marked) =>
            [
                .. over == Over.Items
                    ? marked.Where(one => one.Mark is not null).Select(one => new Unit(one.Item.Category, one.Mark!.Value))
                    : marked
                        .GroupBy(one => (one.Item.Category, one.Item.Group))
                        .Where(group => group.All(one => one.Mark is not null))
                        .Select(group => new Unit(group.Key.Category, group.Min(one => one.Mark!.Value))),
            ];

        double Plain(IReadOnlyCollection<Unit> units) => units.Count > 0 ? scale * units.Average(unit => unit.Mark) : double.NaN;

        double Whole(string category, IEnumerable<Unit> inside)
        {
            var here = inside.ToLookup(unit => over == Over.Items || unit.Category == category);
            var below = here[false].GroupBy(unit => Next(category, unit.Category)).OrderBy(next => next.Key, StringComparer.Ordinal);
            double[] means =
            [
                .. here.Contains(true) ? [scale * here[true].Average(unit => unit.Mark)] : Array.Empty<double>(),
                .. below.Select(next => Whole(next.Key, next)),
            ];
            return means.Length > 0 ? means.Average() : double.NaN;
        }
    }

    Score DividedBy(Score other) =>
        new(
            Value / other.Value,
            Categories.ToImmutableSortedDictionary(
                category => category.Key,
                category => category.Value / other.Categories[category.Key],
                StringComparer.Ordinal
            ),
            Counted
        );

    static bool IsIn(Unit unit, string category) =>
        unit.Category == category || unit.Category.StartsWith(category + Slash, StringComparison.Ordinal);

    /// <summary>The category and the categories that it lies in: "2D" and "2D/COCO".</summary>
    static IEnumerable<string> CategoriesOf(string category) =>
        category.Length == 0
            ? []
            : category.Index().Where(letter => letter.Item == Slash).Select(letter => category[..letter.Index]).Append(category);

    /// <summary>Of the categories that a category lies in, the one directly below another: from "2D" towards "2D/COCO/dogs" it is "2D/COCO".</summary>
    static string Next(string from, string to) =>
        to.IndexOf(Slash, from.Length == 0 ? 0 : from.Length + 1) is >= 0 and var end ? to[..end] : to;
}
