using System.Collections.Immutable;
using SVco.Evaluation.Report.Sweeps;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Report.Sweeps;

/// <summary>The table and the page of a sweep.</summary>
public sealed class SweepReportTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static SweptRun Run(int seed, double value, string state = "finished", int steps = 10) =>
        new(
            $"run{seed}",
            seed,
            state,
            state == "finished",
            steps,
            value,
            ImmutableSortedDictionary<string, ImmutableArray<(int, double)>>.Empty.Add("eval_loss", [(5, value + 1), (steps, value)]),
            state == "failed" ? "<no memory>" : ""
        );

    static SweptPoint Point(string rate, string objective, params SweptRun[] runs) => new([rate, objective], [.. runs]);

    static SweepResults Sweep(bool maximize, params SweptPoint[] points) =>
        new("x", "eval_loss", maximize, ["train.learning_rate", "objective"], [.. points], [], "svco sweep x.yaml");

    static readonly SweptPoint[] Three =
    [
        Point("1e-6", "Sft()", Run(1, 2.0), Run(2, 2.2)),
        Point("1e-5", "Dpo(0.1)", Run(1, 1.0), Run(2, 1.3)),
        Point("1e-4", "Sft()", Run(1, double.NaN, "failed", 3), Run(2, 0.1)),
    ];

    [Fact]
    public void The_best_mean_among_points_whose_runs_all_ended_wins()
    {
        var lowest = Sweep(maximize: false, Three);
        Assert.Equal("1e-5", lowest.Winner!.Values[0]);
        Assert.Equal(1.15, lowest.Winner.Value!.Value.Mean, 1e-12);
        Assert.Equal("1e-6", Sweep(maximize: true, Three).Winner!.Values[0]);
        Assert.Null(Sweep(maximize: false, Three[2]).Winner);
        // Of the third only one run of two has ended.
        Assert.Equal(["1e-5", "1e-6", "1e-4"], lowest.Ranked.Select(point => point.Values[0]));
    }

    [Fact]
    public void Points_that_came_to_their_end_are_compared_however_many_steps_that_took()
    {
        var few = Point("1e-6", "Sft()", Run(1, 1.0, steps: 5));
        var many = Point("1e-5", "Sft()", Run(1, 2.0, steps: 10));
        Assert.Equal("1e-6", Sweep(maximize: false, many, few).Winner!.Values[0]);
        Assert.Equal("1e-5", Sweep(maximize: true, few, many).Winner!.Values[0]);
    }

    [Fact]
    public void A_terminal_is_told_of_the_first_failures_with_their_logs()
    {
        var failed = Enumerable.Range(0, 6).Select(seed => Run(seed, double.NaN, "failed") with { Log = $"logs/run{seed}.log" });
        var text = SweepReport.Text(Sweep(maximize: false, Point("1e-6", "Sft()", [.. failed])));
        Assert.Contains("Failed: run0\n  <no memory>\n  logs/run0.log\n", text);
        Assert.DoesNotContain("run5", text);
        Assert.Contains("2 more failed", text);
    }

    [Fact]
    public void The_lead_is_paired_by_seed()
    {
        // Differences 1.0 and 0.9.
        Assert.Equal(0.95, Sweep(maximize: false, Three).Lead!.Value.Mean, 1e-12);
        Assert.True(Sweep(maximize: false, Three).Lead!.Value.Low > 0);
        Assert.Contains("does not reach 0", Sweep(maximize: false, Three).Summary[0]);
        Assert.Contains("1.15¹ ", SweepReport.Text(Sweep(maximize: false, Three)));

        var unclear = Sweep(maximize: false, Three[0], Point("1e-5", "Sft()", Run(1, 1.0), Run(2, 2.9)));
        Assert.Contains("may be chance", unclear.Summary[0]);
        Assert.Contains("1.95¹?", SweepReport.Text(unclear));

        var equal = Sweep(maximize: false, Three[0], Point("1e-5", "Sft()", Run(1, 1.0), Run(2, 1.2)));
        Assert.Contains("seeds that do not differ", equal.Summary[0]);
        Assert.Contains("1.1¹?", SweepReport.Text(equal));
        Assert.Contains("cannot be told from one seed", Sweep(false, Point("1", "a", Run(1, 1)), Point("2", "a", Run(1, 2))).Summary[0]);
    }

    [Fact]
    public void The_tables_have_a_line_for_each_run_and_the_page_no_markup_of_what_runs_print()
    {
        var page = File.ReadAllText(SweepReport.Write(Sweep(maximize: false, Three), folder.At(), DateTimeOffset.UnixEpoch)[0]);

        var lines = File.ReadAllLines(folder.At("sweep.csv"));
        Assert.Equal("train.learning_rate,objective,seed,eval_loss,steps,state,run", lines[0]);
        Assert.Equal("1e-5,Dpo(0.1),1,1,10,finished,run1", lines[1]);
        Assert.Contains("1e-4,Sft(),1,,3,failed,run1", lines);
        Assert.Equal(1 + 6 * 2, File.ReadAllLines(folder.At("curves.csv")).Length);
        Assert.Contains("&lt;no memory&gt;", page);
        Assert.Equal(3, page.Split("<polyline").Length - 1);
    }

    [Fact]
    public void An_axis_puts_few_values_evenly_in_order_and_many_numbers_by_size()
    {
        var few = CoordinateAxis.Of("a", ["3e-4", "1e-3", "3e-3"]);
        Assert.Equal([0, 0.5, 1], new[] { "3e-4", "1e-3", "3e-3" }.Select(value => few.Places[value]));
        Assert.Equal([0.5], CoordinateAxis.Of("a", ["one"]).Places.Values);

        // 1e-6 to 1e-2: each power of ten is as far from the next.
        var many = CoordinateAxis.Of("a", Enumerable.Range(0, 9).Select(step => $"{Math.Pow(10, -6 + (step / 2.0)):R}"));
        Assert.Equal(0.25, many.Places[$"{1e-5:R}"], 1e-9);
        Assert.Equal([0.0, 0.5, 1.0], many.Ticks.Select(tick => tick.Place));
        Assert.Equal(1.0, CoordinateAxis.Of("a", [("x", 1.0), ("y", 2.0)], isReversed: true).Places["x"]);
    }

    [ChromiumFact]
    public async Task The_page_shows_its_figure_and_logs_nothing()
    {
        var page = SweepReport.Write(Sweep(maximize: false, Three), folder.At(), DateTimeOffset.UnixEpoch)[0];
        var (dom, log) = await Chromium.OpenAsync(page, "--window-size=390,844");
        Assert.Contains("Parallel coordinates", dom);
        Assert.DoesNotContain("CONSOLE", log);
    }
}
