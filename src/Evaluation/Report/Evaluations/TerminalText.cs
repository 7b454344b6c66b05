using System.Collections.Immutable;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Sentences for a terminal.</summary>
public static class TerminalText
{
    /// <summary>The most letters of a line: as many as a terminal shows that nobody has made wider.</summary>
    public const int Width = 80;

    /// <summary>Words in lines; a word that is longer than a line goes over several.</summary>
    public static ImmutableArray<string> Wrapped(string text, int width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in Shown(text).Split(' ', StringSplitOptions.RemoveEmptyEntries).SelectMany(word => Pieces(word, width)))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Add(line);
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        return [.. lines, line];
    }

    /// <summary>Words in lines of a terminal, beside a sign that the first line begins with.</summary>
    /// <param name="sign">The sign and the blanks behind it; each line is as far in.</param>
    /// <param name="text">The words.</param>
    public static ImmutableArray<string> Hanging(string sign, string text) =>
        [.. Wrapped(text, Width - sign.Length).Select((line, at) => (at == 0 ? sign : new string(' ', sign.Length)) + line)];

    /// <summary>A text whose control characters a terminal would obey.</summary>
    public static string Shown(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    /// <summary>A long word is broken behind a sign that joins its parts, where it has one.</summary>
    static IEnumerable<string> Pieces(string word, int width)
    {
        while (word.Length > width)
        {
            var end = word.AsSpan(0, width).LastIndexOfAny("-/_") is > 0 and var sign ? sign + 1 : width;
            yield return word[..end];
            word = word[end..];
        }

        yield return word;
    }
}
