using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Statistics;
using SVco.Evaluation.Results;
using SVco.Files;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>What was written of an evaluation.</summary>
/// <param name="Text">Its tables for a terminal.</param>
/// <param name="Files">The paths of the page and of the tables.</param>
public sealed record WrittenEvaluation(string Text, ImmutableArray<string> Files);

/// <summary>
/// The page of an evaluation: Table 1 with intervals and what its marks mean, each model against the base model, figures, examples, and every
/// answer to look through. It needs no network; up to <see cref="MostInPage"/> letters of answers and thumbnails are in the page itself, more
/// lie in a folder beside it.
/// </summary>
public static class EvaluationReport
{
    /// <summary>The page's file in an evaluation's folder.</summary>
    public const string FileName = "report.html";

    /// <summary>The file of the tables in Markdown.</summary>
    public const string TablesFile = "table.md";

    /// <summary>The most letters of answers and thumbnails in the page itself.</summary>
    public const int MostInPage = 2_000_000;

    const int PageSize = 50;

    // Some thirty thousand pictures.
    const long ThumbnailBytes = 1L << 29;

    /// <summary>Small pictures that are kept for the next report, in the user's cache.</summary>
    /// <param name="note">Is told where the cache is damaged or cannot be written.</param>
    public static DiskCache ThumbnailsOfUser(Action<string> note) => new(CacheRoot.Of("thumbnails"), ThumbnailBytes, note);

