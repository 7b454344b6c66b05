using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
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
        Assert.Equal(50, RelativeChange.Percent(36, 72, higherIsBetter: false), 12);
        Assert.Equal(-50, RelativeChange.Percent(36, 72, higherIsBetter: true), 12);
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
