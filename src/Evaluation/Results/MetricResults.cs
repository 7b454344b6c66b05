using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Answers;

namespace SVco.Evaluation.Results;

/// <summary>From what a model did in benchmarks to the numbers of tables.</summary>
public static class MetricResults
{
    /// <summary>The numbers of a model: each metric over the whole benchmark, then over its categories where there are several.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="seed">The finetuning seed.</param>
    /// <param name="seen">What it did.</param>
    /// <param name="unseen">What it did in the same benchmarks without images; null where that was not measured.</param>
    public static ImmutableArray<MetricResult> Of(
        string model,
        int seed,
        IReadOnlyList<BenchmarkResult> seen,
        IReadOnlyList<BenchmarkResult>? unseen
    ) =>
        [
            .. from benchmark in seen.Index()
            from metric in benchmark.Item.Benchmark.Metrics.Index()
            from result in Of(
                model,
                seed,
                benchmark.Item.Benchmark,
                metric.Item,
                benchmark.Item.Scores[metric.Index],
                unseen?[benchmark.Index].Scores[metric.Index]
            )
            select result,
        ];

    static IEnumerable<MetricResult> Of(string model, int seed, Benchmark benchmark, Metric metric, Score score, Score? unseen)
    {
        yield return Result("", score.Value, unseen?.Value, metric.Averaged);
        foreach (var (category, value) in score.Categories.Where(_ => score.Categories.Count > 1))
        {
            yield return Result(category, value, unseen?.Categories[category], averaged: false);
        }

        MetricResult Result(string category, double value, double? noImage, bool averaged) =>
            new(model, seed, benchmark.Name, category, benchmark.Domain, metric.Name, value, noImage, metric.HigherIsBetter, averaged);
    }
}
