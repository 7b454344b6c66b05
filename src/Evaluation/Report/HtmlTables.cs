using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report;

/// <summary>The tables of a report as HTML.</summary>
static class HtmlTables
{
    static readonly string[] Apart = ["refusal", "style"];

    /// <summary>Table 1: models by benchmarks; or, with <paramref name="categories"/>, by the benchmarks' categories.</summary>
    public static string Scores(Comparison study, bool categories, string caption)
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
            return "";
        }

        var html = new StringBuilder($"<table class=\"{(categories ? "categories" : "scores")}\"><thead><tr><td></td>");
        html.Append(categories ? "" : "<td></td>");
        foreach (var domain in columns.GroupBy(column => column.Domain))
        {
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"colgroup\" colspan=\"{domain.Count()}\">{Html.Text(domain.Key)}</th>");
        }

        html.Append("</tr><tr><th scope=\"col\">model</th>").Append(categories ? "" : "<th scope=\"col\">average improvement %</th>");
        html.AppendJoin("", columns.Select(column => Header(column, categories))).Append("</tr></thead><tbody>");
        html.AppendJoin("", study.Models.Prepend(study.Base).Select(model => ScoresOf(study, model, columns, categories)));
        return Html.Scrolled(html.Append("</tbody></table>").ToString(), caption);
    }

    static string Header(MetricColumn column, bool categories)
    {
        var note = $"{column.Metric}{(column.Averaged || categories ? "" : ", not averaged")}";
        var name = Html.Text(column.Name).Replace('-', '\u2011').Replace(": ", ":<br>", StringComparison.Ordinal);
        var (direction, arrow) = column.HigherIsBetter ? ("higher is better", "↑") : ("lower is better", "↓");
        return $"<th scope=\"col\" title=\"{Html.Text(note)}\">{name}\u00a0<span aria-label=\"{direction}\">{arrow}</span></th>";
    }

    static string ScoresOf(Comparison study, string model, IEnumerable<MetricColumn> columns, bool categories)
    {
        var improvement =
            categories ? ""
            : model == study.Base ? "<td>–</td>"
            : Improvement(study, model);
        var cells = columns.Select(column =>
            column.Values.TryGetValue(model, out var value)
                ? Cell(column.Rank(model), NumberText.Of(value.Mean), Html.Spread(value))
                : "<td>–</td>"
        );
        return $"<tr><th scope=\"row\">{Html.Text(model)}</th>{improvement}{string.Concat(cells)}</tr>";
    }

    /// <summary>The settings of each model.</summary>
    public static string Models(StudyResults study)
    {
        string[] names = [.. study.Models.SelectMany(model => model.Settings).Select(setting => setting.Name).Distinct()];
        ModelResult[] rows = [.. study.Models.Where(model => model.Formula.Length > 0 || model.Settings.Length > 0)];
        if (rows.Length == 0)
        {
            return "";
        }

        var head = string.Concat(names.Append("seeds").Append("seconds").Select(name => $"<th scope=\"col\">{Html.Text(name)}</th>"));
        var body = string.Concat(
            rows.Select(model =>
                $"<tr><th scope=\"row\">{Html.Text(model.Name)}</th>{string.Concat(names.Select(name => $"<td>{Html.Text(model.Settings.FirstOrDefault(setting => setting.Name == name)?.Value ?? "–")}</td>"))}<td>{string.Join(", ", model.Seeds)}</td><td>{NumberText.Of(model.Seconds)}</td></tr>"
            )
        );
        return Html.Scrolled(
            $"<table class=\"models\"><thead><tr><th scope=\"col\">model</th>{head}</tr></thead><tbody>{body}</tbody></table>",
            "How each model was trained; seconds are the mean of one finetuning."
        );
    }

    /// <summary>Average improvements of several studies side by side.</summary>
    public static string Studies(ImmutableArray<(string Name, Comparison Study)> studies)
    {
        string[] models = [.. studies.SelectMany(study => study.Study.Models).Distinct()];
        var body = string.Concat(
            models.Select(model =>
                $"<tr><th scope=\"row\">{Html.Text(model)}</th>{string.Concat(studies.Select(study => study.Study.Models.Contains(model) ? Improvement(study.Study, model) : "<td>–</td>"))}</tr>"
            )
        );
        return Html.Scrolled(
            $"<table class=\"studies\"><thead><tr><th scope=\"col\">model</th>{string.Concat(studies.Select(study => $"<th scope=\"col\">{Html.Text(study.Name)}</th>"))}</tr></thead><tbody>{body}</tbody></table>",
            "Average improvement over each study's base model in %, ± half the 95 % interval over seeds; 1 and 2 mark a study's best and second best."
        );
    }

    static string Improvement(Comparison study, string model) =>
        !study.Improvements.ContainsKey(model)
            ? "<td>–</td>"
            : Cell(
                study.Ranked.IndexOf(model) + 1,
                NumberText.Signed(study.Improvement(model).Mean),
                Html.Spread(study.Improvement(model))
            );

    static string Cell(int rank, string number, string spread) =>
        rank switch
        {
            1 => $"<td class=\"best\"><b>{number}</b><sup title=\"best\">1</sup>{spread}</td>",
            2 => $"<td class=\"second\">{number}<sup title=\"second best\">2</sup>{spread}</td>",
            _ => $"<td>{number}{spread}</td>",
        };
}
