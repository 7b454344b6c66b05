using System.Globalization;
using System.Text.RegularExpressions;
using CsvHelper;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Files;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>The paper's Table 2 in its three forms.</summary>
public sealed class StatsTests
{
    [Fact]
    public void Table_2_says_the_same_as_text_as_CSV_and_as_HTML()
    {
        using var work = new TemporaryFolder();
        var folder = new CurationFolder(work.At("out"));
        Candidate[] candidates =
        [
            .. Enumerable.Range(0, 7).Select(index => Of("CounterCurate", "up_down", ContrastType.Position, index)),
            .. Enumerable.Range(0, 3).Select(index => Of("CounterCurate", "counting", ContrastType.Count, index)),
            .. Enumerable.Range(0, 5).Select(index => Of("Mine <&>", "pairs", ContrastType.Object, index)),
        ];
        var isKept = candidates.ToLookup(candidate => int.Parse(candidate.Key) % 2 == 0);
        JsonLines.Write(folder.Candidates, candidates);
        JsonLines.Write(folder.Kept, isKept[true]);
        JsonLines.Write(
            folder.RefusedByFilter,
            isKept[false].Select(candidate => new RefusedCandidate("change too small (DINOv2)", candidate))
        );
        JsonLines.Write(folder.RefusedByRead, [new RefusedEntry("CounterCurate", "up_down", "9", "negative image is missing", "")]);
        string[] expected = ["CounterCurate,Count,3,2", "CounterCurate,Position,7,4", "Mine <&>,Object,5,3"];

        var text = StatsStage.Run(new() { Output = folder.Path });
        Assert.Equal(
            [.. expected, "all,15,9"],
            text.Split(Environment.NewLine)
                .Skip(1)
                .Take(4)
                .Select(line => Regex.Replace(line.Trim(), " {2,}", ","))
                .Select(line => Regex.Replace(line, " (Count|Position|Object),", ",$1,"))
        );
        Assert.Contains("before: candidates.jsonl, after: kept.jsonl", text, StringComparison.Ordinal);

        using var csv = new CsvReader(new StreamReader(folder.At("stats.csv")), CultureInfo.InvariantCulture);
        Assert.Equal(expected, csv.GetRecords<CompositionRow>().Select(row => $"{row.Source},{row.Type},{row.Before},{row.After}"));

        var html = File.ReadAllText(folder.At("stats.html"));
        Assert.Equal([.. expected, "all,,15,9"], Rows("composition"));
        Assert.Equal(
            [
                "CounterCurate,counting,change too small (DINOv2),1",
                "CounterCurate,up_down,change too small (DINOv2),3",
                "CounterCurate,up_down,negative image is missing,1",
                "Mine <&>,pairs,change too small (DINOv2),2",
            ],
            Rows("refusals")
        );

        IEnumerable<string> Rows(string table) =>
            Regex
                .Match(html, $"<table class=\"{table}\">(.*?)</table>", RegexOptions.Singleline)
                .Groups[1]
                .Value.Split('\n')
                .Where(row => row.Contains("<td"))
                .Select(row =>
                    string.Join(
                        ',',
                        Regex.Matches(row, "<td[^>]*>([^<]*)").Select(cell => System.Net.WebUtility.HtmlDecode(cell.Groups[1].Value))
                    )
                );
    }

    static Candidate Of(string source, string kind, ContrastType type, int index) =>
        new(source, kind, type, $"{index}", "a.png", "b.png", "a cat", "a dog");
}
