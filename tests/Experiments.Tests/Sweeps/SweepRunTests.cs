using SVco.Core;
using SVco.Evaluation.Report.Sweeps;
using SVco.Tests;

namespace SVco.Experiments.Tests;

/// <summary>Sweeps of the bundled checkpoint whose runs are made in this process.</summary>
public sealed class SweepRunTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly List<string> made = [];
    readonly List<string> notes = [];

    public void Dispose() => folder.Dispose();

    SweepPlan Plan(string space, int steps = 1, string metric = "eval_loss")
    {
        var text = $$"""
            tiny: true
            experiment:
              feature_cache: 0
              train: { max_steps: {{steps}}, evaluate_every: 1 }
            metric: {{metric}}
            {{space}}
            """;
        var sweep = SweepYaml.Read(text, "x.yaml", _ => throw new InvalidOperationException()) with { Output = folder.At("sweep") };
        return new SweepPlan(sweep, text, "x.yaml") { Jobs = 1, Command = "svco sweep x.yaml" };
    }

    string? Make(SweepRunRequest request)
    {
        lock (made)
        {
            made.Add($"{request.Run.Title}{(request.StopAfter is { } steps ? $" to {steps}" : "")}");
        }

        _ = request.StopAfter is { } end
            ? request.Run.Experiment.RunUntilAsync(end, stop: request.Stop).Result
            : request.Run.Experiment.RunAsync(progress: new Seen(next => notes.Add($"{next}")), stop: request.Stop).Result;
        return null;
    }

    async Task<SweepResults> Run(SweepPlan plan, SweepRunner? runner = null, CancellationToken stop = default)
    {
        made.Clear();
        return await plan.RunAsync(runner ?? Make, restart: false, new Seen(next => notes.Add($"{next}")), _ => { }, stop);
    }

    [Fact]
    public async Task Every_run_is_made_once_and_the_best_mean_over_seeds_wins()
    {
        const string space = "grid: {train.learning_rate: [1e-6, 1e-2]}\nseeds: [1, 2]";
        var results = await Run(Plan(space, steps: 2));

        Assert.Equal(4, made.Count);
        var winner = results.Winner!;
        Assert.Equal(results.Points.Min(point => point.Runs.Average(run => run.Value)), winner.Value!.Value.Mean, 1e-12);
        Assert.Equal((2, true), (winner.Value.Value.Count, winner.Value.Value.HalfWidth > 0));
        Assert.All(results.Points.SelectMany(point => point.Runs), run => Assert.Equal(("finished", 2), (run.State, run.Steps)));

        // Points may be added; what is finished stays, and nothing is run for the status.
        var larger = Plan("grid: {train.learning_rate: [1e-6, 1e-2, 1e-4]}\nseeds: [1, 2]", steps: 2);
        var more = await Run(larger);
        Assert.Equal(["learning_rate 1e-4, seed 1", "learning_rate 1e-4, seed 2"], made.Order());
        Assert.Equal(6, more.Points.Sum(point => point.Runs.Count(run => run.IsFinished)));
        Assert.Equal(SweepReport.Text(more), SweepReport.Text(larger.Status()));

        // But not another experiment.
        var error = await Assert.ThrowsAsync<UserException>(() => Run(Plan(space, steps: 3)));
        Assert.Contains("train.max_steps is 2 in the folder and 3 now", error.Message);
    }

    [Fact]
    public async Task A_run_that_fails_does_not_end_the_others_and_is_tried_again()
    {
        const string space = "grid: {train.learning_rate: [1e-6, 1e-2]}";
        var results = await Run(Plan(space), request => request.Run.Point.Settings[0].Value == "1e-2" ? "out of memory" : Make(request));

        Assert.Equal(["finished", "failed"], results.Ranked.SelectMany(point => point.Runs).Select(run => run.State));
        Assert.Equal("out of memory", results.Ranked[1].Runs[0].Failure);
        Assert.Equal("1e-6", results.Winner!.Values[0]);
        Assert.Contains("out of memory", SweepReport.Page(results, DateTimeOffset.UnixEpoch));

        var again = await Run(Plan(space));
        Assert.Equal(["learning_rate 1e-2, seed 42"], made);
        Assert.All(again.Points, point => Assert.True(point.IsFinished));
    }

    [Fact]
    public async Task Successive_halving_trains_the_better_points_to_the_end_from_where_they_were()
    {
        const string space = "grid: {train.learning_rate: [1e-6, 1e-5, 1e-4, 1e-3]}\nsuccessive_halving: {min_steps: 1, factor: 2}";
        var results = await Run(Plan(space, steps: 4));

        // 4 points to step 1, 2 to step 2, 1 to the end.
        Assert.Equal([4, 2, 1], made.GroupBy(run => run.Split(" to ").ElementAtOrDefault(1)).Select(rung => rung.Count()));
        Assert.Equal(
            ["dropped", "dropped", "dropped", "finished"],
            results.Points.SelectMany(point => point.Runs).Select(run => run.State).Order()
        );
        Assert.Equal([4, 2, 1, 1], results.Ranked.Select(point => point.Runs[0].Steps));

        // The one that was promoted twice ends as one that was never stopped.
        var winner = results.Winner!.Runs[0];
        var whole = await Plan(space, steps: 4)
            .Sweep.Runs()
            .Single(run => run.Name == winner.Name)
            .Experiment.With("output", folder.At("whole"))
            .RunAsync();
        Assert.Equal(whole.Validation!["eval_loss"], winner.Value);

        await Run(Plan(space, steps: 4));
        Assert.Empty(made);
    }

    [Fact]
    public async Task A_stopped_sweep_goes_on_with_what_is_missing()
    {
        const string space = "grid: {train.learning_rate: [1e-6, 1e-2]}";
        using var stop = new CancellationTokenSource();
        var stopped = await Run(
            Plan(space),
            request =>
            {
                var failure = Make(request);
                stop.Cancel();
                return failure;
            },
            stop.Token
        );
        Assert.Equal(["finished", "waiting"], stopped.Points.SelectMany(point => point.Runs).Select(run => run.State).Order());
        Assert.Single(made);

        var whole = await Run(Plan(space));
        Assert.Single(made);
        Assert.All(whole.Points, point => Assert.True(point.IsFinished));
    }

    [Fact]
    public async Task The_base_model_is_asked_once_for_all_runs()
    {
        var data = Path.Combine(Golden.RepositoryRoot, "experiments", "eval_tiny", "benchmarks");
        var plan = Plan("grid: {train.learning_rate: [1e-3, 1e-2]}");
        var asked = plan.Sweep.Base.With("evaluate.benchmarks", "MMVP").With("evaluate.data", data).With("evaluate.limit", 4);
        var results = await Run(plan with { Sweep = plan.Sweep with { Base = asked } });

        Assert.All(results.Points, point => Assert.True(point.IsFinished));
        Assert.Single(notes, note => note.Contains("Began { Title = base MMVP", StringComparison.Ordinal));
        Assert.Equal(2, notes.Count(note => note.Contains("Began { Title = finished MMVP", StringComparison.Ordinal)));
    }

    bool Has(SweptRun run, string name) => Directory.Exists(folder.At("sweep", "runs", run.Name, name));

    [Fact]
    public async Task Only_the_winners_models_stay_where_that_was_asked_and_what_went_counts_as_finished()
    {
        const string rates = "grid: {train.learning_rate: [1e-6, 1e-2]}\nseeds: [1, 2]";
        var all = await Run(Plan(rates, steps: 2));
        Assert.All(all.Points.SelectMany(point => point.Runs), run => Assert.True(Has(run, "checkpoint")));
        var (winner, other) = (all.Ranked[0], all.Ranked[1]);
        File.WriteAllText(folder.At("sweep", "runs", other.Runs[0].Name, "mine.txt"), "stays");

        var kept = await Run(Plan($"{rates}\nkeep: winner", steps: 2));
        Assert.Empty(made);
        Assert.All(winner.Runs, run => Assert.True(Has(run, "checkpoint")));
        Assert.All(other.Runs, run => Assert.False(Has(run, "checkpoint")));
        Assert.True(File.Exists(folder.At("sweep", "runs", other.Runs[0].Name, "mine.txt")));
        Assert.Equal(
            all.Points.SelectMany(point => point.Runs).Select(run => run.Value),
            kept.Points.SelectMany(point => point.Runs).Select(run => run.Value)
        );
        Assert.Contains("keep: winner gave the models of 2 runs away.", kept.Notes);
        var gone = await Plan(rates, steps: 2).Sweep.Runs().Single(run => run.Name == other.Runs[0].Name).Experiment.RunAsync();
        Assert.Equal((RunState.AlreadyFinished, null), (gone.State, gone.Checkpoint));
        Assert.Contains(
            "keep: winner",
            (await Assert.ThrowsAsync<UserException>(() => SVco.Experiments.Run.Read(gone.Folder).Load())).Message
        );

        // A point that becomes the best by another metric is told with what makes its model again.
        var turned = await Run(Plan($"{rates}\nkeep: winner", steps: 2, metric: "{name: eval_loss, goal: maximize}"));
        Assert.Contains(
            turned.Notes,
            note =>
                note.StartsWith($"The model of {other.Runs[0].Name} went", StringComparison.Ordinal)
                && note.EndsWith(" --restart", StringComparison.Ordinal)
        );
        Assert.All(winner.Runs, run => Assert.True(Has(run, "checkpoint")));
    }

    [Fact]
    public async Task What_cannot_be_measured_keeps_its_model()
    {
        var results = await Run(Plan("grid: {train.learning_rate: [1e-6, 1e-2]}\nkeep: winner", metric: "eval_nothing"));
        Assert.All(results.Points.SelectMany(point => point.Runs), run => Assert.True(Has(run, "checkpoint")));
    }

    [Fact]
    public async Task States_that_successive_halving_left_go_and_their_points_can_still_be_trained_to_the_end()
    {
        const string rates = "grid: {train.learning_rate: [1e-6, 1e-4, 1e-2]}";
        var results = await Run(Plan($"{rates}\nsuccessive_halving: {{min_steps: 1, factor: 2}}\nkeep: winner", steps: 2));
        Assert.Equal(["dropped", "dropped", "finished"], results.Points.Select(point => point.Runs[0].State).Order());
        Assert.All(results.Points.Where(point => !point.IsFinished), point => Assert.False(Has(point.Runs[0], "checkpoints")));

        var whole = await Run(Plan(rates, steps: 2));
        Assert.Equal(2, made.Count);
        Assert.All(whole.Points, point => Assert.Equal(("finished", 2), (point.Runs[0].State, point.Runs[0].Steps)));
    }

    [Fact]
    public async Task A_dry_run_lists_the_runs_with_memory_and_time_and_makes_none()
    {
        await Plan("grid: {train.learning_rate: [1e-6, 1e-4, 1e-3, 1e-2]}").TellAsync(new Seen(next => notes.Add($"{next}")), default);

        Assert.Matches(@"learning_rate=1e-2: 1 step, about 0\.\d GiB and \d+ s", string.Join('\n', notes));
        Assert.Matches(@"need up to \d+\.\d MiB on the disk of .*; with `keep: winner` up to ", notes[^2]);
        Assert.Matches("4 runs, 1 at once with .* each: about", notes[^1]);
        Assert.False(Directory.Exists(folder.At("sweep")));
    }

    [Fact]
    public async Task A_file_that_is_missing_is_told_before_anything_runs()
    {
        var plan = Plan("grid: {data.train_file: [nowhere.json]}");
        Assert.Contains("nowhere.json", (await Assert.ThrowsAsync<UserException>(() => Run(plan))).Message);
        Assert.Empty(made);
    }

    [Fact]
    public async Task A_metric_that_no_validation_has_is_told_with_those_there_are()
    {
        var results = await Run(Plan("grid: {train.learning_rate: [1e-6]}", metric: "eval_nothing"));
        Assert.Null(results.Winner);
        Assert.Contains("eval_loss", results.Notes.Single());
    }
}
