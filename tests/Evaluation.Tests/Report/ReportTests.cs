using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using SVco.Core.Metrics;
using SVco.Evaluation.Report;
using SVco.Evaluation.Results;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Report;

public sealed class ReportTests
{
    static readonly DateTimeOffset When = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Three_values_have_the_interval_of_a_table_of_Student_t()
    {
        // t(2 degrees, 97.5 %) = 4.30265 in printed tables; 5 digits.
        var interval = Interval.Of([1, 2, 3]);
        Assert.Equal(2, interval.Mean, 12);
        Assert.Equal(4.30265 / Math.Sqrt(3), interval.HalfWidth!.Value, 1e-4);
        Assert.Null(Interval.Of([5]).HalfWidth);
    }

    [Fact]
    public void Points_on_a_line_give_the_line_without_a_band()
    {
        var fit = LinearFit.Of([(0, 1), (1, 3), (2, 5), (5, 11)])!;
        Assert.Equal(2, fit.Slope, 12);
        Assert.Equal(1, fit.Intercept, 12);
        Assert.Equal(0, fit.At(3).HalfWidth!.Value, 1e-9);
        Assert.Null(LinearFit.Of([(1, 1), (1, 2), (1, 3)]));
    }

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
    public void Who_shares_the_best_number_is_not_called_the_best()
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
    public void A_first_place_that_hangs_on_one_number_is_said_to()
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
        var table = html[html.IndexOf("<table class=\"scores\"", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("</table>", StringComparison.Ordinal)];
        var shown = Regex.Matches(table, "<td[^>]*>(?:<b>)?([+−]?[0-9.]+)").Select(match => match.Groups[1].Value).Order();
        string[] Filed(string file, int column, string format) =>
            [
                .. File.ReadLines(Path.Combine(folder, file))
                    .Skip(1)
                    .Select(line =>
                        double.Parse(line.Split(',')[column], CultureInfo.InvariantCulture).ToString(format, CultureInfo.InvariantCulture)
                    ),
            ];
        var filed = Filed("table1.csv", 9, "0.0").Concat(Filed("improvement.csv", 2, "+0.0;−0.0")).Order();
        Assert.Equal(filed, shown);
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
