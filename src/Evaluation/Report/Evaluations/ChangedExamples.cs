using System.Collections.Immutable;
using SVco.Files;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Fig. 5: items that a model has right and the base model wrong, and the reverse.</summary>
static class ChangedExamples
{
    /// <summary>The rule in words.</summary>
    public const string Rule =
        "Chosen by a rule that nobody can steer: of each benchmark's items, put in the order of the SHA-256 of their names, the first that the base model has wrong and another model right, and the first that the base model has right and another model wrong.";

    /// <summary>The examples, in the order of the benchmarks; none without a second model.</summary>
    /// <param name="items">All items.</param>
    public static ImmutableArray<(AnsweredItem Item, bool IsGain)> Of(IEnumerable<AnsweredItem> items) =>
        [
            .. items
                .GroupBy(item => item.Benchmark.Name)
                .SelectMany(benchmark =>
                {
                    AnsweredItem[] ordered =
                    [
                        .. benchmark.OrderBy(item => ContentHash.Of($"{benchmark.Key}\n{item.Item.Id}"), StringComparer.Ordinal),
                    ];
                    return new[] { true, false }
                        .Select(isGain => (Item: ordered.FirstOrDefault(item => Changes(item, isGain)), IsGain: isGain))
                        .Where(example => example.Item is not null)
                        .Select(example => (example.Item!, example.IsGain));
                }),
        ];

    static bool Changes(AnsweredItem item, bool isGain)
    {
        var (before, after) = isGain ? (Rightness.Wrong, Rightness.Right) : (Rightness.Right, Rightness.Wrong);
        return item.Answers[0]?.Correctness.Rightness == before
            && item.Answers.Skip(1).Any(answer => answer?.Correctness.Rightness == after);
    }
}
