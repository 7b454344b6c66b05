using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>
/// RealWorldQA: a letter, a word or a number. <see cref="Marks.Official"/>: the answer, small and without parentheses, periods and white
/// space, is the label; of an answer to a letter question only the first four code points count. <see cref="Marks.Corrected"/>: for a letter
/// question the option that the answer names; else the answer is the label once both are freed of case, of signs at the ends, of spaces and of
/// number words. <see cref="Marks.Unread"/> is 1 where a letter question's answer names no option, or an answer has no word.
/// </summary>
/// <param name="Label">The truth as the question file has it.</param>
/// <param name="AsksForLetter">Whether the question asks for the letter of an option (<see cref="IsLetterQuestion"/>).</param>
public sealed record RealWorldQaGrader(string Label, bool AsksForLetter) : Grader.Rule
{
    /// <summary>What a question that asks for a letter says.</summary>
    const string LetterInstruction = "answer directly with only the letter of the correct option and nothing else";

    /// <summary>The texts of a letter question's options, the first one A; where they are not given, an answer may name A to H.</summary>
    public ImmutableArray<string> Options { get; init; } = ["", "", "", "", "", "", "", ""];

    /// <inheritdoc/>
    public override string Truth => Label;

    /// <summary>Whether a question asks for the letter of an option, as the official script decides it.</summary>
    /// <param name="question">The whole text that the user says.</param>
    public static bool IsLetterQuestion(string question) =>
        PythonText.Lower(question).Contains(LetterInstruction, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> Grade(string answer)
    {
        var (right, unread) = AsksForLetter ? Letter(answer) : Word(answer);
        return Marks.Of(
            (Marks.Official, OfficialLetters.IsRight(answer, Label, AsksForLetter, deletePeriods: true) ? 1 : 0),
            (Marks.Corrected, right ? 1 : 0),
            (Marks.Unread, unread ? 1 : 0)
        );
    }

    (bool Right, bool Unread) Letter(string answer)
    {
        var options = new LetterGrader(Options, -1);
        var named = options.Named(answer);
        return (named >= 0 && named == options.Named(Label), named < 0);
    }

    (bool Right, bool Unread) Word(string answer)
    {
        var words = Plain(answer);
        return (words.Length > 0 && words == Plain(Label), words.Length == 0);
    }

    static string Plain(string text) =>
        string.Concat(
            text.ToLowerInvariant()
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(WithoutSigns)
                .Where(word => word.Length > 0)
                .Select(word => NumberWords.Digits.GetValueOrDefault(word, word))
        );

    static string WithoutSigns(string word) => string.Concat(word.SkipWhile(IsSign).Reverse().SkipWhile(IsSign).Reverse());

    static bool IsSign(char letter) => letter is not ('-' or '+' or '%' or '$') && (char.IsPunctuation(letter) || char.IsSymbol(letter));
}
