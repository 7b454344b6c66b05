using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace SVco.Core.Benchmarks;

/// <summary>
/// Which option a written answer names: the option whose whole text the answer is, else the one whose letter stands alone first in it, as in
/// "B", "(b)", "**B**" or "the answer is B.". The mark is <see cref="ItemTask.Choose.Right"/>.
/// </summary>
/// <param name="Options">The options, the first one A.</param>
/// <param name="Correct">The index of the right one.</param>
public sealed partial record LetterGrader(ImmutableArray<string> Options, int Correct) : Grader.Rule
{
    /// <inheritdoc/>
    public override string Truth => $"{(char)('A' + Correct)}. {Options[Correct]}";

    /// <inheritdoc/>
    public override ImmutableSortedDictionary<string, double> Grade(string answer) =>
        Marks.Of((ItemTask.Choose.Right, Named(answer) == Correct ? 1 : 0));

    /// <summary>The index of the option that an answer names; -1 where it names none.</summary>
    public int Named(string answer)
    {
        // Asked for a letter, "B" is the letter, even where another option's whole text is "B".
        var text = Options.ToList().FindIndex(option => option.Trim().Length > 1 && IsSame(option, answer));
        return text >= 0
            ? text
            : StandingAlone()
                .Matches(answer)
                .Where(match => !IsArticle(answer, match))
                .Select(match => char.ToUpperInvariant(match.Value[0]) - 'A')
                .Where(letter => letter < Options.Length)
                .Append(Options.ToList().FindIndex(option => IsSame(option, answer)))
                .First();
    }

    static bool IsSame(string option, string answer) => string.Equals(Bare(option), Bare(answer), StringComparison.OrdinalIgnoreCase);

    static string Bare(string text) => text.Trim().TrimEnd('.');

    /// <summary>A small "a" before a word is the article.</summary>
    static bool IsArticle(string answer, Match letter) => letter.Value == "a" && BeforeWord().IsMatch(answer, letter.Index + 1);

    [GeneratedRegex(@"(?<![\w'])[A-Za-z](?![\w'])", RegexOptions.CultureInvariant)]
    private static partial Regex StandingAlone();

    [GeneratedRegex(@"\G\s+[\w""'(]", RegexOptions.CultureInvariant)]
    private static partial Regex BeforeWord();
}
