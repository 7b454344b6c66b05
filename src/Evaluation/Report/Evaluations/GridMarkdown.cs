using System.Collections.Immutable;
using SVco.Core.Benchmarks;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>Tables in Markdown, as code forges show it.</summary>
static class GridMarkdown
{
    const string Special = "\\`*_{}[]()<>#+!|~&$";

    /// <summary>The table.</summary>
    public static string Of(Grid grid) =>
        $"""
            **{Escaped(grid.Title)}**

            {Line(
                grid.Columns.Select(head =>
                        $"{Escaped(head.Name)}{Mark(head.Mark)}{(head.Detail.Length == 0 ? "" : $"<br>{Escaped(head.Detail)}")}"
                    )
                    .Prepend(Escaped(grid.Corner))
            )}
            {Line(grid.Columns.Select(head => head.IsText ? ":--" : "--:").Prepend(":--"))}
            {string.Join('\n', grid.Rows.Select(row => Line(row.Cells.Select(Cell).Prepend(Escaped(row.Name)))))}

            {Escaped(grid.CaptionWithErrors)}

            """;

    /// <summary>A text that is only text.</summary>
    public static string Escaped(string text) =>
        string.Concat(TerminalText.Shown(text).Select(letter => Special.Contains(letter) ? $"\\{letter}" : $"{letter}"));

    static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    static string Cell(GridCell cell)
    {
        var text = Escaped(cell.Text);
        var standing = cell.Standing == Standing.Best ? $"**{text}**" : text;
        return $"{standing}{Grid.Sign(cell.Standing)}{Mark(cell.Mark)}{(cell.Error.Length == 0 ? "" : $" {Escaped(cell.Error)}")}";
    }

    static string Mark(string mark) => mark.Length == 0 ? "" : $" \\[{mark}\\]";
}
