using System.Collections.Immutable;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Answers;

/// <summary>What a model did in a benchmark.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Answers">An answer for each item.</param>
/// <param name="Verdicts">A verdict for each answer.</param>
/// <param name="Scores">A score for each metric.</param>
public sealed record BenchmarkResult(
    Benchmark Benchmark,
    ImmutableArray<Answer> Answers,
    ImmutableArray<Verdict> Verdicts,
    ImmutableArray<Score> Scores
);

/// <summary>
/// From items to numbers: items -> answers.jsonl -> verdicts.jsonl -> scores. Each stage needs only what the one before has written, and does
/// nothing twice.
/// </summary>
public static class Stages
{
    /// <summary>The answers' file in a model's folder.</summary>
    public const string AnswersFile = "answers.jsonl";

    /// <summary>The verdicts' file in a model's folder.</summary>
    public const string VerdictsFile = "verdicts.jsonl";

    /// <summary>Runs all stages.</summary>
    /// <param name="model">The model.</param>
    /// <param name="benchmarks">The benchmarks.</param>
    /// <param name="settings">How questions are put.</param>
    /// <param name="folder">Where answers and verdicts are kept; null keeps them in memory.</param>
    /// <param name="stop">Ends it between two batches of questions.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="Core.UserException">An image cannot be read, or the folder not be written.</exception>
    public static ImmutableArray<BenchmarkResult> Run(
        AskedModel model,
        IEnumerable<Benchmark> benchmarks,
        AskSettings settings,
        string? folder,
        CancellationToken stop
    )
    {
        using var answered = new KeyedLines<Answer>(In(AnswersFile));
        using var graded = new KeyedLines<Verdict>(In(VerdictsFile));
        return
        [
            .. benchmarks.Select(benchmark =>
            {
                var answers = Asking.Ask(model, benchmark.Items, settings, answered, stop);
                var verdicts = Grading.Grade(benchmark.Items, answers, graded);
                return new BenchmarkResult(
                    benchmark,
                    answers,
                    verdicts,
                    [.. benchmark.Metrics.Select(metric => Score.Of(metric, benchmark.Items, verdicts))]
                );
            }),
        ];

        string? In(string file) => folder is null ? null : Path.Combine(folder, file);
    }
}
