using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ScottPlot;
using ScottPlot.TickGenerators;
using SVco.Core.Statistics;
using SVco.Evaluation.Report;
using SVco.Files;
using SVco.Miniature.Scenes;
using SVco.Training.Scheduling;

namespace SVco.Miniature.Study;

/// <summary>A dial of the miniature world and the values it is turned to, the others staying where they are.</summary>
/// <param name="Name">For people.</param>
/// <param name="Values">In ascending order.</param>
/// <param name="Turn">The pairs' dials with this one at a value.</param>
public sealed record Dial(string Name, ImmutableArray<double> Values, Func<PairDials, double, PairDials> Turn)
{
    /// <summary>What may decide where the symmetric term pays.</summary>
    public static ImmutableArray<Dial> All { get; } =
    [
        new("share of failed edits", [0, 0.15, 0.4], (dials, value) => dials with { FailedEdits = value }),
        new("strength of the artefact", [0, Canvas.UsualArtefact, 0.2], (dials, value) => dials with { Artefact = value }),
        new("share of pairs in conversational style", [0, 0.5, 1], (dials, value) => dials with { StyleGap = value }),
        new("share of details that no image shows", [0, 0.25, 0.5], (dials, value) => dials with { Flourish = value }),
        new("pairs", [256, 512, 1024], (dials, value) => dials with { Pairs = (int)value }),
    ];
}

/// <summary>What an objective gained at a value of a dial.</summary>
/// <param name="Dial">The dial's name.</param>
/// <param name="Value">Where it stood.</param>
/// <param name="Model">The objective's name.</param>
/// <param name="Improvement">The average improvement over the base model in percent, over seeds.</param>
public sealed record DialPoint(string Dial, double Value, string Model, Interval Improvement);

/// <summary>Turns one dial of the miniature world at a time and measures every objective: where does which pay?</summary>
public static class DialSweep
{
    /// <summary>
    /// The studies of the sweep by dial and value. Settings that two dials share are the same study, whose models are measured once. Fewer
    /// pairs come as often as the others', so their steps are fewer.
    /// </summary>
    public static ImmutableArray<(Dial Dial, double Value, StudySettings Settings)> Studies(StudySettings settings) =>
        [
            .. from dial in Dial.All
            from value in dial.Values
            let pairs = dial.Turn(settings.Pairs, value)
            select (
                dial,
                value,
                settings with
                {
                    Pairs = pairs,
                    Treatments =
                    [
                        .. settings.Treatments.Select(treatment =>
                            treatment with
                            {
                                Steps = Math.Max(1, treatment.Steps * pairs.Pairs / settings.Pairs.Pairs),
                            }
                        ),
                    ],
                }
            ),
        ];

    /// <summary>Runs what is not there yet; measured models are kept in the folder, so the same call goes on.</summary>
    /// <param name="settings">The study to turn the dials of.</param>
    /// <param name="folder">Where measured models, table and figures go.</param>
    /// <param name="workers">Models that are trained at once.</param>
    /// <param name="stop">Ends the sweep between two steps.</param>
    /// <param name="progress">Makes the receiver of a study's progress from the sweep's own, such as "study 13 of 15: pairs 256".</param>
    /// <returns>The points; null when it was stopped.</returns>
    public static ImmutableArray<DialPoint>? Run(
        StudySettings settings,
        string folder,
        int workers,
        CancellationToken stop,
        Func<string, Action<JobsProgress>> progress
    )
    {
        var points = new List<DialPoint>();
        var studies = Studies(settings);
        foreach (var (index, (dial, value, study)) in studies.Index())
        {
            var models = MiniatureStudy.Run(
                study,
                folder,
                workers,
                stop,
                progress(string.Create(CultureInfo.InvariantCulture, $"study {index + 1} of {studies.Length}: {dial.Name} {value}"))
            );
            if (stop.IsCancellationRequested)
            {
                return null;
            }

            var measured = Comparison.Of(StudyReport.Of(study, models, ""))!;
            points.AddRange(measured.Models.Select(model => new DialPoint(dial.Name, value, model, measured.Improvement(model))));
        }

        return [.. points];
    }

    /// <summary>Writes dials.csv and, for each dial, a figure.</summary>
    /// <returns>The paths written.</returns>
    public static ImmutableArray<string> Write(IReadOnlyCollection<DialPoint> points, string folder)
    {
        Directory.CreateDirectory(folder);
        var table = new ReportTable(
            "dials.csv",
            ["dial", "value", "model", "seeds", "average_improvement", "half_width_95"],
            [
                .. points.Select(point =>
                    (ImmutableArray<object?>)
                        [point.Dial, point.Value, point.Model, point.Improvement.Count, point.Improvement.Mean, point.Improvement.HalfWidth]
                ),
            ]
        );
        table.Write(folder);
        return
        [
            Path.Combine(folder, table.File),
            .. points
                .GroupBy(point => point.Dial)
                .Select(dial =>
                {
                    var figure = Path.Combine(folder, $"{dial.Key.Replace(' ', '_')}.svg");
                    AtomicOutput.WriteFile(figure, stream => stream.Write(Encoding.UTF8.GetBytes(Figure(dial.Key, [.. dial]))));
                    return figure;
                }),
        ];
    }

    static string Figure(string dial, ImmutableArray<DialPoint> points)
    {
        var plot = new Plot();
        double[] values = [.. points.Select(point => point.Value).Distinct().Order()];
        string[] models = [.. points.Select(point => point.Model).Distinct()];
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. values.Select((_, place) => (double)place)],
            [.. values.Select(value => value.ToString(CultureInfo.InvariantCulture))]
        );
        plot.Add.HorizontalLine(0, 1, Colors.Gray);
        foreach (var (index, model) in models.Index())
        {
            var line = points.Where(point => point.Model == model).OrderBy(point => point.Value).ToArray();
            double[] means = [.. line.Select(point => point.Improvement.Mean)];
            // Side by side, so that intervals do not hide each other.
            double[] places =
            [
                .. line.Select(point => Array.IndexOf(values, point.Value) + (0.05 * (index - ((models.Length - 1) / 2.0)))),
            ];
            var drawn = plot.Add.Scatter(places, means);
            (drawn.LegendText, drawn.LineWidth, drawn.MarkerSize, drawn.MarkerShape) = (model, 1.5f, 7, Shapes[index % Shapes.Length]);
            // Each plottable takes the palette's next colour; an interval's would be another model's.
            drawn.Color = plot.Add.Palette.GetColor(index);
            plot.Add.ErrorBar(places, means, [.. line.Select(point => point.Improvement.HalfWidth ?? 0)]).Color = drawn.Color;
        }

        plot.XLabel(dial);
        plot.YLabel("average improvement, %");
        plot.ShowLegend(Edge.Right);
        return plot.GetSvgXml(720, 300);
    }

    static readonly MarkerShape[] Shapes =
    [
        MarkerShape.FilledCircle,
        MarkerShape.FilledSquare,
        MarkerShape.FilledTriangleUp,
        MarkerShape.FilledDiamond,
        MarkerShape.FilledTriangleDown,
        MarkerShape.OpenCircle,
    ];
}
