using System.Collections.Immutable;
using ScottPlot;
using ScottPlot.TickGenerators;
using SVco.Evaluation.Report;
using SVco.Evaluation.Results;

namespace SVco.Miniature.Study;

/// <summary>Studies at a glance: the average improvement of each objective with its interval, for a README.</summary>
public static class StudyPicture
{
    static readonly (Color Color, MarkerShape Shape)[] Styles =
    [
        (Color.FromHex("#1f6feb"), MarkerShape.FilledCircle),
        (Color.FromHex("#d1720a"), MarkerShape.FilledSquare),
        (Color.FromHex("#2f8f4e"), MarkerShape.FilledTriangleUp),
    ];

    /// <summary>Draws the studies beside each other, the first one's order of objectives from top to bottom.</summary>
    /// <param name="studies">One to three, measured.</param>
    /// <returns>An SVG document on white.</returns>
    public static string Svg(ImmutableArray<StudyResults> studies)
    {
        var compared = studies.Select(study => (study.Title, Numbers: Comparison.Of(study)!)).ToArray();
        string[] models = [.. compared[0].Numbers.Ranked];
        var plot = new Plot();
        plot.Add.VerticalLine(0, 1, Colors.Gray);
        foreach (var (index, (title, numbers)) in compared.Index())
        {
            var (color, shape) = Styles[index];
            foreach (var (row, model) in models.Index().Where(entry => numbers.Models.Contains(entry.Item)))
            {
                var (value, y) = (numbers.Improvement(model), -row - (0.22 * (index - ((compared.Length - 1) / 2.0))));
                var whisker = plot.Add.Line(value.Low, y, value.High, y);
                (whisker.Color, whisker.LineWidth, whisker.MarkerSize) = (color, 2, 0);
                var mark = plot.Add.Marker(value.Mean, y, shape, 9, color);
                mark.LegendText = row == 0 ? title[(title.LastIndexOf(':') + 1)..].Trim() : "";
                var text = plot.Add.Text(NumberText.Of(value.Mean), value.High, y);
                (text.LabelAlignment, text.OffsetX, text.LabelFontSize, text.LabelFontColor) = (Alignment.MiddleLeft, 6, 11, color);
            }
        }

        plot.Axes.Left.TickGenerator = new NumericManual([.. models.Select((_, row) => -(double)row)], models);
        plot.Axes.SetLimitsY(-models.Length + 0.4, 0.6);
        plot.Axes.Margins(horizontal: 0.16);
        plot.XLabel("average improvement, % (mean, 95 % interval)", 13);
        plot.ShowLegend(Edge.Bottom);
        return plot.GetSvgXml(760, 110 + (44 * models.Length));
    }
}
