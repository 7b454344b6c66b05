using System.Collections.Immutable;

namespace SVco.Core.Benchmarks;

/// <summary>
/// MMVP and CV-Bench: the letter of an option. <see cref="Marks.Official"/>: the first four code points of the answer, small and without
/// parentheses and white space, are the label, so "(A) Open" is right and "A." is wrong (golden/graders). <see cref="Marks.Corrected"/>: the
/// option that the answer names (<see cref="LetterGrader.Named"/>); where it names none, <see cref="Marks.Unread"/> is 1.
/// </summary>
/// <param name="Label">The right option's letter as the question file has it, such as "(a)".</param>
/// <param name="Options">The options' texts, the first one A.</param>
public sealed record LabelGrader(string Label, ImmutableArray<string> Options) : Grader.Rule
{
    /// <summary>The right label where the question file's is known to be wrong (four of MMVP's); the corrected rule goes by it.</summary>
    public string CorrectedLabel { get; init; } = Label;

    /// <inheritdoc/>
    public override string Truth => Corrected.Correct < 0 ? CorrectedLabel : Corrected.Truth;

    LetterGrader Corrected => new(Options, Index(CorrectedLabel.FirstOrDefault(char.IsAsciiLetter)));

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> Grade(string answer)
    {
        var named = Corrected.Named(answer);
        return Marks.Of(
            (Marks.Official, OfficialLetters.IsRight(answer, Label, cut: true, deletePeriods: false) ? 1 : 0),
            (Marks.Corrected, named >= 0 && named == Corrected.Correct ? 1 : 0),
            (Marks.Unread, named < 0 ? 1 : 0)
        );
    }

    int Index(char letter) => char.ToUpperInvariant(letter) - 'A' is >= 0 and var index && index < Options.Length ? index : -1;
}
