using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>
/// TextVQA: how many of ten people gave the same answer, once answers are normalized: the mean over the ten ways to leave one person out of
/// min(1, agreeing / 3). <see cref="Marks.Official"/> normalizes as the official script, <see cref="Marks.Corrected"/> without its slips
/// (<see cref="TextVqaAnswer"/>).
/// </summary>
/// <param name="Answers">What the people answered, ten.</param>
public sealed record TextVqaGrader(ImmutableArray<string> Answers) : Grader.Rule
{
    const int Enough = 3;

    /// <inheritdoc/>
    public override string Truth =>
        string.Join(", ", Answers.GroupBy(answer => answer).OrderByDescending(same => same.Count()).Select(same => same.Key));

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> Grade(string answer) =>
        Marks.Of(
            (Marks.Official, Score(answer, TextVqaAnswer.Official)),
            (Marks.Corrected, Score(answer, TextVqaAnswer.Corrected)),
            (Marks.Unread, string.IsNullOrWhiteSpace(answer) ? 1 : 0)
        );

    double Score(string answer, Func<string, string> normalized)
    {
        var said = normalized(answer);
        bool[] agree = [.. Answers.Select(other => normalized(other) == said)];
        var all = agree.Count(same => same);
        // A sum in the people's order: the official numbers are compared to the last digit.
        return agree.Select(same => Math.Min(1, (all - (same ? 1 : 0)) / (double)Enough)).Aggregate(0.0, (sum, part) => sum + part)
            / agree.Length;
    }
}
