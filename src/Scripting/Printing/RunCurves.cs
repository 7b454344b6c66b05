using System.Collections.Immutable;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Training;

namespace SVco.Scripting.Printing;

/// <summary>The curves of a run as small plots.</summary>
static class RunCurves
{
    const string Loss = "loss";
    const int FewestPoints = 3;
    const int FewestRows = 3;
    const int MostRows = 10;
    const int MostRowsOfTwo = 8;

    /// <summary>The loss on training and on validation pairs.</summary>
    public static ImmutableArray<PlotLine> Losses(IReadOnlyCollection<MetricsLine> lines) =>
        Present([
            Line("training loss", lines.Where(line => !line.IsValidation), Loss),
            Line("validation loss", lines.Where(line => line.IsValidation), $"eval_{Loss}"),
        ]);

    /// <summary>By how much the rewards of each term of the objective are on its right side, on the training pairs.</summary>
    public static ImmutableArray<PlotLine> Margins(IReadOnlyCollection<MetricsLine> lines) =>
        Present([
            .. lines
                .SelectMany(line => line.Numbers.Keys)
                .Distinct()
                .Select(name => (Name: name, Term: OfficialMetrics.TermOfMargin(name, "train")))
                .Where(number => number.Term is not null)
                .OrderBy(number => number.Term!.EndsWith(" L", StringComparison.Ordinal))
                .ThenBy(number => number.Term, StringComparer.Ordinal)
                .Select(number => Line(number.Term!, lines, number.Name)),
        ]);

    /// <summary>Losses and margins; null where there is too little of a run to be drawn, or no room.</summary>
    /// <param name="lines">The run's numbers.</param>
    /// <param name="columns">The terminal's columns.</param>
    /// <param name="rows">The most rows of it that they take.</param>
    public static IRenderable? Of(IReadOnlyCollection<MetricsLine> lines, int columns, int rows)
    {
        var (losses, margins) = (Losses(lines), Margins(lines));
        if (losses.Sum(line => line.Points.Length) < FewestPoints)
        {
            return null;
        }

        var underLosses = TextPlot.RowsUnder(losses, columns);
        var both = Math.Min(MostRowsOfTwo, (rows - underLosses - TextPlot.RowsUnder(margins, columns) - 1) / 2);
        return !margins.IsEmpty && both >= FewestRows
            ? new Rows(new TextPlot(losses, both), new Text("reward margins"), new TextPlot(margins, both))
            : Fitting(losses, columns, rows);
    }

    /// <summary>A plot of at most so many rows; null where there is nothing to draw, or no room.</summary>
    public static TextPlot? Fitting(ImmutableArray<PlotLine> lines, int columns, int rows) =>
        lines.All(line => line.Points.IsEmpty) || rows - TextPlot.RowsUnder(lines, columns) is not (>= FewestRows and var height)
            ? null
            : new TextPlot(lines, Math.Min(MostRows, height));

    /// <summary>The numbers of one name; what is not finite cannot be drawn.</summary>
    static PlotLine Line(string name, IEnumerable<MetricsLine> lines, string number) =>
        new(
            name,
            [
                .. lines
                    .Where(line => line.Numbers.ContainsKey(number) && double.IsFinite(line[number]))
                    .Select(line => (line.Step, line[number])),
            ]
        );

    static ImmutableArray<PlotLine> Present(ImmutableArray<PlotLine> lines) => [.. lines.Where(line => !line.Points.IsEmpty)];
}
