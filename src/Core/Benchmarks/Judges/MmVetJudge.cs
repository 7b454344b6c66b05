using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SVco.Core.Benchmarks;

/// <summary>
/// MM-Vet: a judge completes a table with the correctness of an answer from 0 to 1. <see cref="Marks.Official"/>: the reply up to its first
/// space is the number; anything else is asked again with a hint, the second time at the same temperature and then each time 0.5 higher.
/// <see cref="Marks.Corrected"/>: the number that the reply begins with, and none where it is not from 0 to 1.
/// </summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The truth; &lt;AND&gt; and &lt;OR&gt; stand between its parts.</param>
/// <param name="Prompts">In what words the judge is asked.</param>
public sealed partial record MmVetJudge(string Question, string Answer, JudgePrompts Prompts) : Grader.Judge
{
    /// <summary>No server samples at a higher temperature: from there on the official script would ask for ever.</summary>
    const double HighestTemperature = 2;

    /// <inheritdoc/>
    public override string Truth => Answer;

    /// <inheritdoc/>
    public override JudgeRequest? Request(string answer, int attempt)
    {
        var temperature = 0.5 * Math.Max(0, attempt - 1);
        return temperature > HighestTemperature
            ? null
            : new(
                "gpt-4-0613",
                Prompts.MmVet.Messages(
                    hinted: attempt > 0,
                    ("question", Question),
                    ("truth", Answer.Replace("<AND>", " <AND> ").Replace("<OR>", " <OR> ")),
                    ("answer", answer)
                ),
                temperature,
                MaxTokens: 3
            );
    }

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double>? Read(string reply) =>
        Official(reply) is { } score ? Marks.Of([(Marks.Official, score), .. CorrectedOf(reply)]) : null;

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> GiveUp(ImmutableArray<string> replies) =>
        Marks.Of([.. replies.SelectMany(CorrectedOf).Take(1)]);

    // Not a number is neither above 1 nor below 0, and so it passes.
    static double? Official(string reply) =>
        PythonText.Float(PythonText.Strip(reply.Split(' ')[0])) is { } score && !(score > 1 || score < 0) ? score : null;

    static IEnumerable<(string, double)> CorrectedOf(string reply)
    {
        if (
            Number().Match(reply) is { Success: true } match
            && double.Parse(match.Groups[1].Value.Replace(',', '.'), CultureInfo.InvariantCulture) is >= 0 and <= 1 and var score
        )
        {
            yield return (Marks.Corrected, score);
        }
    }

    [GeneratedRegex(@"\A[^\p{L}\p{N}.-]*(-?(?:[0-9]+[.,]?[0-9]*|\.[0-9]+))", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
