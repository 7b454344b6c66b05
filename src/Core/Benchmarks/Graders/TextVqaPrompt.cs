using System.Text.RegularExpressions;

namespace SVco.Core.Benchmarks;

/// <summary>Which question a TextVQA prompt asks: with the image it names the people's answers.</summary>
public static partial class TextVqaPrompt
{
    const string OcrLine = "Reference OCR token: ";

    /// <summary>The question in small letters as the official script finds it; null where that script stops.</summary>
    /// <param name="prompt">The user's text: the question, a line of OCR tokens before or after it or none, and the instruction.</param>
    public static string? Question(string prompt)
    {
        if (prompt.StartsWith("OCR tokens: ", StringComparison.Ordinal))
        {
            return OneLine().Match(prompt) is { Success: true } match ? Small(match.Groups[1].Value) : null;
        }

        var question = prompt.Split('\n') switch
        {
            [var first, var second, _] when prompt.Contains(OcrLine, StringComparison.Ordinal) => prompt.StartsWith(
                OcrLine.TrimEnd(),
                StringComparison.Ordinal
            )
                ? second
                : first,
            [var first, _] => first,
            _ => null,
        };
        return question is null ? null : Small(question);
    }

    /// <summary>A question in small letters, as Python makes them.</summary>
    public static string Small(string question) => PythonText.Lower(question);

    [GeneratedRegex("Question: (.*?) Short answer:", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex OneLine();
}
