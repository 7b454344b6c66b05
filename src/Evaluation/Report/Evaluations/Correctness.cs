using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Whether an answer is right, for people who look through answers; no number of a table depends on it.</summary>
enum Rightness
{
    /// <summary>The model was not asked.</summary>
    NotAsked,

    /// <summary>The judge has not said, or said nothing that can be read.</summary>
    NotJudged,

    /// <summary>No mark at all.</summary>
    Wrong,

    /// <summary>Something between.</summary>
    Partly,

    /// <summary>The full mark.</summary>
    Right,
}

/// <summary>What an answer is worth.</summary>
/// <param name="Rightness">In a word.</param>
/// <param name="Value">From 0 for wrong to 1 for right, so that two models' answers can be compared; not a number where there is no mark.</param>
readonly record struct Correctness(Rightness Rightness, double Value)
{
    /// <summary>The rule in words.</summary>
    public const string Rule =
        "Right is an answer with the full mark by the rule that Table 1 counts, wrong one without any, partly right one between. Where a judge looks for hallucinations, an answer without one is right; where it compares with a reference answer, one that gets at least the reference's mark.";

    /// <summary>What the verdicts on a model's answers to an item say together.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="verdicts">All of the item; none where the model was not asked.</param>
    public static Correctness Of(Benchmark benchmark, IReadOnlyCollection<Verdict> verdicts)
    {
        if (verdicts.Count == 0)
        {
            return new(Rightness.NotAsked, double.NaN);
        }

        double[] values =
        [
            .. verdicts.Select(verdict => ValueOf(benchmark, verdict)).Where(value => value is not null).Select(value => value!.Value),
        ];
        return values.Length == 0 ? new(Rightness.NotJudged, double.NaN) : Of(values.Average());
    }

    static Correctness Of(double value) =>
        new(
            value >= 1 ? Rightness.Right
                : value <= 0 ? Rightness.Wrong
                : Rightness.Partly,
            value
        );

    static double? ValueOf(Benchmark benchmark, Verdict verdict)
    {
        // The numbers that count come first; items that these leave out have the mark of another.
        var metrics = benchmark.Metrics.OrderBy(metric => metric.Averaged ? 0 : 1).ToArray();
        if (metrics.FirstOrDefault(metric => metric.Averaged && !metric.HigherIsBetter) is { } rate)
        {
            return verdict.Marks.TryGetValue(rate.Mark, out var fault) ? 1 - fault : null;
        }

        return metrics.FirstOrDefault(metric => metric.HigherIsBetter && verdict.Marks.ContainsKey(metric.Mark)) is not { } main ? null
            : main.RelativeTo is not { } reference ? verdict.Marks[main.Mark]
            // An official script may average -1 for a reply that it cannot read.
            : verdict.Marks.TryGetValue(reference, out var other) && other > 0 ? Math.Min(1, verdict.Marks[main.Mark] / other)
            : null;
    }
}
