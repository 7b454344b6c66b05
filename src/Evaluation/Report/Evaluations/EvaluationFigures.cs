using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>The figures of an evaluation.</summary>
static class EvaluationFigures
{
    /// <summary>Fig. 1: the mean relative change by domain; nothing without a second model.</summary>
    public static Html Domains(EvaluationNumbers numbers)
    {
        if (numbers.Domains.IsEmpty)
        {
            return Html.Empty;
        }

        var figure = Figures.Dots(
            "fig1",
            $"Improvement over {numbers.Base} by domain. {string.Join("; ", numbers.Domains.Select(one => $"{one.Domain}, {one.Model}: {NumberText.Signed(one.Change.Percent)} %"))}.",
            $"change against {numbers.Base}, %",
            [.. numbers.Domains.Select(one => one.Domain).Distinct()],
            [.. numbers.Domains.Select(one => (one.Domain, Series(numbers, one.Model), one.Change.Percent, one.Change.Interval))],
            apart: true
        );
        return $"{Legend(numbers)}{HtmlParts.Figure(figure, "Fig. 1. Mean relative change of a domain's numbers; whiskers are 95 % bootstrap intervals over items.")}";
    }

    /// <summary>Fig. 6: the change of each number against the base model's visual dependency, a panel for each model.</summary>
    public static Html Dependency(EvaluationNumbers numbers)
    {
        var panels = numbers
            .Table.Rows.Skip(1)
            .Select(row => (row.Model, Points: Points(numbers, row.Model)))
            .Where(panel => !panel.Points.IsEmpty)
            .ToArray();
        if (panels.Length == 0)
        {
            return Html.Empty;
        }

        ImmutableArray<ImmutableArray<(double X, double Y)>> all = [.. panels.Select(panel => Places(panel.Points))];
        var limits = HtmlFigures.Limits(all);
        var dependencies = all.SelectMany(points => points).Select(point => point.X).ToArray();
        var across = (Math.Min(0, dependencies.Min()) - 5, Math.Max(100, dependencies.Max()) + 5);
        return $"<div class=\"grid\">{panels.Select(panel =>
            HtmlParts.Figure(
                Figures.Fit(
                    $"fig6-{Series(numbers, panel.Model)}",
                    $"{panel.Model}: change against visual dependency. {string.Join("; ", panel.Points.Select(point => $"{point.Name}: dependency {NumberText.Of(point.X)} %, change {NumberText.Signed(point.Y)} %"))}.",
                    $"visual dependency of {numbers.Base}, %",
                    "change, %",
                    Series(numbers, panel.Model),
                    Places(panel.Points),
                    across,
                    limits
                ),
                $"Fig. 6. {panel.Model}: {Regression(Places(panel.Points))}"
            ))}</div>";
    }

    /// <summary>The points of Fig. 6: the numbers that have a visual dependency and a change.</summary>
    public static ImmutableArray<(string Name, double X, double Y)> Points(EvaluationNumbers numbers, string model)
    {
        var row = numbers.Table.Rows.First(one => one.Model == model);
        return
        [
            .. from entry in numbers.Table.Columns.Index()
            let dependency = numbers.Table.Rows[0].Cells[entry.Index]?.VisualDependency
            let change = row.Cells[entry.Index]?.Change
            where dependency is not null && change is not null
            select (EvaluationNotes.Name(entry.Item), dependency.Value, change.Value),
        ];
    }

    /// <summary>The line of Fig. 6 in words.</summary>
    public static string Regression(ImmutableArray<(double X, double Y)> points) =>
        LinearFit.Of(points) is { } fit
            ? $"a point for each number; the line of least squares, with its 95 % band, changes by {NumberText.Signed(10 * fit.Slope)} % for 10 % more dependency ({points.Length} points)."
            : $"a point for each number; {points.Length} points give no line.";

    static ImmutableArray<(double X, double Y)> Places(ImmutableArray<(string Name, double X, double Y)> points) =>
        [.. points.Select(point => (point.X, point.Y))];

    static Html Legend(EvaluationNumbers numbers) =>
        Figures.Legend(numbers.Result.Models.Skip(1).Select(model => (model.Name, Series(numbers, model.Name))));

    static int Series(EvaluationNumbers numbers, string model) =>
        numbers.Result.Models.Select(one => one.Name).ToImmutableArray().IndexOf(model) - 1;
}
