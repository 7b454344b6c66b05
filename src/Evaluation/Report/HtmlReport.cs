using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SVco.Core.Objectives;
using SVco.Evaluation.Results;
using SVco.Files;

namespace SVco.Evaluation.Report;

/// <summary>One page for one study or several: HTML with inline style and figures, which needs neither network nor script.</summary>
public static class HtmlReport
{
    /// <summary>Writes the page and, beside it, the CSV of every table and figure.</summary>
    /// <param name="studies">Each with the folder its pictures are relative to.</param>
    /// <param name="path">The page's file; its folder is made.</param>
    /// <param name="when">When the report is made.</param>
    /// <returns>The paths of all files written, the page's first.</returns>
    /// <exception cref="Core.UserException">A picture is missing.</exception>
    public static ImmutableArray<string> Write(
        ImmutableArray<(StudyResults Results, string Folder)> studies,
        string path,
        DateTimeOffset when
    )
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var prefixes = studies.Select((study, i) => studies.Length == 1 ? "" : $"{i + 1}-{FileName(study.Results.Name)}-").ToArray();
        var page = Page(studies, when);
        ImmutableArray<ReportTable> tables =
        [
            .. studies
                .Zip(prefixes)
                .SelectMany(study => ReportTables.Of(study.First.Results, Comparison.Of(study.First.Results), study.Second)),
        ];
        foreach (var table in tables)
        {
            table.Write(folder);
        }

        AtomicOutput.WriteFile(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
        return [path, .. tables.Select(table => Path.Combine(Path.GetDirectoryName(path) ?? "", table.File))];
    }

    /// <summary>The page.</summary>
    /// <param name="studies">Each with the folder its pictures are relative to.</param>
    /// <param name="when">When the report is made.</param>
    public static string Page(ImmutableArray<(StudyResults Results, string Folder)> studies, DateTimeOffset when)
    {
        var title = studies.Length == 1 ? studies[0].Results.Title : $"{studies.Length} runs compared";
        var html = new StringBuilder();
        html.Append(
            CultureInfo.InvariantCulture,
            $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><title>{Html.Text(title)}</title><style>{Style.Sheet}</style></head><body><header><h1>{Html.Text(title)}</h1><p class=\"soft\">Report of <time datetime=\"{when:O}\">{when:yyyy-MM-dd HH:mm zzz}</time></p></header><main>"
        );
        ImmutableArray<(string Name, Comparison Study)> compared =
        [
            .. studies
                .Select(study => (study.Results.Name, Study: Comparison.Of(study.Results)))
                .Where(study => study.Study is not null)
                .Select(study => (study.Name, study.Study!)),
        ];
        if (compared.Length > 1)
        {
            html.Append("<h2>All studies</h2>").Append(HtmlTables.Studies(compared));
        }

        for (var i = 0; i < studies.Length; i++)
        {
            html.Append(Study(studies[i].Results, studies[i].Folder, studies.Length > 1, $"s{i}-"));
        }

        return html.Append("</main></body></html>\n").ToString();
    }

    static string Study(StudyResults study, string folder, bool several, string id)
    {
        var comparison = Comparison.Of(study);
        var heading = several ? "h3" : "h2";
        return string.Concat([
            several ? $"<h2>{Html.Text(study.Title)}</h2>" : "",
            Sentences("summary", comparison is null ? [] : Summary.Of(comparison)),
            Sentences("notes", study.Notes),
            .. Sections(study, comparison, folder, id)
                .Where(section => section.Content.Length > 0)
                .Select(section => $"<section><{heading}>{Html.Text(section.Title)}</{heading}>{section.Content}</section>"),
        ]);
    }

    static string Sentences(string kind, IReadOnlyCollection<string> sentences) =>
        sentences.Count == 0
            ? ""
            : $"<ul class=\"{kind}\">{string.Concat(sentences.Select(sentence => $"<li>{Html.Text(sentence)}</li>"))}</ul>";

    /// <summary>The sections of a study; those without content are left out by who shows them.</summary>
    static IEnumerable<(string Title, string Content)> Sections(StudyResults study, Comparison? comparison, string folder, string id) =>
        [
            .. comparison is null ? [] : Benchmarks(comparison, id),
            ("Caption perplexity", study.Perplexities.IsEmpty ? "" : HtmlFigures.Perplexities(study, id)),
            ("Improvement against visual dependency", comparison is null ? "" : HtmlFigures.Dependency(comparison, id)),
            ("Examples", HtmlExamples.Answers(study, folder)),
            (
                "Visual sensitivity",
                study.Sensitivities.IsEmpty
                    ? ""
                    : "<p>Each token of a response by log p(token, image) − log p(token, no image), in nats: blue where the image makes it likelier, orange and underlined where less likely. Point at a token or move to it by keyboard for its number.</p>"
                        + HtmlExamples.HeatMap(study, folder)
            ),
            ("Training curves", study.Curves.IsEmpty ? "" : HtmlFigures.Curves(study, id)),
            ("Objectives", string.Concat(study.Models.Where(model => model.Formula.Length > 0).Select(Formula)) + HtmlTables.Models(study)),
            (
                "Recipe and fingerprints",
                Settings([.. study.Recipe, .. study.Fingerprints.Select(print => print with { Name = $"SHA-256, {print.Name}" })])
            ),
        ];

    static IEnumerable<(string Title, string Content)> Benchmarks(Comparison comparison, string id) =>
        [
            (
                "Table 1: benchmarks",
                HtmlTables.Scores(
                    comparison,
                    false,
                    "Mean over seeds in %, ± half the 95 % interval (Student's t). 1 and underlined: best; 2: second best. The average improvement counts a rate that should fall inversely; refusal and style are not averaged."
                )
            ),
            ("Categories of the benchmarks", HtmlTables.Scores(comparison, true, "Mean over seeds in %, ± half the 95 % interval.")),
            ("Improvement by domain", HtmlFigures.Domains(comparison, id)),
        ];

    // Each term by itself: browsers do not break a formula into lines.
    static string Formula(ModelResult model) =>
        $"<h3>{Html.Text(model.Name)}</h3><div class=\"formula\">{string.Concat(Objective.Parse(model.Formula).Terms().Select((term, i) => $"<div>{(i == 0 || term is Objective.Negate ? "" : "+ ")}{term.ToMathMl()}</div>"))}</div><p><code>{Html.Text(model.Formula)}</code></p>";

    static string Settings(ImmutableArray<NamedValue> settings) =>
        settings.IsEmpty
            ? ""
            : $"<dl>{string.Concat(settings.Select(setting => $"<dt>{Html.Text(setting.Name)}</dt><dd><code>{Html.Text(setting.Value)}</code></dd>"))}</dl>";

    static string FileName(string name) =>
        string.Concat(name.Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));
}
