using System.Collections.Immutable;
using SVco.Core.Statistics;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report;

/// <summary>A benchmark, or a category of one, over all models of a study.</summary>
/// <param name="Benchmark">The benchmark's name.</param>
/// <param name="Category">A category of it; empty for the whole.</param>
/// <param name="Domain">Its domain.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="HigherIsBetter">False for rates that should fall.</param>
/// <param name="Averaged">Whether the average improvement counts it.</param>
/// <param name="Values">By model: the mean over seeds with its interval.</param>
/// <param name="Changes">By finetuned model: the relative change against the base model in percent, up is better.</param>
/// <param name="Dependency">The base model's relative drop in percent when images are taken away; null where not measured.</param>
public sealed record MetricColumn(
    string Benchmark,
    string Category,
    string Domain,
    string Metric,
    bool HigherIsBetter,
    bool Averaged,
    ImmutableDictionary<string, Interval> Values,
    ImmutableDictionary<string, Interval> Changes,
    double? Dependency
)
{
    /// <summary>The name in tables.</summary>
    public string Name => Category.Length == 0 ? Benchmark : $"{Benchmark}: {Category}";

    /// <summary>1 for the best mean, 2 for the second best, 0 for others; equals share a rank.</summary>
    public int Rank(string model)
    {
        double[] order =
        [
            .. Values.Values.Select(value => Math.Round(value.Mean, 6)).Distinct().OrderBy(mean => HigherIsBetter ? -mean : mean),
        ];
        // Where nobody differs there is no best.
        var place = Array.IndexOf(order, Math.Round(Values[model].Mean, 6));
        return order.Length > 1 && place < 2 ? place + 1 : 0;
    }
}

/// <summary>What a study says about its models: means, intervals over seeds, and changes against the base model.</summary>
/// <param name="Base">The base model's name.</param>
/// <param name="Models">The finetuned models that have numbers, in the study's order.</param>
/// <param name="Columns">Benchmarks and their categories, in the study's order.</param>
/// <param name="Improvements">By model and seed: the average improvement over the base model in percent.</param>
public sealed record Comparison(
    string Base,
    ImmutableArray<string> Models,
    ImmutableArray<MetricColumn> Columns,
    ImmutableDictionary<string, ImmutableSortedDictionary<int, double>> Improvements
)
{
    /// <summary>The benchmarks without their categories.</summary>
    public IEnumerable<MetricColumn> Wholes => Columns.Where(column => column.Category.Length == 0);

    /// <summary>The average improvement of a model with its interval over seeds.</summary>
    public Interval Improvement(string model) => Interval.Of(Improvements[model].Values);

    /// <summary>The mean average improvement when one benchmark is left out.</summary>
    public double ImprovementWithout(string model, string benchmark) =>
        Wholes
            .Where(column => column.Averaged && column.Benchmark != benchmark && column.Changes.ContainsKey(model))
            .Average(column => column.Changes[model].Mean);

    /// <summary>The models with an average improvement, from the highest to the lowest.</summary>
    public ImmutableArray<string> Ranked => [.. Models.Where(Improvements.ContainsKey).OrderByDescending(model => Improvement(model).Mean)];

    /// <summary>The mean change in a domain with its interval over seeds, by domain.</summary>
    public ImmutableArray<(string Domain, string Model, Interval Change)> Domains { get; init; } = [];

    /// <summary>The difference of two models' average improvements, paired by seed; null without two common seeds.</summary>
    public Interval? Difference(string first, string second)
    {
        double[] differences =
        [
            .. Improvements[first]
                .Where(one => Improvements[second].ContainsKey(one.Key))
                .Select(one => one.Value - Improvements[second][one.Key]),
        ];
        return differences.Length < 2 ? null : Interval.Of(differences);
    }

    /// <summary>A number that a finetuned model has beside the base model's.</summary>
    sealed record Change(MetricResult Metric, double Percent);

    /// <summary>Reads the numbers of a study; null when it has no benchmark numbers.</summary>
    public static Comparison? Of(StudyResults study)
    {
        if (study.Metrics.IsEmpty)
        {
            return null;
        }

        var baseModel = study.Models[0].Name;
        var changes = ChangesAgainst(baseModel, study.Metrics);
        var averaged = changes.Where(change => change.Metric.Averaged).ToArray();
        return new(
            baseModel,
            [.. study.Models.Select(model => model.Name).Where(name => changes.Any(change => change.Metric.Model == name))],
            [.. study.Metrics.GroupBy(Number).Select(column => Column([.. column], baseModel, changes.Where(IsOf(column.Key))))],
            averaged.GroupBy(change => change.Metric.Model).ToImmutableDictionary(model => model.Key, BySeed)
        )
        {
            Domains =
            [
                .. averaged
                    .GroupBy(change => (change.Metric.Domain, change.Metric.Model))
                    .Select(group => (group.Key.Domain, group.Key.Model, Interval.Of(BySeed(group).Values))),
            ],
        };
    }

    /// <summary>Which number it is, whatever the model and seed.</summary>
    static (string Benchmark, string Category, string Metric) Number(MetricResult metric) =>
        (metric.Benchmark, metric.Category, metric.Metric);

    static Func<Change, bool> IsOf((string Benchmark, string Category, string Metric) number) => change => Number(change.Metric) == number;

    static ImmutableArray<Change> ChangesAgainst(string baseModel, ImmutableArray<MetricResult> metrics)
    {
        var before = metrics
            .Where(metric => metric.Model == baseModel)
            .GroupBy(metric => (metric.Seed, Number(metric)))
            .ToDictionary(group => group.Key, group => group.First().Value);
        return
        [
            .. metrics
                .Where(metric => metric.Model != baseModel && before.ContainsKey((metric.Seed, Number(metric))))
                .Select(metric => new Change(
                    metric,
                    RelativeChange.PercentOfAtLeastOne(metric.Value, before[(metric.Seed, Number(metric))], metric.HigherIsBetter)
                )),
        ];
    }

    static ImmutableSortedDictionary<int, double> BySeed(IEnumerable<Change> changes) =>
        changes
            .GroupBy(change => change.Metric.Seed)
            .ToImmutableSortedDictionary(seed => seed.Key, seed => seed.Average(change => change.Percent));

    static MetricColumn Column(ImmutableArray<MetricResult> metrics, string baseModel, IEnumerable<Change> changes)
    {
        var first = metrics[0];
        var unseen = metrics.FirstOrDefault(metric => metric.Model == baseModel && metric.NoImageValue is not null);
        return new(
            first.Benchmark,
            first.Category,
            first.Domain,
            first.Metric,
            first.HigherIsBetter,
            first.Averaged,
            metrics
                .GroupBy(metric => metric.Model)
                .ToImmutableDictionary(model => model.Key, model => Interval.Of(model.Select(metric => metric.Value))),
            changes
                .GroupBy(change => change.Metric.Model)
                .ToImmutableDictionary(model => model.Key, model => Interval.Of(model.Select(change => change.Percent))),
            unseen is null ? null : -RelativeChange.PercentOfAtLeastOne(unseen.NoImageValue!.Value, unseen.Value, first.HigherIsBetter)
        );
    }
}
