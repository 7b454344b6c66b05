using System.Globalization;
using ScottPlot;
using SVco.Core;
using SVco.Training.Bench;

namespace SVco.Scripting.Commands;

/// <summary>Seconds of a step over distinct tokens.</summary>
static class ScalingPlot
{
    const int Width = 800;
    const int Height = 500;

    /// <summary>Writes scaling.csv and scaling.svg.</summary>
    /// <exception cref="UserException">The disk refuses.</exception>
    public static void Write(Scaling scaling, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "scaling.csv"), scaling.ToCsv());
            Draw(scaling).SaveSvg(Path.Combine(folder, "scaling.svg"), Width, Height);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder} cannot be written: {error.Message}", error);
        }
    }

    static Plot Draw(Scaling scaling)
    {
        var plot = new Plot();
        foreach (var varied in scaling.Points.GroupBy(point => point.Varied))
        {
            var points = plot.Add.Markers(
                [.. varied.Select(point => (double)point.Tokens)],
                varied.Select(point => point.Seconds).ToArray(),
                size: 10
            );
            points.LegendText = $"more {varied.Key}";
        }

        var end = scaling.Points.Max(point => point.Tokens);
        var line = plot.Add.Line(0, scaling.Line.Intercept, end, scaling.Line.Intercept + scaling.Line.Slope * end);
        line.LegendText = string.Create(
            CultureInfo.InvariantCulture,
            $"pairs, image tokens: {scaling.Line.Intercept:0.00} s + {1000 * scaling.Line.Slope:0.00} ms a token, R² {scaling.Determination:0.000}"
        );
        (line.LineWidth, line.LineColor) = (1.5f, Colors.Gray);
        plot.Axes.SetLimits(0, 1.05 * end, 0, 1.1 * scaling.Points.Max(point => point.Seconds));
        (plot.Axes.Bottom.Label.Text, plot.Axes.Left.Label.Text) = ("distinct tokens of a step", "seconds a step");
        plot.ShowLegend(Alignment.UpperLeft);
        return plot;
    }
}
