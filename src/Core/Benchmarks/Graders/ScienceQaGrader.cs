using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>
/// ScienceQA: the letter of a choice. <see cref="Marks.Official"/>: the first letter of the answer, whatever follows, so "Apple" is A and
/// "The answer is B" is T. <see cref="Marks.Corrected"/>: the choice that the answer names by its letter or its whole text; where it names
/// none, <see cref="Marks.Unread"/> is 1.
/// </summary>
/// <param name="Choices">The choices, the first one A; the official rule knows five.</param>
/// <param name="Correct">The index of the right one.</param>
public sealed record ScienceQaGrader(ImmutableArray<string> Choices, int Correct) : Grader.Rule
{
    const string Letters = "ABCDE";

    /// <inheritdoc/>
    public override string Truth => Named.Truth;

    LetterGrader Named => new(Choices, Correct);

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> Grade(string answer)
    {
        var named = Named.Named(answer);
        return Marks.Of(
            (Marks.Official, OfficialChoice(answer) == Correct ? 1 : 0),
            (Marks.Corrected, named == Correct ? 1 : 0),
            (Marks.Unread, named < 0 ? 1 : 0)
        );
    }

    /// <summary>The index of the choice that the official rule reads; -1 where it reads no letter, or one that is no choice's.</summary>
    public int OfficialChoice(string answer) =>
        OfficialLetter(answer) is { } letter && Letters.IndexOf(letter) is var index && index < Choices.Length ? index : -1;

    /// <summary>The letter that the official rule reads off an answer's beginning; null where there is none.</summary>
    public static char? OfficialLetter(string answer) =>
        PythonText.Strip(answer) is { Length: > 0 } text && Capital(text[0]) is var capital and (>= 'A' and <= 'Z' or '\u0130' or '\u212A')
            ? capital
            : null;

    /// <summary>The first character of Python's <c>upper()</c>, where it is one of those that <c>[A-Z]</c> matches regardless of case.</summary>
    static char Capital(char letter) =>
        letter switch
        {
            'ı' => 'I',
            'ſ' or 'ß' or 'ﬅ' or 'ﬆ' => 'S',
            'ǰ' => 'J',
            'ẖ' => 'H',
            'ẗ' => 'T',
            'ẘ' => 'W',
            'ẙ' => 'Y',
            'ẚ' => 'A',
            >= 'ﬀ' and <= 'ﬄ' => 'F',
            _ => char.IsAscii(letter) ? char.ToUpperInvariant(letter) : letter,
        };
}
