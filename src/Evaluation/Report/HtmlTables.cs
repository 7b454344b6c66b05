using System.Collections.Immutable;
using SVco.Core;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report;

/// <summary>The tables of a report as HTML.</summary>
static class HtmlTables
{
    static readonly string[] Apart = ["refusal", "style"];

    /// <summary>Table 1: models by benchmarks; or, with <paramref name="categories"/>, by the benchmarks' categories.</summary>
    public static Html Scores(Comparison study, bool categories, string caption)
    {
        MetricColumn[] columns =
        [
            .. study
                .Columns.Where(column => column.Category.Length > 0 == categories)
                .GroupBy(column => column.Domain)
                .OrderBy(domain => Array.IndexOf(Apart, domain.Key))
                .SelectMany(domain => domain),
        ];
        if (columns.Length == 0)
        {
            return Html.Empty;
        }

        var domains = columns
            .GroupBy(column => column.Domain)
            .Select<IGrouping<string, MetricColumn>, Html>(domain =>
                $"<th scope=\"colgroup\" colspan=\"{domain.Count()}\">{domain.Key}</th>"
            );
        Html improvement = categories ? Html.Empty : $"<th scope=\"col\">average improvement %</th>";
        return HtmlParts.Scrolled(
            $"<table class=\"{(categories ? "categories" : "scores")}\"><thead><tr><td></td>{Html.Trusted(categories ? "" : "<td></td>")}{domains}</tr><tr><th scope=\"col\">model</th>{improvement}{columns.Select(column => Header(column, categories))}</tr></thead><tbody>{study.Models.Prepend(study.Base).Select(model => ScoresOf(study, model, columns, categories))}</tbody></table>",
            caption
        );
    }

    static Html Header(MetricColumn column, bool categories)
    {
        var note = $"{column.Metric}{(column.Averaged || categories ? "" : ", not averaged")}";
        var (direction, arrow) = column.HigherIsBetter ? ("higher is better", "↑") : ("lower is better", "↓");
        // A hyphen would be a place to break, the colon before a category is one.
        var lines = column.Name.Replace('-', '\u2011').Split(": ");
        var name = lines.SkipLast(1).Select<string, Html>(line => $"{line}:<br>");
        return $"<th scope=\"col\" title=\"{note}\">{name}{lines[^1]}\u00a0<span aria-label=\"{direction}\">{arrow}</span></th>";
    }

    static Html ScoresOf(Comparison study, string model, IEnumerable<MetricColumn> columns, bool categories)
    {
        var improvement =
            categories ? Html.Empty
            : model == study.Base ? NoCell
            : Improvement(study, model);
        var cells = columns.Select(column =>
            column.Values.TryGetValue(model, out var value)
                ? Cell(column.Rank(model), NumberText.Of(value.Mean), HtmlParts.Spread(value))
                : NoCell
        );
        return $"<tr><th scope=\"row\">{model}</th>{improvement}{cells}</tr>";
    }

    /// <summary>The settings of each model.</summary>
    public static Html Models(StudyResults study)
    {
        string[] names = [.. study.Models.SelectMany(model => model.Settings).Select(setting => setting.Name).Distinct()];
        ModelResult[] rows = [.. study.Models.Where(model => model.Formula.Length > 0 || model.Settings.Length > 0)];
        return rows.Length == 0
            ? Html.Empty
            : HtmlParts.Scrolled(
                $"<table class=\"models\"><thead><tr><th scope=\"col\">model</th>{names.Append("seeds").Append("seconds").Select(ColumnHead)}</tr></thead><tbody>{rows.Select(Row)}</tbody></table>",
                "How each model was trained; seconds are the mean of one finetuning."
            );

        Html Row(ModelResult model) =>
            $"<tr><th scope=\"row\">{model.Name}</th>{names.Select(name => TextCell(model.Settings.FirstOrDefault(setting => setting.Name == name)?.Value ?? "–"))}<td>{string.Join(", ", model.Seeds)}</td><td>{NumberText.Of(model.Seconds)}</td></tr>";
    }

    /// <summary>Average improvements of several studies side by side.</summary>
    public static Html Studies(ImmutableArray<(string Name, Comparison Study)> studies)
    {
        string[] models = [.. studies.SelectMany(study => study.Study.Models).Distinct()];
        return HtmlParts.Scrolled(
            $"<table class=\"studies\"><thead><tr><th scope=\"col\">model</th>{studies.Select(study => ColumnHead(study.Name))}</tr></thead><tbody>{models.Select(Row)}</tbody></table>",
            "Average improvement over each study's base model in %, ± half the 95 % interval over seeds; 1 and 2 mark a study's best and second best."
        );

        Html Row(string model) =>
            $"<tr><th scope=\"row\">{model}</th>{studies.Select(study => study.Study.Models.Contains(model) ? Improvement(study.Study, model) : NoCell)}</tr>";
    }

    static Html Improvement(Comparison study, string model) =>
        !study.Improvements.ContainsKey(model)
            ? NoCell
            : Cell(
                study.Ranked.IndexOf(model) + 1,
                NumberText.Signed(study.Improvement(model).Mean),
                HtmlParts.Spread(study.Improvement(model))
            );

    static Html NoCell => TextCell("–");

    static Html TextCell(string text) => $"<td>{text}</td>";

    static Html ColumnHead(string name) => $"<th scope=\"col\">{name}</th>";

    static Html Cell(int rank, string number, Html spread) =>
        rank switch
        {
            1 => $"<td class=\"best\"><b>{number}</b><sup title=\"best\">1</sup>{spread}</td>",
            2 => $"<td class=\"second\">{number}<sup title=\"second best\">2</sup>{spread}</td>",
            _ => $"<td>{number}{spread}</td>",
        };
}
