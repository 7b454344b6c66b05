using System.Globalization;
using Spectre.Console.Rendering;

namespace SVco.Scripting.Printing;

/// <summary>Texts by the columns they take in a terminal: a letter of Chinese takes two, an accent none.</summary>
static class CellText
{
    /// <summary>The columns of a text in one line. Where terminals differ, as they do in composed emoji, it is the larger number.</summary>
    public static int Width(string text) => Letters(text).Sum(WidthOf);

    /// <summary>As much of a text as fits into so many columns, in one line; an ellipsis at its end stands for what is missing.</summary>
    public static string Cut(string text, int columns)
    {
        var line = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
        if (Width(line) <= columns)
        {
            return line;
        }

        var (kept, used) = (0, 0);
        foreach (var letter in Letters(line).TakeWhile(letter => (used += WidthOf(letter)) < columns))
        {
            kept += letter.Length;
        }

        return columns < 1 ? "" : $"{line[..kept]}…";
    }

    static int WidthOf(string letter) => Math.Max(Columns(letter), letter.EnumerateRunes().Sum(part => Columns(part.ToString())));

    // A control character has none of its own.
    static int Columns(string letter) => Math.Max(0, new Segment(letter).CellCount());

    static IEnumerable<string> Letters(string text)
    {
        for (var letters = StringInfo.GetTextElementEnumerator(text); letters.MoveNext(); )
        {
            yield return letters.GetTextElement();
        }
    }
}
