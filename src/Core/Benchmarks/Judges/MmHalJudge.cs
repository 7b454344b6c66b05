using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace SVco.Core.Benchmarks;

/// <summary>
/// MMHal-Bench: a judge that sees what is in the image rates an answer from 0 to 6; below 3 it hallucinates. The official marks: the mean of
/// all digits that follow "rating" in the reply; where there is none the judge is asked up to three times more at 0.2, 0.4 and 0.6, and then
/// the score is 0. The corrected marks: the last rating of the reply, also where it stands in bold or in brackets; none where there is none.
/// </summary>
/// <param name="ImageContent">The kinds of things in the image.</param>
/// <param name="Question">The question.</param>
/// <param name="Answer">A person's answer.</param>
/// <param name="Prompts">In what words the judge is asked.</param>
public sealed partial record MmHalJudge(ImmutableArray<string> ImageContent, string Question, string Answer, JudgePrompts Prompts)
    : Grader.Judge
{
    /// <summary>From this score on there is no hallucination.</summary>
    const double Truthful = 3;

    const int Attempts = 4;
    const double WarmerEachTime = 0.2;

    /// <inheritdoc/>
    public override string Truth => Answer;

    /// <inheritdoc/>
    public override JudgeRequest? Request(string answer, int attempt) =>
        attempt >= Attempts
            ? null
            : new(
                "gpt-4-turbo",
                Prompts.MmHal.Messages(
                    hinted: attempt > 0,
                    ("contents", string.Join(", ", ImageContent)),
                    ("question", Question),
                    ("truth", Answer),
                    ("answer", PythonText.Strip(answer.Replace("Assistant:", "")))
                ),
                // Added up as the official script does it: 0.6 is the double after it.
                Enumerable.Repeat(WarmerEachTime, attempt).Sum(),
                MaxTokens: 512
            );

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double>? Read(string reply) =>
        Official(reply) is { } score ? OfficialMarks(score, Informativeness(reply)).AddRange(CorrectedMarks(reply)) : null;

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> GiveUp(ImmutableArray<string> replies) =>
        OfficialMarks(0, Informativeness(replies[^1]))
            .Add(Marks.OfficialUnread, 1)
            .AddRange(replies.Select(CorrectedMarks).FirstOrDefault(marks => marks.Count > 0) ?? Marks.None);

    static ImmutableSortedDictionary<string, double> OfficialMarks(double score, double informativeness) =>
        Marks.Of(
            (Marks.Official, score),
            (Marks.OfficialHallucination, Hallucination(score)),
            (Marks.OfficialInformativeness, informativeness)
        );

    static ImmutableSortedDictionary<string, double> CorrectedMarks(string reply) =>
        CorrectedRating().Matches(reply).LastOrDefault() is { } last && last.Groups[1].Value[0] - '0' is var score
            ? Marks.Of(
                (Marks.Corrected, score),
                (Marks.CorrectedHallucination, Hallucination(score)),
                (Marks.CorrectedInformativeness, Informative(score))
            )
            : Marks.None;

    static double Hallucination(double score) => score >= Truthful ? 0 : 1;

    static double Informative(int score) => score >= Truthful ? score - Truthful : score;

    static double? Official(string reply) =>
        Digits(OfficialRating(), reply) is { Length: > 0 } found ? found.Sum() / (double)found.Length : null;

    static double Informativeness(string reply) => Digits(StrictRating(), reply) is [var only] ? Informative(only) : 0;

    static int[] Digits(Regex rating, string reply) =>
        [.. rating.Matches(PythonText.Lower(reply)).Select(match => match.Groups[1].Value[0] - '0').Distinct()];

    // Python counts the dotless i as an i where case is ignored.
    [GeneratedRegex(@"rat[iı]ng(?:\*\*)?[\s\x1C-\x1F]*:?[\s\x1C-\x1F]*([0-6])", RegexOptions.CultureInvariant)]
    private static partial Regex OfficialRating();

    [GeneratedRegex(@"rating: ([0-6])", RegexOptions.CultureInvariant)]
    private static partial Regex StrictRating();

    [GeneratedRegex(
        @"rating(?:\s+is\b)?\s*(?:[\(\[]\s*0\s*[-–]\s*6\s*[\)\]])?(?:\s|[*_:=\[\](){}""'#])*([0-6])(?![0-9]|\.[0-9]|\s*[-–]\s*[0-9])",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex CorrectedRating();
}
