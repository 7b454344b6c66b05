using SVco.Core;
using SVco.Tests;
using SVco.Training;

namespace SVco.Experiments.Tests;

/// <summary>Runs of the bundled checkpoint, called as a program would.</summary>
public sealed class ExperimentRunTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly List<RunEvent> _events = [];

    public void Dispose() => _folder.Dispose();

    Experiment Short => Tiny.Of(new Experiment("x")).With("train.max_steps", 2).With("output", _folder.At("run")).With("feature_cache", 0);

    [Fact]
    public async Task A_run_says_what_came_of_it_and_another_that_it_had_finished()
    {
        var result = await Short.RunAsync(progress: new Seen(_events.Add));

        Assert.Equal((_folder.At("run"), RunState.Finished), (result.Folder, result.State));
        Assert.True(File.Exists(Path.Combine(result.Checkpoint!, "model.safetensors")));
        Assert.Equal(2, result.Train!.Step);
        Assert.InRange(result.Validation!["eval_loss"], 2, 3);
        Assert.Equal(2, _events.Count(next => next is RunEvent.Trained { Event: TrainingEvent.Stepped }));
        Assert.Equal(_events.Count(next => next is RunEvent.Began), _events.Count(next => next is RunEvent.Ended));

        var again = await Short.RunAsync();
        Assert.Equal(RunState.AlreadyFinished, again.State);
        Assert.Equal((result.Checkpoint, result.Train["loss"]), (again.Checkpoint, again.Train!["loss"]));
    }

    [Fact]
    public async Task A_run_that_is_asked_to_stop_says_so_and_goes_on_to_the_same_loss()
    {
        using var stop = new CancellationTokenSource();
        var stopped = await Short.RunAsync(
            progress: new Seen(next =>
            {
                if (next is RunEvent.Trained)
                {
                    stop.Cancel();
                }
            }),
            stop: stop.Token
        );
        Assert.Equal((RunState.Interrupted, null), (stopped.State, stopped.Checkpoint));
        Assert.Equal(1, stopped.Train!.Step);

        var whole = await Short.With("output", _folder.At("whole")).RunAsync();
        Assert.Equal($"{whole.Train}", $"{(await Short.With("memory", "small").RunAsync()).Train}");
    }

    [Fact]
    public async Task A_run_that_is_asked_to_stop_before_it_trains_says_so()
    {
        var stopped = await Short.RunAsync(stop: new CancellationToken(canceled: true));
        Assert.Equal(RunState.Interrupted, stopped.State);
        Assert.Null(stopped.Train);
    }

    [Fact]
    public async Task An_experiment_without_pairs_says_what_is_missing()
    {
        var error = await Assert.ThrowsAsync<UserException>(() => (Short with { Data = new() }).RunAsync());
        Assert.Contains("data.train_file", error.Message);
    }

    [Fact]
    public async Task What_a_run_wrote_is_the_experiment()
    {
        await Short.RunAsync();
        Assert.Equal(Short, Experiment.FromYaml(File.ReadAllText(_folder.At("run", "experiment.yaml"))));
    }

    sealed class Seen(Action<RunEvent> see) : IProgress<RunEvent>
    {
        public void Report(RunEvent value) => see(value);
    }
}
