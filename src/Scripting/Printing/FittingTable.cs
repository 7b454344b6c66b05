using System.Collections.Immutable;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SVco.Scripting.Printing;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its head.</param>
/// <param name="IsNumber">Whether its cells stand at the right.</param>
/// <param name="Cells">A text for each row.</param>
sealed record TableColumnText(string Name, bool IsNumber, ImmutableArray<string> Cells)
{
    /// <summary>The columns of the terminal that nothing of it is cut at.</summary>
    public int Width => Cells.Append(Name).Max(CellText.Width);
}

/// <summary>A table with one line a row: where the terminal is too narrow, the widest columns are cut.</summary>
/// <param name="columns">At least one.</param>
sealed class FittingTable(ImmutableArray<TableColumnText> columns) : Renderable
{
    // Of a simple border: the space around a cell, and that at both ends.
    const int Padding = 3;

    const int Narrowest = 4;

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var widths = Widths(maxWidth);
        var table = new Table().SimpleBorder();
        foreach (var (column, width) in columns.Zip(widths))
        {
            table.AddColumn(
                new TableColumn(new Text(CellText.Cut(column.Name, width)))
                {
                    Alignment = column.IsNumber ? Justify.Right : Justify.Left,
                    NoWrap = true,
                }
            );
        }

        for (var row = 0; row < columns[0].Cells.Length; row++)
        {
            table.AddRow([.. columns.Zip(widths, (column, width) => new Text(CellText.Cut(column.Cells[row], width)))]);
        }

        return ((IRenderable)table).Render(options, maxWidth);
    }

    int[] Widths(int maxWidth)
    {
        var widths = columns.Select(column => column.Width).ToArray();
        while (widths.Sum() + Padding * widths.Length + 1 > maxWidth && widths.Max() > Narrowest)
        {
            widths[Array.IndexOf(widths, widths.Max())]--;
        }

        return widths;
    }
}
