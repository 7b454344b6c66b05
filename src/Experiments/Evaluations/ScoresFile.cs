using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Results;
using SVco.Files;

namespace SVco.Experiments;

/// <summary>scores.json: a model's numbers in a benchmark.</summary>
static class ScoresFile
{
    /// <summary>Its name.</summary>
    public const string Name = "scores.json";

    static readonly JsonSerializerOptions Indented = new(JsonLines.Options) { WriteIndented = true };

    sealed record Line(
        string Metric,
        double? Value,
        double? StandardError,
        double? Low,
        double? High,
        int Counted,
        double? WithoutImages,
        IReadOnlyDictionary<string, double?> Categories,
        ImmutableArray<double?> Runs
    );

    /// <summary>Writes it.</summary>
    public static void Write(string path, EvaluatedBenchmark evaluated)
    {
        var (benchmark, graded) = (evaluated.Benchmark, evaluated.WithImages);
        var lines = benchmark.Metrics.Select(metric =>
        {
            var score = Score.Of(metric, benchmark.Items, graded.Verdicts);
            var uncertainty = ScoreUncertainty.Of(metric, benchmark.Items, graded.Verdicts);
            return new Line(
                metric.Name,
                Finite(score.Value),
                Finite(uncertainty?.StandardError),
                Finite(uncertainty?.Interval.Low),
                Finite(uncertainty?.Interval.High),
                score.Counted,
                evaluated.WithoutImages.IsEmpty ? null : Finite(Score.Of(metric, benchmark.Items, evaluated.WithoutImages.Verdicts).Value),
                score.Categories.ToDictionary(category => category.Key, category => Finite(category.Value)),
                [.. score.Runs.Select(run => Finite(run))]
            );
        });
        var json = JsonSerializer.SerializeToUtf8Bytes(lines.ToArray(), Indented);
        AtomicOutput.WriteFile(path, stream => stream.Write(json));
    }

    // JSON has no number for what could not be computed.
    static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
