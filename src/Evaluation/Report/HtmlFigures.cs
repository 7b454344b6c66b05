using System.Collections.Immutable;
using System.Globalization;
using SVco.Core;
using SVco.Core.Statistics;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report;

/// <summary>The figures of a report as HTML.</summary>
static class HtmlFigures
{
    /// <summary>Fig. 1: mean change by domain.</summary>
    public static Html Domains(Comparison study, string id) =>
        $"{Figures.Legend(study.Models.Select((model, i) => (model, i)))}{ByDomain(study, id)}";

    static Html ByDomain(Comparison study, string id) =>
        HtmlParts.Figure(
            Figures.Dots(
                $"{id}fig1",
                $"Improvement over {study.Base} by domain. {string.Join("; ", study.Domains.Select(point => $"{point.Domain}, {point.Model}: {NumberText.Signed(point.Change.Mean)} %"))}.",
                $"change against {study.Base}, %",
                [.. study.Domains.Select(point => point.Domain).Distinct()],
                [.. study.Domains.Select(point => (point.Domain, study.Models.IndexOf(point.Model), point.Change))],
                apart: true
            ),
            "Fig. 1. Mean relative change of the averaged benchmarks of a domain; whiskers are 95 % intervals over seeds."
        );

    /// <summary>Fig. 2: caption perplexity under three image conditions, before and after.</summary>
    public static Html Perplexities(StudyResults study, string id)
    {
        var images = CaptionPerplexity.Images;
        var panels = ReportTables
            .Perplexities(study)
            .GroupBy(point => (point.Caption, point.Tokens))
            .Select(
                (panel, i) =>
                    HtmlParts.Figure(
                        Figures.Dots(
                            $"{id}fig2-{i}",
                            $"Perplexity of {panel.Key.Caption} captions over {panel.Key.Tokens} tokens. {string.Join("; ", panel.Select(point => $"{point.Model}, {point.Image} image: {NumberText.Significant(point.Value.Mean)}"))}.",
                            "perplexity (logarithmic)",
                            [.. panel.Select(point => point.Model).Distinct()],
                            [.. panel.Select(point => (point.Model, images.IndexOf(point.Image), point.Value))],
                            apart: false,
                            logarithmic: true
                        ),
                        $"Fig. 2. Captions of {panel.Key.Caption} images, {panel.Key.Tokens} tokens."
                    )
            );
        return $"{Figures.Legend(images.Select((image, i) => (image == "none" ? "no image" : $"{image} image", i)))}<div class=\"grid\">{panels}</div>";
    }

    /// <summary>Fig. 6: improvement of each benchmark against its visual dependency, a panel for each model.</summary>
    public static Html Dependency(Comparison study, string id)
    {
        MetricColumn[] columns = [.. study.Wholes.Where(column => column.Averaged && column.Dependency is not null)];
        if (columns.Length == 0)
        {
            return Html.Empty;
        }

        ImmutableArray<(double X, double Y)> Points(string model) =>
            [
                .. columns
                    .Where(column => column.Changes.ContainsKey(model))
                    .Select(column => (column.Dependency!.Value, column.Changes[model].Mean)),
            ];
        // Another model may have been measured without these benchmarks.
        string[] models = [.. study.Models.Where(model => Points(model).Length > 0)];
        if (models.Length == 0)
        {
            return Html.Empty;
        }

        var limits = Limits([.. models.Select(Points)]);
        var dependencies = columns.Select(column => column.Dependency!.Value).ToArray();
        var across = (Math.Min(0, dependencies.Min()) - 5, Math.Max(100, dependencies.Max()) + 5);
        var panels = models.Select(model =>
            HtmlParts.Figure(
                Figures.Fit(
                    $"{id}fig6-{study.Models.IndexOf(model)}",
                    $"{model}: improvement against visual dependency. {string.Join("; ", columns.Where(column => column.Changes.ContainsKey(model)).Select(column => $"{column.Benchmark}: dependency {NumberText.Of(column.Dependency!.Value)} %, change {NumberText.Signed(column.Changes[model].Mean)} %"))}.",
                    "visual dependency, %",
                    "change, %",
                    study.Models.IndexOf(model),
                    Points(model),
                    across,
                    limits
                ),
                $"Fig. 6. {model}: a point for each benchmark, line of least squares with 95 % band."
            )
        );
        return $"<div class=\"grid\">{panels}</div>";
    }