    /// <summary>The folder of the answers' files of a page, where they are not in the page itself.</summary>
    public static string PagesFolder(string page) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(page))!, $"{Path.GetFileNameWithoutExtension(page)}-answers");

    /// <summary>Writes the page, the files of answers, and beside them the tables in Markdown and as CSV.</summary>
    /// <param name="result">The evaluation; see <see cref="JoinedEvaluations"/> for several.</param>
    /// <param name="page">The page's file; its folder is made.</param>
    /// <param name="now">When the report is made.</param>
    /// <param name="resamples">How many samples are drawn for an interval.</param>
    /// <param name="thumbnails">Where small pictures are kept; they are drawn each time where there is none.</param>
    /// <exception cref="UserException">The models cannot be compared, or the disk refuses.</exception>
    public static WrittenEvaluation Write(
        EvaluationResult result,
        string page,
        DateTimeOffset now,
        int resamples = Bootstrap.Resamples,
        DiskCache? thumbnails = null
    )
    {
        var numbers = EvaluationNumbers.Of(result, resamples);
        ImmutableArray<AnsweredItem> items = [.. AnsweredItem.Of(numbers)];
        var folder = Path.GetDirectoryName(Path.GetFullPath(page))!;
        Directory.CreateDirectory(folder);
        var pictures = new Thumbnails(thumbnails);
        var key = ContentHash.Of($"{now:O}\n{result.Name}\n{result.Command}");
        var inPage = WritePages(BrowsedPage.Of(items, PageSize, pictures), PagesFolder(page), key);
        var index = BrowsedIndex.Of(numbers, items, key, inPage.IsDefault ? Path.GetFileName(PagesFolder(page)) : "", PageSize);
        var examples = HtmlAnswers.Examples(numbers, ChangedExamples.Of(items), pictures);
        var lost = Lost(items, pictures);
        var html = Page(numbers, examples, lost, index, inPage.IsDefault ? [] : inPage, now);
        ImmutableArray<ReportTable> tables =
        [
            .. EvaluationCsv.Of(numbers).Where(table => !table.Rows.IsEmpty).Select(table => table with { File = Named(table.File) }),
        ];
        foreach (var table in tables)
        {
            table.Write(folder);
        }

        Write(Path.Combine(folder, Named(TablesFile)), EvaluationTable.Markdown(numbers));
        Write(page, html);
        var text =
            EvaluationTable.Text(numbers)
            + string.Concat(TerminalText.Wrapped(lost, TerminalText.Width).Where(line => line.Length > 0).Select(line => $"\n{line}"));
        return new(text, [page, .. tables.Select(table => table.File).Prepend(Named(TablesFile)).Select(Beside)]);

        static void Write(string path, string text) => AtomicOutput.WriteFile(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

        // Two pages in a folder have tables of their own.
        string Named(string file) => Path.GetFileName(page) == FileName ? file : $"{Path.GetFileNameWithoutExtension(page)}.{file}";

        string Beside(string file) => Path.Combine(Path.GetDirectoryName(page) ?? "", file);
    }

    /// <summary>How many pictures the page lacks, and why the first; empty where it has all.</summary>
    static string Lost(ImmutableArray<AnsweredItem> items, Thumbnails pictures)
    {
        ImageSource[] images = [.. items.Select(item => item.Item.Image).OfType<ImageSource>().Distinct()];
        var lost = images.Where(pictures.Faults.ContainsKey).ToArray();
        return lost.Length == 0
            ? ""
            : $"{lost.Length} of {images.Length} pictures are no longer there or cannot be read, so that the page has only their questions. The first: {pictures.Faults[lost[0]]}";
    }

    /// <summary>The pages as JSON where they have room in the page itself; else writes them and returns the default.</summary>
    static ImmutableArray<string> WritePages(IEnumerable<BrowsedPage> all, string folder, string key)
    {
        using var pages = all.Select(page => page.ToJson()).GetEnumerator();
        var held = new List<string>();
        while (pages.MoveNext())
        {
            held.Add(pages.Current);
            if (held.Sum(page => (long)page.Length) > MostInPage)
            {
                AtomicOutput.WriteFolder(
                    folder,
                    overwrite: true,
                    made =>
                    {
                        foreach (var (number, json) in held.Concat(Rest()).Index())
                        {
                            File.WriteAllText(Path.Combine(made, $"page-{number}.js"), $"svcoPage(\"{key}\",{number},{json});\n");
                        }
                    }
                );
                return default;
            }
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return [.. held];

        IEnumerable<string> Rest()
        {
            while (pages.MoveNext())
            {
                yield return pages.Current;
            }
        }
    }

    static string Page(
        EvaluationNumbers numbers,
        Html examples,
        string lost,
        BrowsedIndex index,
        ImmutableArray<string> pages,
        DateTimeOffset now
    )
    {
        var title = $"Evaluation {numbers.Result.Name}";
        var sections = Sections(numbers, examples, lost).Where(section => !section.Content.IsEmpty).ToArray();
        var sources = $"'{BrowserScript.Hash}'{(index.Folder.Length == 0 ? "" : " 'self' file:")}";
        Html page = $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {Html.Trusted(
                sources
            )}; base-uri 'none'; form-action 'none'">
            <link rel="icon" href="data:,"><title>{title}</title><style>{Html.Trusted(Style.Sheet)}{Html.Trusted(
                EvaluationStyle.Sheet
            )}</style></head>
            <body><header><h1>{title}</h1><p class="soft">{string.Join(
                ", ",
                numbers.Result.Models.Select(model => model.Name)
            )} · report of <time datetime="{now:O}">{now:yyyy-MM-dd HH:mm zzz}</time></p>
            <nav><ul>{sections.Select(Link)}</ul></nav></header>
            <main>{sections.Select(Section)}</main>
            <script type="application/json" id="index">{Html.Trusted(index.ToJson())}</script>
            {pages.Select(PageElement)}
            <script>{Html.Trusted(BrowserScript.Text)}</script></body></html>

            """;
        return page.ToString();
    }

    // JSON whose signs of markup are escaped: see BrowsedPage.
    static Html PageElement(string json, int number) =>
        $"<script type=\"application/json\" id=\"page-{number}\">{Html.Trusted(json)}</script>";

    static Html Link((string Id, string Title, Html Content) section) => $"<li><a href=\"#{section.Id}\">{section.Title}</a></li>";

    static Html Section((string Id, string Title, Html Content) section) =>
        $"<section><h2 id=\"{section.Id}\">{section.Title}</h2>{section.Content}</section>\n";

    static IEnumerable<(string Id, string Title, Html Content)> Sections(EvaluationNumbers numbers, Html examples, string lost) =>
        [
            (
                "results",
                "Results",
                $"{Sentences(numbers)}{TableOne(EvaluationGrids.TableOne(numbers))}{Marks(numbers)}{EvaluationGrids.Choices(numbers).Select(GridHtml.Of)}"
            ),
            (
                "differences",
                $"Against {numbers.Base}",
                Html.Join(
                    EvaluationGrids
                        .Differences(numbers)
                        .Concat(EvaluationGrids.BothRules(numbers))
                        .Concat(EvaluationGrids.Others(numbers))
                        .Concat(EvaluationGrids.Spreads(numbers))
                        .Select(GridHtml.Of)
                )
            ),
            ("domains", "Improvement by domain", EvaluationFigures.Domains(numbers)),
            (
                "dependency",
                "Improvement against visual dependency",
                $"{EvaluationFigures.Dependency(numbers)}{EvaluationGrids.Dependencies(numbers).Select(GridHtml.Of)}"
            ),
            ("perplexity", "Caption perplexity", PerplexityFigure.Of(numbers.Perplexities)),
            ("categories", "By category", Html.Join(EvaluationGrids.Categories(numbers).Select(GridHtml.Of))),
            ("examples", "Examples that changed", examples),
            ("all-answers", "All answers", $"{(lost.Length == 0 ? Html.Empty : $"<p>{lost}</p>")}{HtmlAnswers.Browser}"),
            ("settings", "Benchmarks and settings", Settings(numbers.Result)),
        ];

    /// <summary>Models in rows as in the paper; on a phone, where eleven columns have no room, numbers in rows.</summary>
    static Html TableOne(Grid grid) =>
        $"<div class=\"wide\">{GridHtml.Of(grid)}</div><div class=\"narrow\">{GridHtml.Of(grid.Transposed("number"))}</div>";

    static Html Sentences(EvaluationNumbers numbers) =>
        $"<ul class=\"summary\">{EvaluationSummary.Of(numbers).Select<string, Html>(sentence => $"<li>{sentence}</li>")}</ul>";

    static Html Marks(EvaluationNumbers numbers) =>
        $"<ul class=\"marks\">{EvaluationNotes.Of(numbers).Select<EvaluationNote, Html>(note => $"<li><b>[{note.Mark}]</b>{note.Text}</li>")}</ul>";

    static Html Settings(EvaluationResult result)
    {
        (string Name, string Value)[] lines =
        [
            .. result.Notes.Select(note => (note.Benchmark, note.Source)),
            .. result.Models.Select(model => (model.Name, model.Checkpoint)),
            .. result.Settings,
            ("command", result.Command),
        ];
        return $"<dl>{lines.Select<(string Name, string Value), Html>(line => $"<dt>{line.Name}</dt><dd><code>{line.Value}</code></dd>")}</dl>";
    }
}
