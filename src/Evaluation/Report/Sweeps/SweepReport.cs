using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Evaluation.Report.Evaluations;
using SVco.Files;

namespace SVco.Evaluation.Report.Sweeps;

/// <summary>The page, the tables and the text of a sweep; they are written again as runs end.</summary>
public static class SweepReport
{
    /// <summary>The page's file in a sweep's folder.</summary>
    public const string FileName = "report.html";

    /// <summary>The curves of so many points can be told apart in a figure.</summary>
    const int MostCurves = ThemedSvg.Series;

    /// <summary>The rows' names are ranks, which leave room for the rest; heads stand over their words.</summary>
    const string NarrowRank = ".grid-table th[scope=row]{min-width:2.5rem}.grid-table th.text{text-align:left}";

    /// <summary>The training loss in the curves of a run.</summary>
    const string TrainLoss = "loss";

    /// <summary>So many failed runs are told of in a terminal.</summary>
    const int MostFailures = 4;

    /// <summary>The table, the summary and what failed, for a terminal.</summary>
    public static string Text(SweepResults sweep) =>
        $"{GridText.Of(SweepGrid.Of(sweep))}{string.Concat(sweep.Summary.SelectMany(line => TerminalText.Wrapped(line, TerminalText.Width)).Concat(FailureText(sweep)).Select(line => $"{line}\n"))}";

    static IEnumerable<string> FailureText(SweepResults sweep) =>
        [
            .. sweep
                .Failed.Take(MostFailures)
                .SelectMany(run =>
                    TerminalText
                        .Wrapped($"Failed: {run.Name}", TerminalText.Width)
                        .AddRange(TerminalText.Hanging("  ", run.Failure))
                        // A path that is to be copied is not broken.
                        .Add($"  {run.Log}")
                ),
            .. sweep.Failed.Length > MostFailures
                ? [$"{sweep.Failed.Length - MostFailures} more failed; the page says why."]
                : Array.Empty<string>(),
        ];

    /// <summary>Writes the page and the CSV files.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="now">When the report is made.</param>
    /// <returns>The files' paths, the page's first.</returns>
    public static ImmutableArray<string> Write(SweepResults sweep, string folder, DateTimeOffset now)
    {
        var tables = SweepTables.Of(sweep);
        foreach (var table in tables)
        {
            table.Write(folder);
        }

        var page = Path.Combine(folder, FileName);
        AtomicOutput.WriteFile(page, stream => stream.Write(Encoding.UTF8.GetBytes(Page(sweep, now))));
        return [page, .. tables.Select(table => Path.Combine(folder, table.File))];
    }

    /// <summary>The page.</summary>
    public static string Page(SweepResults sweep, DateTimeOffset now)
    {
        var title = $"Sweep {sweep.Name}";
        var sections = Sections(sweep).Where(section => !section.Content.IsEmpty);
        Html page =
            $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title><style>{Html.Trusted(Style.Sheet)}{Html.Trusted(NarrowRank)}</style></head><body><header><h1>{title}</h1><p class=\"soft\">Report of <time datetime=\"{now:O}\">{now:yyyy-MM-dd HH:mm zzz}</time></p></header><main><ul class=\"summary\">{sweep.Summary.Select<string, Html>(line => $"<li>{line}</li>")}</ul>{sections.Select<(string Title, Html Content), Html>(section => $"<section><h2>{section.Title}</h2>{section.Content}</section>")}</main></body></html>\n";
        return page.ToString();
    }

    static IEnumerable<(string Title, Html Content)> Sections(SweepResults sweep) =>
        [
            ("Parallel coordinates", ParallelCoordinates.Of(sweep)),
            ("Table", GridHtml.Of(SweepGrid.Of(sweep))),
            ("Learning curves", Curves(sweep)),
            ("Failed runs", Failures(sweep)),
            ("To make it again", $"<p><code>{sweep.Command}</code></p>"),
        ];

    static Html Curves(SweepResults sweep)
    {
        ImmutableArray<SweptPoint> points = [.. sweep.Ranked.Where(point => point.Runs.Any(run => !run.Curves.IsEmpty)).Take(MostCurves)];
        var figures = new[] { sweep.Metric, "eval_loss", TrainLoss }
            .Distinct()
            .Select(name => (Name: name, Lines: Lines(points, name)))
            .Where(figure => !figure.Lines.IsEmpty)
            .Select(
                (figure, at) =>
                    HtmlParts.Figure(
                        Figures.Lines(
                            $"curve-{at}",
                            $"{figure.Name} over optimiser steps of {string.Join("; ", figure.Lines.Select(line => line.Name))}",
                            figure.Name,
                            figure.Lines
                        ),
                        $"{figure.Name}, mean over seeds."
                    )
            )
            .ToArray();
        Html rest =
            sweep.Points.Length > points.Length
                ? $"<p class=\"caption\">The best {points.Length} of {sweep.Points.Length} points; all are in curves.csv.</p>"
                : Html.Empty;
        return figures.Length == 0
            ? Html.Empty
            : $"{Figures.Legend(points.Select((point, at) => (Name(point, at), at)))}<div class=\"grid\">{figures}</div>{rest}";
    }

    /// <summary>A point by its place and values, as the table has them.</summary>
    static string Name(SweptPoint point, int at) => $"{at + 1}: {string.Join(", ", point.Values)}";

    static ImmutableArray<Line> Lines(ImmutableArray<SweptPoint> points, string name) =>
        [.. points.Select((point, at) => new Line(Name(point, at), at, point.Curve(name))).Where(line => !line.Points.IsEmpty)];

    static Html Failures(SweepResults sweep) =>
        sweep.Failed.IsEmpty
            ? Html.Empty
            : $"<dl>{sweep.Failed.Select<SweptRun, Html>(run => $"<dt>{run.Name}</dt><dd><code>{run.Failure}</code><br>{run.Log}</dd>")}</dl>";
}
