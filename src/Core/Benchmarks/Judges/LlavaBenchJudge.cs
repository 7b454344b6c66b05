using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SVco.Core.Benchmarks;

/// <summary>
/// LLaVA-Bench: a judge that sees a description of the image gives two answers a mark from 1 to 10 each: first the reference answer's, then
/// the model's. <see cref="Marks.Official"/> and <see cref="Marks.OfficialReference"/>: the reply's first line, its commas as spaces, is two
/// numbers with one space between; else both are -1, which the official summary averages. <see cref="Marks.Corrected"/> and
/// <see cref="Marks.CorrectedReference"/>: any two numbers of the first line; none where it has not two. It is asked once.
/// </summary>
/// <param name="Category">conv, detail or complex.</param>
/// <param name="Context">The description of the image, a sentence a line.</param>
/// <param name="Question">The question.</param>
/// <param name="Reference">The reference answer.</param>
/// <param name="Prompts">In what words the judge is asked.</param>
public sealed partial record LlavaBenchJudge(string Category, string Context, string Question, string Reference, JudgePrompts Prompts)
    : Grader.Judge
{
    const double Unreadable = -1;
    const double Best = 10;

    /// <inheritdoc/>
    public override string Truth => Reference;

    /// <inheritdoc/>
    /// <exception cref="UserException">The category is another.</exception>
    public override JudgeRequest? Request(string answer, int attempt) =>
        attempt > 0
            ? null
            : new(
                "gpt-4-0613",
                Prompt.Messages(hinted: false, ("context", Context), ("question", Question), ("reference", Reference), ("answer", answer)),
                Temperature: 0.2,
                MaxTokens: 1024
            );

    JudgePrompt Prompt =>
        Category switch
        {
            "conv" => Prompts.LlavaConversation,
            "detail" => Prompts.LlavaDetail,
            "complex" => Prompts.LlavaComplex,
            _ => throw new UserException(
                $"LLaVA-Bench has the categories conv, detail and complex, and the question \"{Question}\" has \"{Category}\". Check the question file."
            ),
        };

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double>? Read(string reply) =>
        (Official(reply), Corrected(reply)) is var (official, corrected) && (official ?? corrected) is not null
            ? MarksOf(official, corrected)
            : null;

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> GiveUp(ImmutableArray<string> replies) => MarksOf(null, null);

    static ImmutableSortedDictionary<string, double> MarksOf(
        (double Reference, double Model)? official,
        (double Reference, double Model)? corrected
    )
    {
        var marks = official is var (officialReference, officialModel)
            ? Marks.Of((Marks.OfficialReference, officialReference), (Marks.Official, officialModel))
            : Marks.Of((Marks.OfficialReference, Unreadable), (Marks.Official, Unreadable), (Marks.OfficialUnread, 1));
        return corrected is var (reference, model) ? marks.Add(Marks.CorrectedReference, reference).Add(Marks.Corrected, model) : marks;
    }

    static (double Reference, double Model)? Official(string reply) =>
        reply.Split('\n')[0].Replace(',', ' ').Split(' ') is [var first, var second]
        && PythonText.Float(first) is { } reference
        && PythonText.Float(second) is { } model
            ? (reference, model)
            : null;

    static (double Reference, double Model)? Corrected(string reply) =>
        Numbers(reply.Trim().Split('\n')[0]) is [>= 0 and <= Best and var reference, >= 0 and <= Best and var model]
            ? (reference, model)
            : null;

    static double[] Numbers(string line) =>
        [.. Number().Matches(NoMark().Replace(line, "")).Select(match => double.Parse(match.Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    /// <summary>Numbers that are no marks: those of "Assistant 1" and "8/10".</summary>
    [GeneratedRegex(@"\bassistant\s*[12]\b|/\s*10\b|\bout of 10\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex NoMark();
}
