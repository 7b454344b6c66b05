using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Scripting.Display;
using SVco.Tests;
using SVco.Training;

namespace SVco.Scripting.Tests;

/// <summary>Runs of other processes as they are shown.</summary>
public sealed class WatchTests : IDisposable
{
    static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static readonly Gen<RunPhase> Phases =
        from stage in Gen.Elements("beginning", "reference", RunStatus.Training)
        from total in Gen.Elements(0, 24, 1_000_000)
        from phase in Gen.Elements<Func<RunStatus, RunPhase>>(
            _ => new RunPhase.NotBegun(),
            _ => new RunPhase.AtWork(null),
            status => new RunPhase.AtWork(status),
            _ => new RunPhase.Finished("/a/long/path/of/a/run/without/a/space/in/which/it/could/be/broken/checkpoint"),
            status => new RunPhase.Stopped(status),
            status => new RunPhase.Failed(status with { Failure = "Something long\nover two lines." }),
            status => new RunPhase.Killed(status),
            _ => new RunPhase.Left()
        )
        select phase(new(stage, 0, 3, total, Noon));

    static readonly Gen<MetricsLine> Lines =
        from step in Gen.Choose(0, 5)
        from loss in Gen.Elements("1.5", "null", "1e30")
        from name in Gen.Elements("loss", "eval_loss", "train_reward_margin/img_win_vs_no_img_reward_margins")
        select Line($$"""{"step":{{step}},"learning_rate":0.001,"{{name}}":{{loss}}}""");

    static readonly Gen<SeenRun> Runs =
        from phase in Phases
        from count in Gen.Choose(0, 9)
        from lines in Lines.ArrayOf(count)
        from name in Gen.Elements("runs/x", "runs/日本語日本語日本語日本語日本語日本語日本語日本語日本語", "[red]", "")
        select new SeenRun(name, phase, [.. lines], Noon.AddSeconds(9), Noon.AddHours(1));

    [Property(MaxTest = 50)]
    public Property What_is_drawn_over_fits_into_the_terminal() =>
        Prop.ForAll(
            (
                from count in Gen.Choose(1, 9)
                from runs in Runs.ArrayOf(count)
                from columns in Gen.Choose(40, 200)
                from rows in Gen.Choose(5, 60)
                select (runs, columns, rows)
            ).ToArbitrary(),
            given =>
            {
                var shown = Segment.SplitLines(
                    WatchDisplay
                        .Shown([.. given.runs], given.columns, given.rows)
                        .Render(RenderOptions.Create(AnsiConsole.Console), given.columns)
                );
                return shown.All(line => line.CellCount() <= given.columns)
                    && (given.runs.All(run => run.IsAtEnd) || shown.Count <= given.rows);
            }
        );

    [Fact]
    public void A_run_at_work_shows_step_time_and_losses_and_one_that_hangs_shows_since_when()
    {
        ImmutableArray<MetricsLine> lines =
        [
            Line("""{"step":4,"eval_loss":2.7}"""),
            Line("""{"step":6,"loss":2.5,"learning_rate":0.001}"""),
        ];
        var run = new SeenRun(
            "runs/x",
            new RunPhase.AtWork(new(RunStatus.Training, 2, 2, 10, Noon)),
            lines,
            Noon.AddSeconds(8),
            Noon.AddSeconds(10)
        );
        Assert.Equal(
            "runs/x: training 6/10  0:06 left  loss 2.5000  validation loss 2.7000 after step 4, learning rate 0.001",
            WatchDisplay.LogOf(run)
        );
        Assert.EndsWith("last line 2:00 ago", WatchDisplay.LogOf(run with { Now = Noon.AddSeconds(128) }));
    }

    [Fact]
    public void A_last_line_that_is_not_whole_yet_is_not_there_yet_and_a_broken_one_is_told()
    {
        Directory.CreateDirectory(folder.At("run"));
        File.WriteAllText(folder.At("run", "experiment.yaml"), "");
        File.WriteAllText(folder.At("run", MetricsLog.FileName), "{\"step\":1,\"loss\":2}\n{\"step\":2,\"lo");
        var run = SeenRun.Of(folder.At("run"));
        Assert.Equal(1, Assert.Single(run.Lines).Step);
        Assert.Contains("after step 1 (nobody holds the folder's lock)", run.End);

        File.AppendAllText(folder.At("run", MetricsLog.FileName), "\n");
        Assert.Contains("Line 2", Assert.Throws<Core.UserException>(() => SeenRun.Of(folder.At("run"))).Message);
    }

    [Fact]
    public void The_folder_of_a_sweep_and_one_of_something_else_are_told_apart()
    {
        Directory.CreateDirectory(folder.At("sweep"));
        File.WriteAllText(folder.At("sweep", "sweep.yaml"), "");
        Assert.Contains(folder.At("sweep", "runs"), Assert.Throws<Core.UserException>(() => SeenRun.Of(folder.At("sweep"))).Message);
        Assert.Contains("not a run's folder", Assert.Throws<Core.UserException>(() => SeenRun.Of(folder.At())).Message);
        Assert.False(SeenRun.Of(folder.At("nothing yet")).IsAtEnd);
    }

    static MetricsLine Line(string json) => System.Text.Json.JsonSerializer.Deserialize<MetricsLine>(json, Files.JsonLines.Options)!;
}
