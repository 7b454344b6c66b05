using System.Collections.Immutable;
using ScottPlot;
using SVco.Core;
using SVco.Core.Data;
using SVco.Experiments;
using SVco.Models.Images;
using SVco.Scripting.Printing;

namespace SVco.Scripting;

/// <summary>How a script looks at a run.</summary>
public static class RunScript
{
    const int Width = 640;
    const int Height = 360;

    /// <summary>Draws numbers of a run over its steps.</summary>
    /// <param name="run">The run.</param>
    /// <param name="names">
    /// Names of <c>metrics.jsonl</c>, such as <c>loss</c> or <c>grad_norm</c>; a part of a name means all that have it. None means both losses.
    /// </param>
    /// <exception cref="UserException">No number is called so; the message lists the names.</exception>
    public static PlotPicture Plot(this Run run, params ReadOnlySpan<string> names)
    {
        ImmutableArray<PlotLine> lines =
        [
            .. (names.IsEmpty ? ["loss", "eval_loss"] : names.ToArray()).SelectMany(name => Called(run, name)),
        ];
        return new(lines, Drawn(lines));
    }

    static IEnumerable<PlotLine> Called(Run run, string name)
    {
        PlotLine[] all =
        [
            .. Lines(run.Steps.Select(row => (row.Step, row.Official))),
            .. Lines(run.Validations.Select(row => (row.Step, row.Official))),
        ];
        PlotLine[] exactly = [.. all.Where(line => line.Name == name)];
        PlotLine[] found = exactly.Length > 0 ? exactly : [.. all.Where(line => line.Name.Contains(name, StringComparison.Ordinal))];
        return found.Length > 0
            ? found
            : throw new UserException(
                $"{run.Folder} has no numbers called {name}. There are: {string.Join(", ", all.Select(line => line.Name))}."
            );
    }

    static RgbImage Drawn(ImmutableArray<PlotLine> lines)
    {
        var plot = new Plot();
        foreach (var line in lines)
        {
            var drawn = plot.Add.Scatter(
                line.Points.Select(point => (double)point.Step).ToArray(),
                line.Points.Select(point => point.Value).ToArray()
            );
            (drawn.LegendText, drawn.LineWidth) = (line.Name, 2);
        }

        plot.Axes.Bottom.Label.Text = "step";
        plot.ShowLegend(Alignment.UpperRight);
        return ImageDecoder.Decode(plot.GetImage(Width, Height).GetImageBytes(), "plot");
    }

    static IEnumerable<PlotLine> Lines(IEnumerable<(int Step, ImmutableSortedDictionary<string, double> Numbers)> rows) =>
        rows.SelectMany(row => row.Numbers.Select(number => (number.Key, row.Step, number.Value)))
            .Where(point => double.IsFinite(point.Value))
            .GroupBy(point => point.Key)
            .Select(line => new PlotLine(line.Key, [.. line.Select(point => (point.Step, point.Value))]));
}
