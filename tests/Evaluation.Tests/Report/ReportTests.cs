using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SVco.Core;
using SVco.Core.Statistics;
using SVco.Evaluation.Report;
using SVco.Evaluation.Results;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Report;

public sealed class ReportTests
{
    static readonly DateTimeOffset When = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_rate_that_falls_is_an_improvement()
    {
        Assert.Equal(50, RelativeChange.PercentOfAtLeastOne(36, 72, higherIsBetter: false), 12);
        Assert.Equal(-50, RelativeChange.PercentOfAtLeastOne(36, 72, higherIsBetter: true), 12);
    }

    [Fact]
    public void The_average_improvement_is_paired_by_seed_and_leaves_out_what_is_not_averaged()
    {
        var study = Study([
            Metric("base", 1, "a", 50),
            Metric("base", 1, "b", 40, higher: false),
            Metric("base", 1, "c", 10, averaged: false),
            Metric("m", 1, "a", 75),
            Metric("m", 1, "b", 30, higher: false),
            Metric("m", 1, "c", 90, averaged: false),
            Metric("base", 2, "a", 100),
            Metric("m", 2, "a", 50),
        ]);
        var improvements = Comparison.Of(study)!.Improvements["m"];
        Assert.Equal((50 + 25) / 2.0, improvements[1], 12);
        Assert.Equal(-50, improvements[2], 12);
    }

    [Fact]
    public void A_model_that_shares_the_best_number_is_not_called_the_best()
    {
        var summary = string.Join(
            '\n',
            Summary.Of(
                Comparison.Of(
                    Study([
                        Metric("base", 1, "a", 50),
                        Metric("m", 1, "a", 75),
                        Metric("n", 1, "a", 75),
                        Metric("base", 1, "b", 50),
                        Metric("m", 1, "b", 40),
                        Metric("n", 1, "b", 60),
                    ])
                )!
            )
        );
        Assert.Contains("Best by benchmark: n on b; several share the best on a.", summary);
        Assert.Contains("m is more than 5 % worse than base on b (50.0 to 40.0).", summary);
    }

    [Fact]
    public void The_summary_says_when_a_first_place_depends_on_one_number()
    {
        var study = Comparison.Of(
            Study([
                Metric("base", 1, "a", 50),
                Metric("m", 1, "a", 100),
                Metric("n", 1, "a", 50),
                Metric("base", 1, "b", 50),
                Metric("m", 1, "b", 50),
                Metric("n", 1, "b", 80),
            ])
        )!;
        Assert.Contains("The first place hangs on one number: without a, n is first (60.0 against 0.0 %).", Summary.Of(study));
    }

    static MetricResult Metric(string model, int seed, string name, double value, bool higher = true, bool averaged = true) =>
        new(model, seed, name, "", "d", "x", value, null, higher, averaged);

    static StudyResults Study(ImmutableArray<MetricResult> metrics) =>
        new(
            "s",
            "s",
            [],
            [],
            [],
            [.. metrics.Select(metric => metric.Model).Distinct().Select(model => new ModelResult(model, "", "", [], [], 0))],
            metrics,
            [],
            [],
            [],
            []
        );

