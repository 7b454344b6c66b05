using System.Collections.Immutable;
using System.Text;
using Spectre.Console.Rendering;
using SVco.Scripting.Repl.Assistance;

namespace SVco.Scripting.Repl.Editing;

/// <summary>Draws an input and what stands under it, over what was drawn before.</summary>
/// <param name="terminal">Takes letters and control codes.</param>
/// <param name="hasColours">Whether it takes colours.</param>
sealed class Screen(TextWriter terminal, bool hasColours)
{
    const string Dim = "\u001b[2m";
    const string Reverse = "\u001b[7m";
    const string Usual = "\u001b[0m";
    const int PromptColour = 32;
    const int MostShown = 8;

    int caretRow;

    /// <summary>Draws.</summary>
    /// <param name="input">The input.</param>
    /// <param name="colours">Its colours.</param>
    /// <param name="menu">The suggestions; null for none.</param>
    /// <param name="about">Lines of text under it.</param>
    /// <param name="width">The terminal's columns.</param>
    /// <param name="height">The terminal's rows.</param>
    public void Draw(
        InputText input,
        ImmutableArray<ColouredSpan> colours,
        SuggestionMenu? menu,
        IEnumerable<string> about,
        int width,
        int height
    )
    {
        // The last column stays free: terminals differ in what they do behind it.
        var columns = Math.Max(10, width - 1);
        var (rows, row, column) = Rows(input, colours, columns);
        var free = Math.Max(0, height - 1 - rows.Count);
        List<string> below =
        [
            .. Lines(menu, columns),
            .. about.SelectMany(line => Wrapped(line, columns)).Select(line => Styled(Dim, line)),
        ];
        // Of an input that is higher than the terminal, what is around the caret.
        var first = Math.Clamp(row - (height - 2), 0, Math.Max(0, rows.Count - 1));
        List<string> shown = [.. rows.Skip(first).Take(height - 1), .. below.Take(free)];
        var text = new StringBuilder("\u001b[?25l").Append(Back()).AppendJoin("\r\n", shown);
        caretRow = row - first;
        if (shown.Count - 1 > caretRow)
        {
            text.Append($"\u001b[{shown.Count - 1 - caretRow}A");
        }

        text.Append('\r').Append(column > 0 ? $"\u001b[{column}C" : "").Append("\u001b[?25h");
        terminal.Write(text);
        terminal.Flush();
    }

    /// <summary>Begins below what was drawn.</summary>
    public void Leave()
    {
        caretRow = 0;
        terminal.Write("\r\n");
        terminal.Flush();
    }

    /// <summary>Clears the terminal.</summary>
    public void Clear()
    {
        caretRow = 0;
        terminal.Write("\u001b[2J\u001b[H");
    }

    string Back() => (caretRow > 0 ? $"\u001b[{caretRow}A" : "") + "\r\u001b[J";

    (List<string> Rows, int Row, int Column) Rows(InputText input, ImmutableArray<ColouredSpan> colours, int columns)
    {
        var colourOf = new int[input.Text.Length];
        foreach (var span in colours.Where(span => span.Span.End <= input.Text.Length))
        {
            Array.Fill(colourOf, span.Colour, span.Span.Start, span.Span.Length);
        }

        var rows = new List<string>();
        var line = new StringBuilder(Coloured(PromptColour, ReplText.Prompt));
        var (column, caret) = (ReplText.Prompt.Length, (Row: 0, Column: ReplText.Prompt.Length));
        for (var place = 0; ; )
        {
            if (place == input.Caret)
            {
                caret = (rows.Count, column);
            }

            if (place == input.Text.Length)
            {
                rows.Add(line.ToString());
                return (rows, caret.Row, caret.Column);
            }

            var letter =
                char.IsHighSurrogate(input.Text[place]) && place + 1 < input.Text.Length
                    ? input.Text.Substring(place, 2)
                    : $"{input.Text[place]}";
            var width = letter is "\n" ? 0 : Math.Max(0, new Segment(letter).CellCount());
            if (letter is "\n" || column + width > columns)
            {
                rows.Add(line.ToString());
                line.Clear().Append(ReplText.Continuation);
                column = ReplText.Continuation.Length;
                caret = place == input.Caret && letter is not "\n" ? (rows.Count, column) : caret;
            }

            line.Append(letter is "\n" ? "" : Coloured(colourOf[place], letter));
            (place, column) = (place + letter.Length, column + width);
        }
    }

    /// <summary>The part of the list around the chosen suggestion.</summary>
    IEnumerable<string> Lines(SuggestionMenu? menu, int columns)
    {
        if (menu is null)
        {
            return [];
        }

        var first = Math.Clamp(menu.Chosen - MostShown / 2, 0, Math.Max(0, menu.Suggestions.Length - MostShown));
        var shown = menu.Suggestions.Skip(first).Take(MostShown).ToArray();
        var width = Math.Min(columns - 4, shown.Max(suggestion => suggestion.Name.Length));
        return shown.Select(
            (suggestion, index) =>
            {
                var name = suggestion.Name.Length > width ? $"{suggestion.Name[..(width - 1)]}…" : suggestion.Name.PadRight(width);
                // Without colours the arrow shows which one is chosen.
                return first + index == menu.Chosen ? Styled(Reverse, $"> {name} ") : $"  {name} ";
            }
        );
    }

    static IEnumerable<string> Wrapped(string text, int columns)
    {
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = line;
            while (rest.Length > columns)
            {
                var end = rest.LastIndexOf(' ', columns) is > 0 and var space ? space : columns;
                yield return rest[..end];
                rest = rest[end..].TrimStart();
            }

            yield return rest;
        }
    }

    string Coloured(int colour, string text) => colour == 0 ? text : Styled($"\u001b[{colour}m", text);

    string Styled(string style, string text) => hasColours ? $"{style}{text}{Usual}" : text;
}
