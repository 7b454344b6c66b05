using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Scripting.Printing;

namespace SVco.Scripting.Tests;

/// <summary>Tables and plots in narrow terminals.</summary>
public sealed class FittingTests
{
    static readonly Gen<string> Words = Gen.Elements("a", "word", "[markup]", "a somewhat longer text", "1234.5", "");

    [Property]
    public Property A_table_is_no_wider_than_the_terminal_and_has_a_line_for_each_row() =>
        Prop.ForAll(
            (
                from columns in Gen.Choose(1, 8)
                from rows in Gen.Choose(1, 5)
                from cells in Words.ArrayOf(columns * rows)
                from width in Gen.Choose(60, 100)
                select (columns, rows, cells, width)
            ).ToArbitrary(),
            given =>
            {
                var table = new FittingTable([
                    .. Enumerable
                        .Range(0, given.columns)
                        .Select(column => new TableColumnText(
                            $"c{column}",
                            false,
                            [.. Enumerable.Range(0, given.rows).Select(row => given.cells[row * given.columns + column])]
                        )),
                ]);
                var lines = Lines(table, given.width);
                return lines.All(line => line.Length <= given.width) && lines.Count(line => line.Trim().Length > 0) >= 2;
            }
        );

    [Fact]
    public void A_plot_has_its_highest_value_in_its_first_line_and_its_lowest_in_its_last()
    {
        var lines = Lines(new TextPlot([new PlotLine("loss", [(1, 3.5), (5, 1.25), (9, 2)])]), 80);

        Assert.StartsWith($"{"3.5", 10} ", lines[0]);
        Assert.StartsWith($"{"1.25", 10} ", lines[11]);
        Assert.Matches("^ +1 +9$", lines[12]);
        Assert.Equal("loss", lines[13].Trim());
        Assert.True(lines[0].Skip(11).First(letter => letter != ' ') is >= '\u2800' and <= '\u28ff');
    }

    [Fact]
    public void A_plot_of_a_single_value_and_of_none_are_drawn_too()
    {
        Assert.Contains(
            Lines(new TextPlot([new PlotLine("loss", [(1, 2)])]), 80),
            line => line.Any(letter => letter is >= '\u2801' and <= '\u28ff')
        );
        Assert.Equal("nothing to draw", Lines(new TextPlot([new PlotLine("loss", [])]), 80)[0]);
    }

    [Property]
    public Property Each_curve_of_a_plot_has_a_mark_of_its_own_and_no_row_is_wider_than_the_terminal() =>
        Prop.ForAll(
            (
                from counts in Gen.Choose(1, 40).ListOf(4)
                from values in Gen.Choose(-1000, 1000).ListOf(160)
                from width in Gen.Choose(40, 200)
                select (counts, values, width)
            ).ToArbitrary(),
            given =>
            {
                var names = new[] { "attend W", "reject W", "attend L", "reject L" };
                PlotLine[] curves =
                [
                    .. names.Select(
                        (name, curve) =>
                            new PlotLine(
                                name,
                                [
                                    .. Enumerable
                                        .Range(0, given.counts[curve])
                                        .Select(step => (step + 100 * curve, given.values[40 * curve + step] / 8.0)),
                                ]
                            )
                    ),
                ];
                var lines = Lines(new TextPlot([.. curves], 6), given.width);
                return lines.All(line => line.Length <= given.width)
                    && lines.Length is 8 or 9
                    // Steps apart, so that no curve is hidden behind another.
                    && lines[..6].Any(line => line.Any(letter => letter is >= '\u2801' and <= '\u28ff'))
                    && "ox+".All(mark => lines[..6].Any(line => line.Contains(mark)))
                    && "ox+".Zip(names[1..]).All(name => string.Join("  ", lines[6..]).Contains($"{name.First} {name.Second}"));
            }
        );

    static string[] Lines(IRenderable shown, int width)
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(
            new()
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
            }
        );
        console.Profile.Width = width;
        console.Write(shown);
        return writer.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }
}