    [Fact]
    public void The_numbers_of_Table_1_are_those_of_its_csv()
    {
        var folder = Written("numbers");
        var html = File.ReadAllText(Path.Combine(folder, "report.html"));
        var table = XElement.Parse(Between(html, "<table class=\"scores\"", "</table>").Replace("&nbsp;", "\u00a0"));
        var head = table.Element("thead")!.Elements("tr").Last().Elements("th").Skip(1).Select(Name).ToArray();
        var shown = table
            .Element("tbody")!
            .Elements("tr")
            .SelectMany(row => head.Zip(row.Elements("td"), (column, cell) => (Model: row.Element("th")!.Value, column, Number(cell))))
            .Where(entry => entry.Item3 is not "–")
            .ToHashSet();

        var filed = Filed("table1.csv", (fields, mean) => (fields[0], fields[1], NumberText.Of(mean)), mean: 9)
            .Concat(Filed("improvement.csv", (fields, mean) => (fields[0], "average improvement %", NumberText.Signed(mean)), mean: 2));
        Assert.Equal(filed.ToHashSet(), shown);

        static string Name(XElement cell) => $"{cell.FirstNode}".Replace('\u2011', '-').TrimEnd('\u00a0');

        static string Number(XElement cell) => cell.Element("b")?.Value ?? $"{cell.FirstNode}";

        IEnumerable<(string, string, string)> Filed(string file, Func<string[], double, (string, string, string)> entry, int mean) =>
            File.ReadLines(Path.Combine(folder, file))
                .Skip(1)
                .Select(line => line.Split(','))
                .Select(fields => entry(fields, double.Parse(fields[mean], CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData(0.26, "0.3", "+0.3")]
    [InlineData(-12.34, "−12.3", "−12.3")]
    [InlineData(-0.04, "0.0", "0.0")]
    public void Numbers_have_one_digit_and_a_true_minus(double value, string plain, string signed) =>
        Assert.Equal((plain, signed), (NumberText.Of(value), NumberText.Signed(value)));

    [Fact]
    public void Every_benchmark_is_a_point_in_the_middle_of_Fig_6()
    {
        var folder = Written("points");
        var html = File.ReadAllText(Path.Combine(folder, "report.html"));
        var panel = Between(html[html.IndexOf("<h2>Improvement against visual dependency", StringComparison.Ordinal)..], "<svg ", "</svg>");
        // The first panel's marks are circles; its data lie in the rectangle that the rest is cut by.
        var rectangle = Regex.Match(panel, "<rect x=\"([0-9.]+)\" y=\"([0-9.]+)\" width=\"([0-9.]+)\" height=\"([0-9.]+)\"");
        var (left, top) = (Value(rectangle, 1), Value(rectangle, 2));
        var points = Regex.Matches(panel, "<ellipse [^>]*cx=\"([-0-9.]+)\" cy=\"([-0-9.]+)\"");
        var averaged = SampleStudy
            .Create(folder)
            .Metrics.Where(metric => metric.Averaged)
            .Select(metric => metric.Benchmark)
            .Distinct()
            .Count();
        Assert.Equal(averaged, points.Count);
        Assert.All(points, point => Assert.InRange(Value(point, 1), left, left + Value(rectangle, 3)));
        Assert.All(points, point => Assert.InRange(Value(point, 2), top, top + Value(rectangle, 4)));

        static double Value(Match match, int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    static string Between(string text, string begin, string end)
    {
        text = text[text.IndexOf(begin, StringComparison.Ordinal)..];
        return text[..(text.IndexOf(end, StringComparison.Ordinal) + end.Length)];
    }

    const string Hostile = "\"'><script>seen()</script></style></title>]]><img src=x onerror=seen()><svg onload=seen()>&lt;b&gt; ";

    /// <summary>Every text of results.json begins with what would be an element; only formulas, pictures and image conditions must be what they are.</summary>
    [Fact]
    public void No_text_of_a_study_becomes_an_element()
    {
        var folder = Written("hostile");
        var results = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, StudyResults.FileName)))!;
        var changed = Change(results, "");
        Assert.InRange(changed, 100, int.MaxValue);
        File.WriteAllText(Path.Combine(folder, StudyResults.FileName), results.ToJsonString());

        var page = HtmlReport.Page([(StudyResults.Load(folder), folder), (StudyResults.Load(folder), folder)], When);

        Assert.DoesNotMatch("<script|<img src=x|<svg onload|</style>.*</style>|</title>.*</title>|&amp;amp;", page);
        Assert.Contains("&lt;script&gt;seen()&lt;/script&gt;", page);
        // Neither does one end an attribute.
        Assert.DoesNotContain("\"'>", page);
    }

    static int Change(JsonNode? node, string name) =>
        node switch
        {
            JsonObject fields => fields.ToArray().Sum(field => Changed(field.Value, field.Key, text => fields[field.Key] = text)),
            JsonArray items => items.ToArray().Index().Sum(item => Changed(item.Item, name, text => items[item.Index] = text)),
            _ => 0,
        };

    static int Changed(JsonNode? node, string name, Action<string> set)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text))
        {
            return Change(node, name);
        }

        if (text.Length == 0 || name is "Formula" or "Picture" or "Image")
        {
            return 0;
        }

