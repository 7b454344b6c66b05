using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>
/// What samples of an average improvement are drawn from: within each benchmark clusters within their categories, the same for all models and
/// for all metrics of the benchmark over the same items.
/// </summary>
sealed class ImprovementDraws
{
    readonly (Metric Metric, string Benchmark, MarkedUnits Units)[] metrics;

    /// <summary>By metric: where its clusters begin among all that are drawn, and in how many strata they are.</summary>
    readonly Range[] drawnFrom;

    ImprovementDraws((Metric Metric, string Benchmark, MarkedUnits Units)[] metrics)
    {
        this.metrics = metrics;
        var layouts = metrics.Select(one => $"{one.Benchmark}\n{one.Units.Layout}").ToArray();
        var clusters = ImmutableArray.CreateBuilder<int>();
        var ranges = new Dictionary<string, Range>();
        foreach (var (at, layout) in layouts.Index())
        {
            if (!ranges.ContainsKey(layout))
            {
                var begin = clusters.Count;
                clusters.AddRange(metrics[at].Units.Clusters);
                ranges.Add(layout, begin..clusters.Count);
            }
        }

        drawnFrom = [.. layouts.Select(layout => ranges[layout])];
        Clusters = clusters.ToImmutable();
        Layout = string.Join('\f', layouts);
    }

    /// <summary>The metrics that count and that all models have marks of, with their benchmarks.</summary>
    public ImmutableArray<(Metric Metric, string Benchmark)> Metrics => [.. metrics.Select(one => (one.Metric, one.Benchmark))];

    /// <summary>How many clusters each sample has.</summary>
    public ImmutableArray<int> Clusters { get; }

    /// <summary>Names what is drawn: samples of equal layouts and seeds are pairs.</summary>
    public string Layout { get; }

    /// <summary>What is drawn for some models.</summary>
    /// <param name="models">Their verdicts, the base model first; benchmarks that one of them lacks are left out.</param>
    public static ImprovementDraws Of(params IReadOnlyList<IReadOnlyList<BenchmarkVerdicts>> models) =>
        new([
            .. from before in models[0]
            let all = models
                .Select(model => model.FirstOrDefault(one => one.Benchmark.Name == before.Benchmark.Name))
                .OfType<BenchmarkVerdicts>()
                .ToArray()
            where all.Length == models.Count
            from metric in before.Benchmark.Metrics
            where metric.Averaged
            let units = MarkedUnits.Of(metric, before.Benchmark.Items, [.. all.Select(one => one.Verdicts.AsEnumerable())])
            where units.Count > 0
            select (metric, before.Benchmark.Name, units),
        ]);

    /// <summary>A model's mean relative change in a drawn sample; not a number where no metric has one.</summary>
    /// <param name="model">Its index; 0 is the base.</param>
    /// <param name="drawn">The drawn clusters of each sample.</param>
    public double Change(int model, int[][] drawn)
    {
        var (sum, count) = (0.0, 0);
        foreach (var (at, (metric, _, units)) in metrics.Index())
        {
            var chosen = drawn[drawnFrom[at]];
            if (RelativeChange.Percent(units.Value(model, chosen), units.Value(0, chosen), metric.HigherIsBetter) is { } change)
            {
                (sum, count) = (sum + change, count + 1);
            }
        }

        return sum / count;
    }
}
