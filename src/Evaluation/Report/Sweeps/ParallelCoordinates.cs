using System.Collections.Immutable;
using System.Globalization;
using SVco.Core;

namespace SVco.Evaluation.Report.Sweeps;

/// <summary>Parallel coordinates (Inselberg 1985): an upright axis for each field and one for the metric, a line for each point.</summary>
static class ParallelCoordinates
{
    const int Narrow = 420;
    const int BetweenAxes = 118;
    const int Side = 26;
    const int Top = 44;
    const int Bottom = 300;
    const int Height = 316;
    const int MostLetters = 16;

    /// <summary>The figure; empty where no point has the metric.</summary>
    public static Html Of(SweepResults sweep)
    {
        SweptPoint[] shown = [.. sweep.Ranked.Where(point => point.Value is not null)];
        if (shown.Length == 0)
        {
            return Html.Empty;
        }

        ImmutableArray<CoordinateAxis> axes =
        [
            .. sweep.Axes.Select(
                (axis, at) => CoordinateAxis.Of(SweepGrid.Short(axis, sweep.Axes), shown.Select(point => point.Values[at]))
            ),
            // The best is at the top.
            CoordinateAxis.Of(sweep.Metric, [.. shown.Select(point => (Key(point), point.Value!.Value.Mean))], isReversed: !sweep.Maximize),
        ];
        var width = Math.Max(Narrow, (2 * Side) + (BetweenAxes * (axes.Length - 1)));
        double X(int axis) => axes.Length == 1 ? Side : Side + ((width - (2.0 * Side)) * axis / (axes.Length - 1));
        // The best is drawn last, over the others.
        var lines = shown.Select((point, rank) => Line(sweep, point, rank, shown.Length, axes, X)).Reverse();
        Html svg =
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {Height}\" style=\"min-width:{(width > Narrow ? width * 3 / 4 : 0)}px;max-width:{width * 4 / 3}px\" font-size=\"12\" role=\"img\" aria-label=\"{Alternative(sweep, shown)}\">{lines}{axes.Select((axis, at) => Axis(axis, X(at), at == axes.Length - 1))}</svg>";
        Html scrolled =
            width > Narrow ? $"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Parallel coordinates\">{svg}</div>" : svg;
        return HtmlParts.Figure(
            scrolled,
            $"Each line is a point of the search space; the best, in colour, is the thick one. The best {sweep.Metric} is at the top."
        );
    }

    static Html Line(SweepResults sweep, SweptPoint point, int rank, int count, ImmutableArray<CoordinateAxis> axes, Func<int, double> x)
    {
        var isBest = rank == 0;
        var places = axes.Select((axis, at) => (X: x(at), Y: Y(axis.Places[at < point.Values.Length ? point.Values[at] : Key(point)])));
        var path = string.Join(' ', places.Select(place => string.Create(CultureInfo.InvariantCulture, $"{place.X:F1},{place.Y:F1}")));
        // Worse lines are fainter.
        var opacity = isBest ? 1 : 0.75 - (0.5 * rank / count);
        return $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{(isBest ? ThemedSvg.Variable(0) : "var(--soft)")}\" stroke-width=\"{(isBest ? 3.5 : 1.5)}\" stroke-opacity=\"{opacity:F2}\"><title>{sweep.Described(point)}: {NumberText.Significant(point.Value!.Value.Mean)}</title></polyline>";
    }

    static Html Axis(CoordinateAxis axis, double x, bool isLast)
    {
        var anchor = isLast ? "end" : "start";
        var edge = isLast ? x + Side - 2 : x - Side + 2;
        var labels = axis.Ticks.Select<(double Place, string Label), Html>(tick =>
            $"<line x1=\"{x - 4:F1}\" x2=\"{x + 4:F1}\" y1=\"{Y(tick.Place):F1}\" y2=\"{Y(tick.Place):F1}\" stroke=\"var(--ink)\"/><text x=\"{(isLast ? x - 7 : x + 7):F1}\" y=\"{Y(tick.Place) + 4:F1}\" text-anchor=\"{anchor}\" fill=\"var(--ink)\" stroke=\"var(--paper)\" stroke-width=\"4\" paint-order=\"stroke\">{Shortened(tick.Label)}</text>"
        );
        return $"<line x1=\"{x:F1}\" x2=\"{x:F1}\" y1=\"{Top}\" y2=\"{Bottom}\" stroke=\"var(--ink)\" stroke-width=\"1.5\"/><text x=\"{edge:F1}\" y=\"{Top - 20}\" text-anchor=\"{anchor}\" fill=\"var(--ink)\" font-weight=\"600\">{Shortened(axis.Name)}</text>{labels}";
    }

    static double Y(double place) => Bottom - (place * (Bottom - Top));

    static string Key(SweptPoint point) => string.Join('\n', point.Values);

    static string Shortened(string text) => text.Length <= MostLetters ? text : $"{text[..(MostLetters - 1)]}…";

    static string Alternative(SweepResults sweep, SweptPoint[] shown) =>
        $"Parallel coordinates of {string.Join(", ", sweep.Axes)} and {sweep.Metric}. {string.Join("; ", shown.Take(10).Select(point => $"{sweep.Described(point)}: {NumberText.Significant(point.Value!.Value.Mean)}"))}.";
}