    /// <summary>
    /// Room for all points and bands, the same in each panel so that they can be compared; but a band of few points, which may be a hundred
    /// times as wide as they lie, goes over the edge.
    /// </summary>
    public static (double Low, double High) Limits(ImmutableArray<ImmutableArray<(double X, double Y)>> panels)
    {
        var (low, high) = (
            Math.Min(0, panels.Min(points => points.Min(point => point.Y))),
            panels.Max(points => points.Max(point => point.Y))
        );
        var range = Math.Max(10, high - low);
        Interval[] ends =
        [
            .. from points in panels
            let fit = LinearFit.Of(points)
            where fit is not null
            from x in new[] { points.Min(point => point.X), points.Max(point => point.X) }
            select fit.At(x),
        ];
        var (lowest, highest) = (ends.Select(end => end.Low).Append(low).Min(), ends.Select(end => end.High).Append(high).Max());
        return (Math.Max(lowest, low - range) - (0.05 * range), Math.Min(highest, high + range) + (0.05 * range));
    }

    /// <summary>Training curves: the losses of all models, then the terms of each.</summary>
    public static Html Curves(StudyResults study, string id)
    {
        var curves = ReportTables.Curves(study);
        var models = curves.Select(point => point.Model).Distinct().ToImmutableArray();
        var all = curves
            .Where(point => !point.Series.Contains(' ', StringComparison.Ordinal))
            .GroupBy(point => point.Series)
            .Select(
                (series, i) =>
                    HtmlParts.Figure(
                        Figures.Lines(
                            $"{id}curve-{i}",
                            $"{series.Key} over optimiser steps of {string.Join(", ", models)}",
                            series.Key,
                            [
                                .. series
                                    .GroupBy(point => point.Model)
                                    .Select(model => new Line(model.Key, models.IndexOf(model.Key), Points(model))),
                            ]
                        ),
                        $"{series.Key}, mean over seeds."
                    )
            );
        return $"{Figures.Legend(models.Select((model, i) => (model, i)))}<div class=\"grid\">{all}</div>{models.Select((model, i) => Terms(model, [.. curves.Where(point => point.Model == model)], $"{id}terms-{i}-"))}";
    }

    static Html Terms(string model, ImmutableArray<(string Model, string Series, int Step, double Value)> curves, string id)
    {
        var panels = curves
            .Where(point => point.Series.Contains(' ', StringComparison.Ordinal))
            .GroupBy(point => point.Series[..point.Series.IndexOf(' ', StringComparison.Ordinal)])
            .Select(
                (kind, i) =>
                {
                    var lines = kind.GroupBy(point => point.Series[(kind.Key.Length + 1)..])
                        .Select((line, j) => new Line(line.Key, j, Points(line)))
                        .ToImmutableArray();
                    var drawn = Figures.Lines(
                        $"{id}{i}",
                        $"{model}: {kind.Key} of {string.Join(", ", lines.Select(line => line.Name))}",
                        kind.Key,
                        lines,
                        // Shares need their whole scale; half a line's width above keeps the line whole.
                        lines.All(line => kind.Key.Contains("acc", StringComparison.Ordinal) && line.Points.All(p => p.Y is >= 0 and <= 1))
                            ? (-0.02, 1.02)
                            : null
                    );
                    return HtmlParts.Figure(
                        $"{drawn}{Figures.Legend(lines.Select(line => (line.Name, line.Series)))}",
                        $"{model}: {kind.Key}."
                    );
                }
            )
            .ToImmutableArray();
        return panels.IsEmpty ? Html.Empty : $"<h3>{model}</h3><div class=\"grid\">{panels}</div>";
    }

    static ImmutableArray<(double X, double Y)> Points(IEnumerable<(string Model, string Series, int Step, double Value)> curve) =>
        [.. curve.OrderBy(point => point.Step).Select(point => ((double)point.Step, point.Value))];
}
