using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CsvHelper;
using SVco.Core;
using SVco.Curation.Candidates;
using SVco.Files;

namespace SVco.Curation;

/// <summary>The paper's Table 2: pairs by source and type, before and after.</summary>
public static class StatsStage
{
    /// <summary>Counts candidates.jsonl against the pairs of the last stage that ran, and writes stats.txt, .csv and .html.</summary>
    /// <returns>The table as text.</returns>
    /// <exception cref="UserException">There are no pairs yet.</exception>
    public static string Run(CurationSettings settings)
    {
        var folder = new CurationFolder(settings.Output);
        var isAugmented = File.Exists(folder.Augmented) && !CurationFolder.IsOlder(folder.Augmented, folder.Kept);
        var after = isAugmented ? folder.Augmented : folder.Kept;
        folder.RequireUpToDate(after);
        var table = Composition.Of(CurationFolder.Lines<Candidate>(folder.Candidates, "read"), JsonLines.Read<Candidate>(after, "filter"));
        var refusals = Refusals(folder, isAugmented);
        var counted = $"before: {Path.GetFileName(folder.Candidates)}, after: {Path.GetFileName(after)}";
        var text = Text(table, refusals, counted);
        Write(folder.At("stats.txt"), text);
        Write(folder.At("stats.csv"), Csv(table));
        Write(folder.At("stats.html"), Page(table, refusals, counted).ToString());
        return text;
    }

    /// <summary>What did not become a pair, all stages together.</summary>
    static ImmutableArray<RefusalCount> Refusals(CurationFolder folder, bool isAugmented) =>
        StageReport.Count(
            ((string[])[folder.RefusedByRead, folder.RefusedImages])
                .Where(File.Exists)
                .SelectMany(path => CurationFolder.Lines<RefusedEntry>(path, "read"))
                .Concat(
                    File.Exists(folder.RefusedByFilter)
                        ? CurationFolder.Lines<RefusedCandidate>(folder.RefusedByFilter, "filter").Select(line => line.Entry)
                        : []
                )
                .Concat(
                    isAugmented && File.Exists(folder.RefusedByAugment)
                        ? CurationFolder.Lines<RefusedCandidate>(folder.RefusedByAugment, "augment").Select(line => line.Entry)
                        : []
                )
        );

    static string Text(Composition table, ImmutableArray<RefusalCount> refusals, string counted)
    {
        var text = new StringBuilder().AppendLine($"{"source", -24} {"type", -10} {"before", 8} {"after", 8}");
        foreach (var row in table.Rows)
        {
            text.AppendLine($"{row.Source, -24} {row.Type, -10} {row.Before, 8} {row.After, 8}");
        }

        text.AppendLine($"{"all", -24} {"", -10} {table.Before, 8} {table.After, 8}")
            .AppendLine(counted)
            .AppendLine()
            .AppendLine("not among the pairs:");
        foreach (var refusal in refusals)
        {
            text.AppendLine($"{refusal.Count, 8}  {refusal.Source} {refusal.Kind}: {refusal.Reason}");
        }

        return text.ToString();
    }

    static string Csv(Composition table)
    {
        using var writer = new StringWriter();
        using (var csv = new CsvWriter(writer, CultureInfo.InvariantCulture))
        {
            csv.WriteRecords(table.Rows);
        }

        return writer.ToString();
    }

    const string Style = """

        :root{color-scheme:light dark;--paper:#fff;--ink:#222;--soft:#5f6670;--rule:#d9dce0}
        @media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e6e8eb;--soft:#a4abb5;--rule:#3a4049} }
        body{font:15px/1.4 sans-serif;margin:1.2em;background:var(--paper);color:var(--ink)} h1{font-size:1.25em} p{color:var(--soft)}
        table{border-collapse:collapse} td,th{padding:.3em .8em .3em 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
        .number{text-align:right} tr.all td{font-weight:bold}
        """;

    static Html Page(Composition table, ImmutableArray<RefusalCount> refusals, string counted) =>
        $"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
            <title>Composition</title>
            <style>{Html.Trusted(Style)}</style>
            <h1>Pairs by source and type</h1>
            <p>{counted}</p>
            <table class="composition"><tr><th>source<th>type<th class="number">before<th class="number">after{table.Rows.Select(row =>
                Row("", [row.Source, $"{row.Type}"], row.Before, row.After)
            )}{Row("all", ["all", ""], table.Before, table.After)}
            </table>
            <h1>Not among the pairs</h1>
            <table class="refusals"><tr><th>source<th>kind<th>reason<th class="number">count{refusals.Select(refusal =>
                Row("", [refusal.Source, refusal.Kind, refusal.Reason], refusal.Count)
            )}
            </table>
            </html>
            """;

    static Html Row(string name, string[] texts, params int[] numbers) =>
        $"\n<tr class=\"{name}\">{texts.Select<string, Html>(text => $"<td>{text}")}{numbers.Select<int, Html>(number => $"<td class=\"number\">{number}")}";

    static void Write(string path, string text) => AtomicOutput.WriteFile(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
