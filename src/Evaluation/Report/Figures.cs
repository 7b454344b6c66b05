using System.Collections.Immutable;
using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;
using SVco.Core;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report;

/// <summary>A line of a figure: its name and points.</summary>
public sealed record Line(string Name, int Series, ImmutableArray<(double X, double Y)> Points);

/// <summary>The kinds of figures of a report, drawn narrow enough to be read on a phone.</summary>
public static class Figures
{
    const int Width = 420;
    const float FontSize = 13;
    const float Edge = 14;
    const int MostLetters = 18;

    static readonly (MarkerShape Shape, string Sign)[] Markers =
    [
        (MarkerShape.FilledCircle, "●"),
        (MarkerShape.FilledSquare, "■"),
        (MarkerShape.FilledTriangleUp, "▲"),
        (MarkerShape.FilledDiamond, "◆"),
        (MarkerShape.FilledTriangleDown, "▼"),
        (MarkerShape.OpenCircle, "○"),
        (MarkerShape.OpenSquare, "□"),
        (MarkerShape.OpenDiamond, "◇"),
        (MarkerShape.Cross, "+"),
    ];

    /// <summary>The names of series with their colours and signs.</summary>
    public static Html Legend(IEnumerable<(string Name, int Series)> entries) => $"<ul class=\"legend\">{entries.Select(Entry)}</ul>";

    static Html Entry((string Name, int Series) entry) =>
        $"<li><span aria-hidden=\"true\" style=\"color:{ThemedSvg.Variable(entry.Series)}\">{Markers[entry.Series % Markers.Length].Sign}</span> {entry.Name}</li>";

    /// <summary>Means with intervals, a group of rows for each name on the left.</summary>
    /// <param name="id">Unique in the page.</param>
    /// <param name="alternative">The figure in words.</param>
    /// <param name="axis">What the horizontal axis measures.</param>
    /// <param name="groups">From top to bottom.</param>
    /// <param name="points">Group, series and value.</param>
    /// <param name="apart">Whether the series of a group stand under each other or on one line.</param>
    /// <param name="logarithmic">For values above 0 that span several powers of ten.</param>
    public static Html Dots(
        string id,
        string alternative,
        string axis,
        ImmutableArray<string> groups,
        ImmutableArray<(string Group, int Series, Interval Value)> points,
        bool apart,
        bool logarithmic = false
    ) =>
        Dots(
            id,
            alternative,
            axis,
            groups,
            [.. points.Select(point => (point.Group, point.Series, point.Value.Mean, new Bounds(point.Value.Low, point.Value.High)))],
            apart,
            logarithmic
        );

    /// <summary>The same where intervals need not lie alike about the values; one whose ends are no numbers or the value itself is not drawn.</summary>
    public static Html Dots(
        string id,
        string alternative,
        string axis,
        ImmutableArray<string> groups,
        ImmutableArray<(string Group, int Series, double Value, Bounds Range)> points,
        bool apart,
        bool logarithmic = false
    )
    {
        var plot = Empty(axis, "");
        int[] series = [.. points.Select(point => point.Series).Distinct().Order()];
        double Place(double value) => logarithmic ? Math.Log10(value) : value;
        if (!logarithmic)
        {
            plot.Add.VerticalLine(0, 1, ThemedSvg.Ink);
        }

        foreach (var (group, one, value, range) in points)
        {
            var offset = apart ? 0.8 * ((Array.IndexOf(series, one) + 0.5) / series.Length - 0.5) : 0;
            var y = -(groups.IndexOf(group) + offset);
            if (range.High > range.Low)
            {
                // On a logarithmic axis an interval down to 0 goes over the left edge.
                var whisker = plot.Add.Line(logarithmic && range.Low <= 0 ? LeftOfAll : Place(range.Low), y, Place(range.High), y);
                (whisker.LineColor, whisker.LineWidth, whisker.MarkerSize) = (ThemedSvg.Of(one), 1.5f, 0);
            }

            Mark(plot.Add.Scatter(new[] { Place(value) }, new[] { y }), one);
        }

        plot.Axes.Left.TickGenerator = new NumericManual([.. groups.Select((_, i) => -(double)i)], [.. groups.Select(Short)]);
        if (logarithmic)
        {
            const double margin = 0.08;
            double[] ends =
            [
                .. points.SelectMany(point => new[] { point.Value, point.Range.Low, point.Range.High }).Where(end => end > 0).Select(Place),
            ];
            var (low, high) = (ends.Min() - margin, ends.Max() + margin);
            plot.Axes.Bottom.TickGenerator = LogarithmicTicks(low, high);
            plot.Axes.SetLimitsX(low, high);
        }

        plot.Axes.SetLimitsY(0.5 - groups.Length, 0.5);
        var height = 70 + (groups.Length * (apart ? Math.Max(28, (14 * series.Length) + 10) : 26));
        return ThemedSvg.Render(plot, Width, height, id, alternative);
    }

