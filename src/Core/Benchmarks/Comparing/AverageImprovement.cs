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
/// <param name="Over">Over which metrics of which benchmarks; a base of 0 has no relative change and is left out.</param>
/// <param name="Samples">
/// Of drawn samples: within each benchmark clusters are drawn within their categories, the same for both models and for all metrics of the
/// benchmark over the same items.
/// </param>
public sealed record AverageImprovement(double Percent, ImmutableArray<(Metric Metric, string Benchmark)> Over, Bootstrap Samples)
{
    /// <summary>Names what is drawn: the samples of two models with equal layouts are pairs.</summary>
    string Layout { get; init; } = "";

    int Clusters { get; init; }

    ulong Seed { get; init; }

    IReadOnlyList<BenchmarkVerdicts> Base { get; init; } = [];

    IReadOnlyList<BenchmarkVerdicts> Model { get; init; } = [];

    /// <summary>Over how many metrics.</summary>
    public int Metrics => Over.Length;

    /// <summary>Whether both are means over the same metrics; else neither can be called better than the other.</summary>
    public bool IsComparableWith(AverageImprovement other) => Over.SequenceEqual(other.Over);

    /// <summary>The 95 % percentile interval; of no numbers where no benchmark has two clusters to draw from.</summary>
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
        var draws = ImprovementDraws.Of(baseModel, model);
        var changes = draws
            .Metrics.Select(one =>
                RelativeChange.Percent(
                    ScoreOf(one.Metric, model.First(after => after.Benchmark.Name == one.Benchmark)),
                    ScoreOf(one.Metric, baseModel.First(before => before.Benchmark.Name == one.Benchmark)),
                    one.Metric.HigherIsBetter
                )
            )
            .ToArray();
        return new(
            changes.Average() ?? double.NaN,
            [.. draws.Metrics.Where((_, at) => changes[at] is not null)],
            Bootstrap.Of(draws.Clusters, drawn => draws.Change(1, drawn), resamples, seed)
        )
        {
            Layout = draws.Layout,
            Clusters = draws.Clusters.Sum(),
            Seed = seed,
            Base = baseModel,
            Model = model,
        };
    }

    /// <summary>
    /// The 95 % interval of this improvement less another's over the same base, by the same draws, over the items that both models and the base
    /// have a mark for (an answer that nobody judged has none). Null where the two are means over different metrics, or no item is in common.
    /// </summary>
    public Bounds? IntervalAbove(AverageImprovement other)
    {
        var resamples = Samples.Values.Length;
        if (!IsComparableWith(other))
        {
            return null;
        }

        if (Layout == other.Layout && Seed == other.Seed && resamples == other.Samples.Values.Length)
        {
            return new Bootstrap(
                Percent - other.Percent,
                [.. Samples.Values.Zip(other.Samples.Values, (one, less) => one - less)]
            ).Percentiles();
        }

        var draws = ImprovementDraws.Of(Base, Model, other.Model);
        return draws.Metrics.IsEmpty || !Over.All(one => draws.Metrics.Contains(one))
            ? null
            : Bootstrap.Of(draws.Clusters, drawn => draws.Change(1, drawn) - draws.Change(2, drawn), resamples, Seed).Percentiles();
    }

    /// <summary>
    /// Whether this lies above another by more than chance: the interval of its lead is above 0, and there are enough clusters for a p below 0.05
    /// at all, were their results exchanged.
    /// </summary>
    public bool IsToldApartFrom(AverageImprovement other) =>
        Permutation.LeastP(Math.Min(Clusters, other.Clusters)) < 0.05 && IntervalAbove(other) is { Low: > 0 };

    static double ScoreOf(Metric metric, BenchmarkVerdicts verdicts) => Score.Of(metric, verdicts.Benchmark.Items, verdicts.Verdicts).Value;
}
