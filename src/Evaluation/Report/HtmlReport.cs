using System.Collections.Immutable;
using System.Text;
using SVco.Core;
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
                .SelectMany(study =>
                    Guarded(
                        study.First.Folder,
                        () => ReportTables.Of(study.First.Results, Comparison.Of(study.First.Results), study.Second)
                    )
                ),
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
        ImmutableArray<(string Name, Comparison Study)> compared =
        [
            .. studies
                .Select(study => (study.Results.Name, Study: Comparison.Of(study.Results)))
                .Where(study => study.Study is not null)
                .Select(study => (study.Name, study.Study!)),
        ];
        Html all = compared.Length > 1 ? $"<h2>All studies</h2>{HtmlTables.Studies(compared)}" : Html.Empty;
        Html page =
            $"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title><style>{Html.Trusted(Style.Sheet)}</style></head><body><header><h1>{title}</h1><p class=\"soft\">Report of <time datetime=\"{when:O}\">{when:yyyy-MM-dd HH:mm zzz}</time></p></header><main>{all}{studies.Select((study, i) => Guarded(study.Folder, () => Study(study.Results, study.Folder, studies.Length > 1, $"s{i}-")))}</main></body></html>\n";
        return page.ToString();
    }

    /// <summary>A study whose numbers cannot be shown is told by its folder.</summary>
    static T Guarded<T>(string folder, Func<T> make) => InputFile.Read(folder, "a study that can be shown", make);

    static Html Study(StudyResults study, string folder, bool several, string id)
    {
        var comparison = Comparison.Of(study);
        Html title = several ? $"<h2>{study.Title}</h2>" : Html.Empty;
        var sections = Sections(study, comparison, folder, id)
            .Where(section => !section.Content.IsEmpty)
            .Select(section => Section(section.Title, section.Content, several));
        return $"{title}{Sentences("summary", comparison is null ? [] : Summary.Of(comparison))}{Sentences("notes", study.Notes)}{sections}";
    }

    static Html Section(string title, Html content, bool isPart)
    {
        Html heading = isPart ? (Html)$"<h3>{title}</h3>" : $"<h2>{title}</h2>";
        return $"<section>{heading}{content}</section>";
    }

    static Html Sentences(string kind, IReadOnlyCollection<string> sentences) =>
        sentences.Count == 0
            ? Html.Empty
            : $"<ul class=\"{kind}\">{sentences.Select<string, Html>(sentence => $"<li>{sentence}</li>")}</ul>";

    /// <summary>The sections of a study; those without content are left out by who shows them.</summary>
    static IEnumerable<(string Title, Html Content)> Sections(StudyResults study, Comparison? comparison, string folder, string id) =>
        [
            .. comparison is null ? [] : Benchmarks(comparison, id),
            ("Caption perplexity", study.Perplexities.IsEmpty ? Html.Empty : HtmlFigures.Perplexities(study, id)),
            ("Improvement against visual dependency", comparison is null ? Html.Empty : HtmlFigures.Dependency(comparison, id)),
            ("Examples", HtmlExamples.Answers(study, folder)),
            (
                "Visual sensitivity",
                study.Sensitivities.IsEmpty
                    ? Html.Empty
                    : $"<p>Each token of a response by log p(token, image) − log p(token, no image), in nats: blue where the image makes it likelier, orange and underlined where less likely. Point at a token or move to it by keyboard for its number.</p>{HtmlExamples.HeatMap(study, folder)}"
            ),
            ("Training curves", study.Curves.IsEmpty ? Html.Empty : HtmlFigures.Curves(study, id)),
            ("Objectives", $"{study.Models.Where(model => model.Formula.Length > 0).Select(Formula)}{HtmlTables.Models(study)}"),
            (
                "Recipe and fingerprints",
                Settings([.. study.Recipe, .. study.Fingerprints.Select(print => print with { Name = $"SHA-256, {print.Name}" })])
            ),
        ];

    static IEnumerable<(string Title, Html Content)> Benchmarks(Comparison comparison, string id) =>
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
    static Html Formula(ModelResult model) =>
        $"<h3>{model.Name}</h3><div class=\"formula\">{Objective.Parse(model.Formula).Terms().Select(Term)}</div><p><code>{model.Formula}</code></p>";

    static Html Term(Objective term, int place) =>
        $"<div>{(place == 0 || term is Objective.Negate ? "" : "+ ")}{Html.Trusted(term.ToMathMl())}</div>";

    static Html Settings(ImmutableArray<NamedValue> settings) =>
        settings.IsEmpty
            ? Html.Empty
            : $"<dl>{settings.Select<NamedValue, Html>(setting => $"<dt>{setting.Name}</dt><dd><code>{setting.Value}</code></dd>")}</dl>";

    static string FileName(string name) =>
        string.Concat(name.Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));
}