        set(Hostile + text);
        return 1;
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../secret.png")]
    [InlineData("pictures/../../secret.png")]
    [InlineData("link.png")]
    [InlineData("folder/secret.png")]
    [InlineData("a\0b.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("text.png")]
    [InlineData("results.json")]
    public void A_picture_is_a_PNG_of_the_study_s_own_folder(string picture)
    {
        var folder = Written("pictures");
        File.Copy(Path.Combine(folder, "scene.png"), Path.Combine(folder, "..", "secret.png"), overwrite: true);
        File.WriteAllText(Path.Combine(folder, "text.png"), "no PNG");
        foreach (var (link, target) in new[] { ("link.png", Path.Combine("..", "secret.png")), ("folder", "..") })
        {
            File.Delete(Path.Combine(folder, link));
            File.CreateSymbolicLink(Path.Combine(folder, link), target);
        }

        var study = StudyResults.Load(folder);
        Assert.Contains("<img ", HtmlReport.Page([(study, folder)], When));
        var other = study with { Examples = [study.Examples[0] with { Picture = picture }] };
        Assert.Contains(folder, Assert.Throws<UserException>(() => HtmlReport.Page([(other, folder)], When)).Message);
    }

    [Fact]
    public void Whatever_is_taken_out_or_exchanged_in_results_is_one_message_or_a_page()
    {
        var folder = Written("mutated");
        var text = File.ReadAllText(Path.Combine(folder, StudyResults.FileName));
        var random = new Random(3);
        JsonNode?[] odd =
        [
            null,
            "",
            "x",
            0,
            -1,
            1e300,
            1e11,
            true,
            new JsonArray(),
            new JsonObject(),
            new JsonArray((JsonNode?)null),
            "NaN",
        ];
        for (var i = 0; i < 150; i++)
        {
            var results = JsonNode.Parse(text)!;
            JsonNode place = results;
            while (Inside(place) is { Length: > 0 } inside && random.Next(5) > 0)
            {
                place = inside[random.Next(inside.Length)];
            }

            switch (place)
            {
                case JsonObject fields when fields.Count > 0:
                    var name = fields.ToArray()[random.Next(fields.Count)].Key;
                    fields[name] = odd[random.Next(odd.Length)]?.DeepClone();
                    if (random.Next(3) == 0)
                    {
                        fields.Remove(name);
                    }

                    break;
                case JsonArray items when items.Count > 0:
                    items[random.Next(items.Count)] = odd[random.Next(odd.Length)]?.DeepClone();
                    break;
            }

            File.WriteAllText(Path.Combine(folder, StudyResults.FileName), results.ToJsonString());
            try
            {
                HtmlReport.Page([(StudyResults.Load(folder), folder)], When);
            }
            catch (UserException error)
            {
                Assert.Contains(folder, error.Message);
            }
        }
    }

    static JsonNode[] Inside(JsonNode node) =>
        node switch
        {
            JsonObject fields =>
            [
                .. fields.Select(field => field.Value).Where(value => value is JsonObject or JsonArray).OfType<JsonNode>(),
            ],
            JsonArray items => [.. items.Where(value => value is JsonObject or JsonArray).OfType<JsonNode>()],
            _ => [],
        };

    [ChromiumFact]
    public async Task Chromium_finds_tables_and_figures_and_no_error()
    {
        var (dom, log) = await Chromium.OpenAsync(Path.Combine(Written("browser"), "report.html"));
        Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
        // SFT and DPO have one term, VCO two, mDPO three, S-VCO four.
        Assert.Equal(11, Regex.Count(dom, "<math "));
        Assert.Contains("<table class=\"scores\"", dom, StringComparison.Ordinal);
        Assert.Equal(Regex.Count(dom, "<figure>"), Regex.Count(dom, "<figcaption>"));
        // One by domain, two of perplexity, five of dependency, one of losses and four kinds of curves for each of five models.
        Assert.Equal(29, Regex.Count(dom, "<svg "));
        Assert.DoesNotContain("<not>", dom, StringComparison.Ordinal);
    }

    static string Written(string name)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "report-sample", name);
        var study = SampleStudy.Create(folder);
        study.Save(folder);
        HtmlReport.Write([(study, folder)], Path.Combine(folder, "report.html"), When);
        return folder;
    }
}