    /// <summary>Powers of ten, and where those are few their multiples too; as many as there is room for.</summary>
    static NumericManual LogarithmicTicks(double low, double high)
    {
        const double manyPowers = 2.5;
        const double onePower = 0.7;
        double[] multiples =
            high - low > manyPowers ? [1]
            : high - low > onePower ? [1, 2, 5]
            : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
        double[] ticks =
        [
            .. Enumerable
                .Range((int)Math.Floor(low), (int)Math.Ceiling(high) - (int)Math.Floor(low))
                .SelectMany(power => multiples.Select(multiple => multiple * Math.Pow(10, power)))
                .Where(tick => Math.Log10(tick) >= low && Math.Log10(tick) <= high),
        ];
        return new([.. ticks.Select(Math.Log10)], [.. ticks.Select(NumberText.Significant)]);
    }

    /// <summary>Lines over steps.</summary>
    /// <param name="id">Unique in the page.</param>
    /// <param name="alternative">The figure in words.</param>
    /// <param name="vertical">What the vertical axis measures.</param>
    /// <param name="lines">At least one, each with at least one point.</param>
    /// <param name="limits">Of the vertical axis; null means those of the points.</param>
    public static Html Lines(
        string id,
        string alternative,
        string vertical,
        ImmutableArray<Line> lines,
        (double Low, double High)? limits = null
    )
    {
        var plot = Empty("optimiser steps", vertical);
        foreach (var line in lines)
        {
            var drawn = plot.Add.Scatter(line.Points.Select(p => p.X).ToArray(), line.Points.Select(p => p.Y).ToArray());
            (drawn.Color, drawn.LineWidth, drawn.MarkerSize) = (ThemedSvg.Of(line.Series), 1.8f, 0);
            Mark(plot.Add.Scatter(new[] { line.Points[^1].X }, new[] { line.Points[^1].Y }), line.Series);
        }

        if (limits is { } given)
        {
            plot.Axes.SetLimitsY(given.Low, given.High);
        }

        return ThemedSvg.Render(plot, Width, 250, id, alternative);
    }

    /// <summary>Points with the line fitted to them and its confidence band.</summary>
    public static Html Fit(
        string id,
        string alternative,
        string horizontal,
        string vertical,
        int series,
        ImmutableArray<(double X, double Y)> points,
        (double Low, double High) across,
        (double Low, double High) limits
    )
    {
        var plot = Empty(horizontal, vertical);
        plot.Add.HorizontalLine(0, 1, ThemedSvg.Ink);
        if (LinearFit.Of(points) is { } fit)
        {
            var (low, high) = (points.Min(point => point.X), points.Max(point => point.X));
            double[] xs = [.. Enumerable.Range(0, 41).Select(i => low + ((high - low) * i / 40))];
            Interval[] band = [.. xs.Select(x => fit.At(x))];
            var area = plot.Add.FillY(xs, [.. band.Select(at => at.Low)], [.. band.Select(at => at.High)]);
            (area.FillColor, area.LineWidth) = (ThemedSvg.Of(series).WithAlpha(0.2), 0);
            var line = plot.Add.Line(xs[0], band[0].Mean, xs[^1], band[^1].Mean);
            (line.LineColor, line.LineWidth, line.MarkerSize) = (ThemedSvg.Of(series), 2, 0);
        }

        foreach (var (x, y) in points)
        {
            Mark(plot.Add.Scatter(new[] { x }, new[] { y }), series);
        }

        plot.Axes.SetLimits(across.Low, across.High, limits.Low, limits.High);
        return ThemedSvg.Render(plot, Width, 280, id, alternative);
    }

    const double LeftOfAll = -9;

    // A formula as a name would leave no room for the figure.
    static string Short(string name) => name.Length <= MostLetters ? name : $"{name[..(MostLetters - 1)]}…";

    static void Mark(ScottPlot.Plottables.Scatter point, int series) =>
        (point.Color, point.LineWidth, point.MarkerShape, point.MarkerSize, point.MarkerLineWidth) = (
            ThemedSvg.Of(series),
            0,
            Markers[series % Markers.Length].Shape,
            9,
            1.8f
        );

    static Plot Empty(string horizontal, string vertical)
    {
        var plot = new Plot();
        (plot.FigureBackground.Color, plot.DataBackground.Color) = (Colors.Transparent, Colors.Transparent);
        plot.Axes.Color(ThemedSvg.Ink);
        plot.Grid.MajorLineColor = ThemedSvg.Rule;
        // Empty panels instead of none: they hold the outer halves of the last tick labels.
        foreach (IAxis axis in new IAxis[] { plot.Axes.Top, plot.Axes.Right })
        {
            (axis.FrameLineStyle.Width, axis.TickGenerator) = (0, new EmptyTickGenerator());
            axis.MinimumSize = axis.MaximumSize = Edge;
        }

        (plot.Axes.Bottom.Label.Text, plot.Axes.Left.Label.Text) = (horizontal, vertical);
        foreach (IAxis axis in new IAxis[] { plot.Axes.Bottom, plot.Axes.Left })
        {
            axis.Label.FontSize = axis.TickLabelStyle.FontSize = FontSize;
            axis.Label.Bold = false;
            axis.MinorTickStyle.Length = 0;
        }

        return plot;
    }
}
