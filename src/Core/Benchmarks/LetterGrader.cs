using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace SVco.Core.Benchmarks;

/// <summary>
/// Which option a written answer names by its letter: the first letter of an option that stands alone, as in "B", "(b)", "**B**" or
/// "the answer is B."; where there is none, the option whose whole text the answer is. The mark is <see cref="ItemTask.Choose.Right"/>.
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
        // A small "a" within a sentence is the article.
        var letters = StandingAlone()
            .Matches(answer)
            .Where(match => char.IsUpper(match.Value[0]) || !answer.Trim().Contains(' '))
            .Select(match => char.ToUpperInvariant(match.Value[0]) - 'A')
            .Where(letter => letter < Options.Length);
        return letters.Append(Options.ToList().FindIndex(option => IsSame(option, answer))).First();
    }

    static bool IsSame(string option, string answer) =>
        string.Equals(option.Trim(), answer.Trim().TrimEnd('.'), StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"(?<![\w'])[A-Za-z](?![\w'])", RegexOptions.CultureInvariant)]
    private static partial Regex StandingAlone();
}
