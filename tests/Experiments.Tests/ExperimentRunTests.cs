using SVco.Core;
using SVco.Evaluation.Benchmarks;
using SVco.Models;
using SVco.Models.Lora;
using SVco.Tests;
using SVco.Training;

namespace SVco.Experiments.Tests;

/// <summary>Runs of the bundled checkpoint, called as a program would.</summary>
public sealed class ExperimentRunTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly List<RunEvent> _events = [];

    public void Dispose() => _folder.Dispose();

    Experiment Short => ShortOf(new("x"));

    /// <summary>The same, asked benchmarks at its end.</summary>
    Experiment ShortAsked(BenchmarkSource benchmark) => ShortOf(new Experiment("x").Evaluate(benchmark));

    Experiment ShortOf(Experiment experiment) =>
        Tiny.Of(experiment).With("train.max_steps", 2).With("output", _folder.At("run")).With("feature_cache", 0);

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
        Assert.Equal(
            (RunStatus.Training, 2),
            Status<RunPhase.Stopped>(phase => phase.Status) is var said ? (said.Stage, said.Total) : default
        );

        var whole = await Short.With("output", _folder.At("whole")).RunAsync();
        Assert.Equal($"{whole.Train}", $"{(await Short.With("memory", "small").RunAsync()).Train}");
    }

    [Fact]
    public async Task A_run_tells_other_processes_what_it_is_at_and_why_it_failed()
    {
        var seen = new List<RunPhase>();
        var failing = new Seen(next =>
        {
            if (next is RunEvent.Began or RunEvent.Trained)
            {
                seen.Add(RunFolder.PhaseOf(_folder.At("run")));
            }

            if (next is RunEvent.Trained)
            {
                throw new UserException("The lamp went out.");
            }
        });
        await Assert.ThrowsAsync<UserException>(() => Short.RunAsync(progress: failing));

        Assert.All(seen, phase => Assert.IsType<RunPhase.AtWork>(phase));
        Assert.Equal(
            ["beginning", "images", "reference", RunStatus.Training],
            seen.Cast<RunPhase.AtWork>().Select(phase => phase.Status!.Stage)
        );
        Assert.Equal("The lamp went out.", Status<RunPhase.Failed>(phase => phase.Status).Failure);
        await Short.RunAsync();
        Assert.IsType<RunPhase.Finished>(RunFolder.PhaseOf(_folder.At("run")));
        Assert.False(File.Exists(_folder.At("run", "status.json")));
    }

    RunStatus Status<T>(Func<T, RunStatus> of)
        where T : RunPhase => of(Assert.IsType<T>(RunFolder.PhaseOf(_folder.At("run"))));

    [Fact]
    public async Task A_run_may_end_after_some_steps_and_goes_on_to_the_same_loss()
    {
        var experiment = Short.With("train.max_steps", 3).With("train.evaluate_every", 2);
        foreach (var (steps, isValidated) in new[] { (1, false), (2, true), (2, true) })
        {
            var part = await experiment.RunUntilAsync(steps);
            Assert.Equal((RunState.Interrupted, steps, isValidated), (part.State, part.Train!.Step, part.Validation is not null));
        }

        var whole = await experiment.With("output", _folder.At("whole")).RunAsync();
        Assert.Equal($"{whole.Validation}", $"{(await experiment.RunUntilAsync(100)).Validation}");
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
        Assert.Contains("--data pairs.json", error.Message);
    }

    [Fact]
    public async Task Checkpoints_are_kept_asked_and_chosen_from()
    {
        var result = await ShortAsked(PaperBenchmarks.Mmvp).With("train.keep_every", 1).With("train.max_steps", 3).RunAsync();

        Assert.Equal(["base", "step-1", "step-2", "finished"], result.Evaluation!.Models.Select(model => model.Name));
        Assert.Equal([1, 2], RunFolder.KeptIn(result.Folder).Select(kept => kept.Step));
        var weights = RunFolder
            .KeptIn(result.Folder)
            .Select(kept => Path.Combine(kept.Folder, "model.safetensors"))
            .Append(Path.Combine(result.Checkpoint!, "model.safetensors"));
        Assert.Equal(3, weights.Select(file => Convert.ToHexString(File.ReadAllBytes(file))).Distinct().Count());
        Assert.True(File.Exists(_folder.At("run", "evaluation", "step-2", "MMVP", "answers.jsonl")));

        // The finished run is not trained again, and with another benchmark it is the same run.
        var again = await ShortAsked(PaperBenchmarks.CvBench).With("train.keep_every", 1).With("train.max_steps", 3).RunAsync();
        Assert.Equal(RunState.AlreadyFinished, again.State);
        Assert.Equal(4, again.Evaluation!.Models.Length);
    }

    [Fact]
    public async Task Adapters_are_asked_on_the_model_that_they_belong_to()
    {
        var result = await ShortAsked(PaperBenchmarks.Mmvp)
            .With("train.keep_every", 1)
            .With("model.lora.rank", 4)
            .With("train.learning_rate", 0.1)
            .RunAsync();

        var answers = result
            .Evaluation!.Models.Select(model => string.Join('\n', model.Benchmarks[0].WithImages.Answers.Select(answer => answer.Text)))
            .ToArray();
        Assert.Equal(3, answers.Length);
        Assert.NotEqual(answers[0], answers[^1]);
        Assert.False(File.Exists(Path.Combine(result.Checkpoint!, "model.safetensors")));
    }

    [Fact]
    public async Task Checkpoints_are_not_compared_with_a_base_model_that_has_changed_since()
    {
        var model = _folder.At("model");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.GetFiles(Short.Model.Checkpoint))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        await Short.With("model.checkpoint", model).With("model.lora.rank", 4).RunAsync();
        var plan = new EvaluationPlan("x", ShortAsked(PaperBenchmarks.Mmvp).Evaluate)
        {
            Checkpoints = _folder.At("run"),
            Output = _folder.At("eval"),
        };
        Assert.Equal(2, (await plan.RunAsync())!.Models.Length);

        var weights = File.ReadAllBytes(Path.Combine(model, "model.safetensors"));
        weights[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(model, "model.safetensors"), weights);
        Assert.Contains("base: the weights in", (await Assert.ThrowsAsync<UserException>(() => plan.RunAsync())).Message);
        // Neither is the adapter put on other weights.
        var other = plan with
        {
            Models = [$"other={Short.Model.Checkpoint}"],
        };
        Assert.Contains("finished: the weights in", (await Assert.ThrowsAsync<UserException>(() => other.RunAsync())).Message);
    }

    [Fact]
    public async Task A_benchmark_that_is_not_there_is_told_before_the_run_begins()
    {
        var asked = ShortAsked(PaperBenchmarks.Mmvp).With("evaluate.data", _folder.At());
        Assert.Contains("MMVP", (await Assert.ThrowsAsync<UserException>(() => asked.RunAsync())).Message);
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Theory]
    [InlineData("evaluate.runs", "3", "runs: without a temperature")]
    [InlineData("evaluate.top_p", "0.9", "top_p counts only with a temperature")]
    [InlineData("evaluate.judge_input_price", "3", "judge_model")]
    public async Task Settings_of_the_evaluation_that_would_not_count_are_refused_before_the_run(string field, string value, string message)
    {
        var error = await Assert.ThrowsAsync<UserException>(() => ShortAsked(PaperBenchmarks.Mmvp).With(field, value).RunAsync());
        Assert.Contains(message, error.Message);
        error = await Assert.ThrowsAsync<UserException>(() => Short.With(field, value).RunAsync());
        Assert.Contains($"{field} is given, but no benchmark is named", error.Message);
        Assert.False(Directory.Exists(_folder.At("run")));
    }

    [Fact]
    public void Without_a_name_all_eight_are_asked()
    {
        Assert.Equal(8, new Experiment("x").Evaluate().Evaluate.Benchmarks.Length);
        Assert.Equal(8, new Experiment("x").Evaluate(new EvaluationSettings { Limit = 2 }).Evaluate.Benchmarks.Length);
        Assert.Equal(["MMVP", "CV-Bench"], new Experiment("x").Evaluate(PaperBenchmarks.Mmvp, PaperBenchmarks.CvBench).Evaluate.Benchmarks);
    }

    [Fact]
    public void A_script_has_a_word_for_each_of_the_papers_benchmarks() =>
        Assert.Equal(
            AllBenchmarks.Sources.Select(source => source.Name).Order(),
            typeof(PaperBenchmarks).GetProperties().Select(word => ((BenchmarkSource)word.GetValue(null)!).Name).Order()
        );

    [Fact]
    public async Task What_a_run_wrote_is_the_experiment()
    {
        await Short.RunAsync();
        Assert.Equal(Short, Experiment.FromYaml(File.ReadAllText(_folder.At("run", "experiment.yaml"))));
    }

    [Fact]
    public async Task An_adapters_folder_as_a_model_is_its_base_with_the_adapter_merged()
    {
        var adapters = Short.With("output", _folder.At("adapters")).With("train.learning_rate", 0.01);
        adapters = adapters with { Model = adapters.Model with { Lora = new(Rank: 2, Alpha: 4, "q_proj", "v_proj") } };
        var adapter = (await adapters.RunAsync()).Checkpoint!;
        using (var model = VisionLanguageModel.Load(Short.Model.Checkpoint, new()))
        {
            LoraAdapter.Load(adapter, model).Merge();
            model.Save(_folder.At("merged"));
        }

        async Task<string> Trained(string checkpoint, string output) =>
            $"{(await (Short with { Model = new(checkpoint) }).With("output", _folder.At(output)).RunAsync(progress: new Seen(_events.Add))).Train}";
        var (base_, merged) = (await Trained(Short.Model.Checkpoint, "0"), await Trained(_folder.At("merged"), "1"));
        Assert.Equal(merged, await Trained(adapter, "2"));
        Assert.NotEqual(base_, merged);
        Assert.Contains(_events, next => next is RunEvent.Note { Text: var text } && text.Contains("is a LoRA adapter"));
        Assert.True(File.Exists(_folder.At("2", "checkpoint", "model.safetensors")));

        var more = adapters with { Model = adapters.Model with { Checkpoint = adapter } };
        var error = await Assert.ThrowsAsync<UserException>(() => more.With("output", _folder.At("3")).RunAsync());
        Assert.Contains("no further adapters", error.Message);
    }

    /// <summary>A folder of a run that was stopped after its first of two steps.</summary>
    async Task Stop()
    {
        using var stop = new CancellationTokenSource();
        await Short.RunAsync(
            progress: new Seen(next =>
            {
                if (next is RunEvent.Trained)
                {
                    stop.Cancel();
                }
            }),
            stop: stop.Token
        );
    }

    string State(string file) => _folder.At("run", "checkpoints", "step-00000001", file);

    [Theory]
    [InlineData("optimizer.safetensors")]
    [InlineData("model/model.safetensors")]
    [InlineData("model/config.json")]
    public async Task One_flipped_bit_in_a_saved_state_is_told_with_what_to_do(string file)
    {
        await Stop();
        var bytes = File.ReadAllBytes(State(file));
        bytes[^20] ^= 4;
        File.WriteAllBytes(State(file), bytes);
        await IsTold(file);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"Step":0}""")]
    [InlineData("""{"Step":2}""")]
    [InlineData("""{"Step":-3}""")]
    [InlineData("""{"Step":null}""")]
    [InlineData("""{"Step":1.5}""")]
    [InlineData("""{"Step":1000000}""")]
    public async Task A_state_that_says_something_else_is_told_with_what_to_do(string text)
    {
        await Stop();
        File.WriteAllText(State("state.json"), text);
        await IsTold("state.json");
    }

    [Theory]
    [InlineData("state.json")]
    [InlineData("optimizer.safetensors")]
    [InlineData("model/model.safetensors")]
    public async Task A_state_that_lost_a_file_is_told_with_what_to_do(string file)
    {
        await Stop();
        File.Delete(State(file));
        await IsTold(file);
    }

    [Fact]
    public async Task A_run_of_an_earlier_version_goes_on_with_a_word()
    {
        await Stop();
        File.WriteAllText(State("state.json"), """{"Step":1}""");
        // A list in the order of the pairs.
        File.WriteAllText(_folder.At("run", "reference.json"), """[{"W.Match":-1}]""");

        var result = await Short.RunAsync(progress: new Seen(_events.Add));

        Assert.Single(_events, next => next is RunEvent.Note(var text) && text.Contains("without a checksum"));
        Assert.Single(
            _events,
            next => next is RunEvent.Note(var text) && text.EndsWith("of which pair its numbers are. The reference is scored again.")
        );
        Assert.Equal($"{(await Short.With("output", _folder.At("whole")).RunAsync()).Train}", $"{result.Train}");
    }

    [Theory]
    [InlineData(":-", ":-9")]
    [InlineData("W.Match", "W.Natch")]
    public async Task A_reference_that_was_changed_is_scored_again(string before, string after)
    {
        await Stop();
        var file = _folder.At("run", "reference.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace(before, after));

        var result = await Short.RunAsync(progress: new Seen(_events.Add));

        Assert.Contains(_events, next => next is RunEvent.Note(var text) && text.EndsWith("The reference is scored again."));
        Assert.Equal($"{(await Short.With("output", _folder.At("whole")).RunAsync()).Train}", $"{result.Train}");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"step":"x"}""")]
    [InlineData("""{"step":1.5}""")]
    [InlineData("""{"step":null}""")]
    [InlineData("""{"step":-1}""")]
    [InlineData("""{"step":99999999999}""")]
    [InlineData("""{"step":1,"step":2}""")]
    [InlineData("""{"step":1,"loss":"low"}""")]
    [InlineData("""{"step":1,"loss":[1]}""")]
    public async Task A_line_of_the_log_that_is_none_is_told_with_its_number(string line)
    {
        await Stop();
        var log = _folder.At("run", "metrics.jsonl");
        File.AppendAllText(log, line + "\n");
        Assert.StartsWith(
            $"Line {File.ReadLines(log).Count()} of {log} is broken: ",
            (await Assert.ThrowsAsync<UserException>(() => Short.RunAsync())).Message
        );
    }

    [Theory]
    [InlineData("metrics.jsonl")]
    [InlineData("tensorboard")]
    [InlineData("reference.json")]
    [InlineData("images.sha256")]
    [InlineData("refused.jsonl")]
    [InlineData("checkpoints")]
    public async Task A_folder_in_the_place_of_a_file_and_the_other_way_round_is_one_message(string name)
    {
        await Stop();
        var path = _folder.At("run", name);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
            File.WriteAllText(path, "");
        }
        else
        {
            File.Delete(path);
            Directory.CreateDirectory(Path.Combine(path, "a"));
        }

        Assert.Contains(path, (await Assert.ThrowsAsync<UserException>(() => Short.RunAsync())).Message);
    }

    async Task IsTold(string file)
    {
        var message = (await Assert.ThrowsAsync<UserException>(() => Short.RunAsync())).Message;
        Assert.Contains("step-00000001 is damaged", message);
        Assert.Contains(file, message);
        Assert.Contains("--restart", message);
    }
}
