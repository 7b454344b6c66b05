using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>A model's verdicts in a benchmark.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Verdicts">At least one for each item.</param>
/// <param name="WithoutImages">Those of the run without images; empty where there was none.</param>
public sealed record BenchmarkVerdicts(Benchmark Benchmark, ImmutableArray<Verdict> Verdicts, ImmutableArray<Verdict> WithoutImages)
{
    /// <summary>Verdicts of a run with images alone.</summary>
    public BenchmarkVerdicts(Benchmark benchmark, ImmutableArray<Verdict> verdicts)
        : this(benchmark, verdicts, []) { }
}

/// <summary>The mean relative change of a model against the base model over the metrics that count.</summary>
/// <param name="Percent">The mean; not a number where no metric has a relative change.</param>
/// <param name="Metrics">Over how many metrics; a base of 0 has no relative change and is left out.</param>
/// <param name="Samples">
/// Of drawn samples: within each benchmark clusters are drawn within their categories, the same for both models and for all metrics of the
/// benchmark over the same items.
/// </param>
public sealed record AverageImprovement(double Percent, int Metrics, Bootstrap Samples)
{
    /// <summary>Names what is drawn: the samples of two models with equal layouts are pairs.</summary>
    string Layout { get; init; } = "";

    /// <summary>The 95 % percentile interval.</summary>
    public Bounds Interval => Samples.Percentiles();

    /// <summary>The average improvement of a model.</summary>
    /// <param name="baseModel">The base model's verdicts.</param>
    /// <param name="model">The model's; benchmarks that only one of them has are left out.</param>
    /// <param name="resamples">How many samples are drawn.</param>
    /// <param name="seed">Equal seeds give equal draws.</param>
    public static AverageImprovement Of(
        IReadOnlyList<BenchmarkVerdicts> baseModel,
        IReadOnlyList<BenchmarkVerdicts> model,
        int resamples = Bootstrap.Resamples,
        ulong seed = 0
    )
    {
        var metrics = baseModel
            .SelectMany(before => model.Where(after => after.Benchmark.Name == before.Benchmark.Name).Select(after => (before, after)))
            .SelectMany(pair =>
                pair.before.Benchmark.Metrics.Where(metric => metric.Averaged).Select(metric => (pair.before, pair.after, metric))
            )
            .Select(one =>
                (
                    one.metric,
                    one.before,
                    one.after,
                    Units: MarkedUnits.Of(one.metric, one.before.Benchmark.Items, one.before.Verdicts, one.after.Verdicts)
                )
            )
            .Where(one => one.Units.Count > 0)
            .ToArray();
        var layouts = metrics.Select(one => $"{one.before.Benchmark.Name}\n{one.Units.Layout}").ToArray();
        var distinct = layouts.Distinct().ToArray();
        int[] drawnAs = [.. layouts.Select(layout => Array.IndexOf(distinct, layout))];
        int[][] strata = [.. distinct.Select(layout => metrics[Array.IndexOf(layouts, layout)].Units.Clusters.ToArray())];
        int[] starts = [.. strata.Select((_, at) => strata.Take(at).Sum(units => units.Length))];
        var changes = metrics
            .Select(one =>
                RelativeChange.Percent(ScoreOf(one.metric, one.after), ScoreOf(one.metric, one.before), one.metric.HigherIsBetter)
            )
            .ToArray();

        return new(
            changes.Average() ?? double.NaN,
            changes.Count(change => change is not null),
            Bootstrap.Of([.. strata.SelectMany(units => units)], Drawn, resamples, seed)
        )
        {
            Layout = string.Join('\f', layouts),
        };

        double Drawn(int[][] drawn)
        {
            var (sum, count) = (0.0, 0);
            foreach (var (at, (metric, _, _, units)) in metrics.Index())
            {
                var chosen = drawn[starts[drawnAs[at]]..][..strata[drawnAs[at]].Length];
                if (RelativeChange.Percent(units.Value(1, chosen), units.Value(0, chosen), metric.HigherIsBetter) is { } change)
                {
                    (sum, count) = (sum + change, count + 1);
                }
            }

            return sum / count;
        }
    }

    /// <summary>The interval of this improvement less another's, by the same draws; null where the two were not drawn alike.</summary>
    public Bounds? IntervalAbove(AverageImprovement other) =>
        Layout == other.Layout && Samples.Values.Length == other.Samples.Values.Length
            ? new Bootstrap(Percent - other.Percent, [.. Samples.Values.Zip(other.Samples.Values, (one, less) => one - less)]).Percentiles()
            : null;

    static double ScoreOf(Metric metric, BenchmarkVerdicts verdicts) => Score.Of(metric, verdicts.Benchmark.Items, verdicts.Verdicts).Value;
}
