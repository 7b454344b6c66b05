using System.Collections.Immutable;
using System.Text;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Tables for a terminal: no line is longer than it is wide.</summary>
static class GridText
{
    const int Gap = 2;
    const int WidestName = 30;
    const int WidestHead = 13;
    const int WidestWords = 24;

    /// <summary>A column or the rows' names, laid out: its head's lines and, for each row, its lines.</summary>
    sealed record Strip(bool IsLeft, ImmutableArray<string> Head, ImmutableArray<ImmutableArray<string>> Rows)
    {
        public int Width => Head.Concat(Rows.SelectMany(lines => lines)).Select(line => line.Length).DefaultIfEmpty(0).Max();
    }

    /// <summary>The table; columns that have no room beside the others follow below, with the rows' names again.</summary>
    public static string Of(Grid grid)
    {
        var names = new Strip(
            true,
            TerminalText.Wrapped(grid.Corner, WidestName),
            [.. grid.Rows.Select(row => TerminalText.Wrapped(row.Name, WidestName))]
        );
        var columns = grid.Columns.Select((head, at) => StripOf(head, [.. grid.Rows.Select(row => row.Cells[at])])).ToArray();
        var text = new StringBuilder();
        text.AppendJoin('\n', TerminalText.Wrapped(grid.Title, TerminalText.Width)).Append('\n');
        text.AppendJoin('\n', Blocks(names, columns).Select(Lines));

        return grid.CaptionWithErrors.Length == 0
            ? text.ToString()
            : text.AppendJoin('\n', TerminalText.Wrapped(grid.CaptionWithErrors, TerminalText.Width)).Append('\n').ToString();
    }

    static Strip StripOf(GridHead head, ImmutableArray<GridCell> cells) =>
        new(
            head.IsText,
            [
                .. TerminalText.Wrapped($"{head.Name} {head.InBrackets}", WidestHead),
                .. head.Detail.Length == 0 ? [] : TerminalText.Wrapped(head.Detail, WidestHead),
            ],
            [
                .. cells.Select(cell =>
                    head.IsText
                        ? TerminalText.Wrapped(cell.Text, WidestWords)
                        : ImmutableArray.Create([
                            TerminalText.Shown(cell.Text) + Signs(cell).PadRight(cells.Max(other => Signs(other).Length)),
                            .. cell.Error.Length == 0
                                ? Array.Empty<string>()
                                : [cell.Error + new string(' ', cells.Max(other => Signs(other).Length))],
                        ])
                ),
            ]
        );

    static string Signs(GridCell cell) => Grid.Sign(cell.Standing) + cell.Mark;

    static IEnumerable<ImmutableArray<Strip>> Blocks(Strip names, Strip[] columns)
    {
        ImmutableArray<Strip> block = [names];
        foreach (var column in columns)
        {
            if (block.Length > 1 && block.Sum(strip => strip.Width + Gap) + column.Width > TerminalText.Width)
            {
                yield return block;
                block = [names];
            }

            block = block.Add(column);
        }

        yield return block;
    }

    static string Lines(ImmutableArray<Strip> block)
    {
        var text = new StringBuilder();
        var rule = new string('─', block.Sum(strip => strip.Width) + (Gap * (block.Length - 1)));
        var head = block.Max(strip => strip.Head.Length);
        text.Append(rule).Append('\n');
        // Heads stand on the line below them.
        Append([.. block.Select(strip => strip.Head.InsertRange(0, Enumerable.Repeat("", head - strip.Head.Length)))]);
        text.Append(rule).Append('\n');
        for (var row = 0; row < block[0].Rows.Length; row++)
        {
            Append([.. block.Select(strip => strip.Rows[row])]);
        }

        return text.Append(rule).Append('\n').ToString();

        void Append(ImmutableArray<ImmutableArray<string>> cells)
        {
            for (var line = 0; line < cells.Max(cell => cell.Length); line++)
            {
                var pieces = cells.Zip(block, (cell, strip) => Padded(cell.ElementAtOrDefault(line) ?? "", strip));
                text.Append(string.Join(new string(' ', Gap), pieces).TrimEnd()).Append('\n');
            }
        }
    }

    static string Padded(string text, Strip strip) => strip.IsLeft ? text.PadRight(strip.Width) : text.PadLeft(strip.Width);
}
