using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>What the official scripts put around questions, and how options and labels are written in them.</summary>
static partial class OfficialText
{
    /// <summary>What MMVP, CV-Bench and ScienceQA end with.</summary>
    public const string LetterInstruction = "Answer with the option's letter from the given choices directly.";

    /// <summary>A prompt that asks for an option's letter.</summary>
    public static string AskForLetter(string question) => $"{question}\n{LetterInstruction}";

    /// <summary>The letter of an option: A for 0.</summary>
    public static char Letter(int option) => (char)('A' + option);

    /// <summary>The index of the option that a label such as "(b)" or "B" names.</summary>
    /// <exception cref="RowException">It names none.</exception>
    public static int OptionOf(string label, int options) =>
        Label().Match(label.Trim()) is { Success: true } match
        && char.ToUpperInvariant(match.Groups[1].Value[0]) - 'A' is var option
        && option < options
            ? option
            : throw new RowException("answer is outside the options", $"{label} of {options}");

    /// <summary>
    /// The options that a text lists at its end: "A. text", and as some questions have it "A: text", "A.text" or "A text"; an option may go on
    /// in lines without a letter. None where it lists fewer than two.
    /// </summary>
    public static ImmutableArray<string> OptionLines(string text)
    {
        var lines = text.Split('\n').Select(line => OptionLine().Match(line)).ToArray();
        var second = Array.FindLastIndex(lines, line => IsOption(line, 1));
        var first = second < 0 ? -1 : Array.FindLastIndex(lines, second, line => IsOption(line, 0));
        var options = ImmutableArray.CreateBuilder<string>();
        foreach (var (line, words) in lines.Zip(text.Split('\n')).Skip(first < 0 ? lines.Length : first))
        {
            if (IsOption(line, options.Count))
            {
                options.Add(line.Groups[2].Value);
            }
            else
            {
                options[^1] += $"\n{words}";
            }
        }

        return options.ToImmutable();
    }

    static bool IsOption(Match line, int option) => line.Success && line.Groups[1].Value[0] == Letter(option);

    /// <summary>The texts of the columns A, B, C ... of a row, as far as they are filled.</summary>
    public static ImmutableArray<string> OptionColumns(Row row) =>
        [
            .. Enumerable
                .Range(0, 26)
                .Select(index => row.TextOrNull($"{Letter(index)}"))
                .TakeWhile(text => text is not null)
                .Select(text => text!),
        ];

    [GeneratedRegex(@"^\(?([A-Za-z])\)?$")]
    private static partial Regex Label();

    [GeneratedRegex(@"^([A-Z])(?:[.:] ?| )(.*)$")]
    private static partial Regex OptionLine();
}
