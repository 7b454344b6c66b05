using SVco.Core;
using SVco.Core.Metrics;
using SVco.Core.Training;
using SVco.Models;
using SVco.Models.Checkpoints;
using SVco.Tests;

namespace SVco.Training.Tests;

public sealed class RunFolderTests : IDisposable
{
    const string Half = "0123456789abcdef0123456789abcdef";

    readonly TemporaryFolder _folder = new();

    string Run => _folder.At("run");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_process_killed_at_its_very_first_write_is_no_obstacle()
    {
        Put($".experiment.yaml.{Half}", "name: ha");

        Open().Dispose();

        Assert.Equal(["experiment.yaml"], Entries());
    }

    [Fact]
    public void What_was_left_half_written_goes_and_nothing_else()
    {
        Open().Dispose();
        Put($".metrics.jsonl.{Half}", "");
        Put($".checkpoint.new-{Half}/model.safetensors", "");
        Put("metrics.jsonl", "");
        Put("notes.txt", "mine");
        Put(".gitignore", "mine");

        Open().Dispose();

        Assert.Equal([".gitignore", "experiment.yaml", "metrics.jsonl", "notes.txt"], Entries());
    }

    [Fact]
    public void Models_are_given_away_and_what_is_no_model_stays()
    {
        Open().Dispose();
        Put("checkpoint/model.safetensors", "");
        Put("kept/step-00000001/model.safetensors", "");
        Put("checkpoints/step-00000001/state.json", "");
        Put("metrics.jsonl", "");
        Put("notes.txt", "mine");

        using (Open())
        {
            Assert.Throws<UserException>(() => RunFolder.GiveAway(Run));
        }

        RunFolder.GiveAway(Run);

        Assert.Equal(["experiment.yaml", "given_away", "metrics.jsonl", "notes.txt"], Entries());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Run, "given_away")));
        using var finished = Open();
        Assert.True(finished.IsFinished);
    }

    [Fact]
    public void What_a_killed_process_had_begun_to_give_away_goes_the_next_time()
    {
        Open().Dispose();
        Put("given_away/model.safetensors", "");
        Put($".checkpoints.old-{Half}/step-00000001/state.json", "");

        RunFolder.GiveAway(Run);

        Assert.Equal(["experiment.yaml", "given_away"], Entries());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Run, "given_away")));
    }

    [Fact]
    public void A_run_without_a_model_is_not_finished_by_giving_its_state_away()
    {
        Open().Dispose();
        Put("checkpoints/step-00000001/state.json", "");

        RunFolder.GiveAway(Run);

        Assert.Equal(["experiment.yaml"], Entries());
        Assert.False(RunFolder.IsFinishedIn(Run));
    }

    [Fact]
    public void A_folder_that_is_no_runs_is_left_alone()
    {
        Put("checkpoint/model.safetensors", "");
        RunFolder.GiveAway(Run);
        Assert.Equal(["checkpoint"], Entries());
    }

    [Fact]
    public void A_restart_throws_everything_away_but_not_under_a_process_that_is_training()
    {
        using (Open())
        {
            Put("metrics.jsonl", "");
            Assert.Contains("Another process", Assert.Throws<UserException>(() => Open(restart: true)).Message);
            Assert.Equal(["experiment.yaml", "lock", "metrics.jsonl"], Entries());
        }

        Open(restart: true, experiment: "name: other").Dispose();
        Assert.Equal(["experiment.yaml"], Entries());
        Assert.Equal("name: other", File.ReadAllText(Path.Combine(Run, "experiment.yaml")));
    }

    [Fact]
    public void A_finished_run_keeps_no_states_though_it_was_killed_before_it_deleted_them()
    {
        Open().Dispose();
        Put("checkpoints/step-00000007/state.json", "{}");
        Put("checkpoint/model.safetensors", "");

        using var again = Open();

        Assert.True(again.IsFinished);
        Assert.Equal(["checkpoint", "experiment.yaml", "lock"], Entries());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_folder_of_something_else_is_refused_and_not_touched(bool restart)
    {
        Put("lock", "not ours");
        Put("thesis.tex", "");

        Assert.Contains("not a run's folder", Assert.Throws<UserException>(() => Open(restart)).Message);
        Assert.Equal(["lock", "thesis.tex"], Entries());
        Assert.Equal("not ours", File.ReadAllText(Path.Combine(Run, "lock")));
    }

    [Fact]
    public void Another_experiment_is_refused_with_what_differs()
    {
        Open().Dispose();
        var refused = Assert.Throws<UserException>(() => Open(experiment: "name: b"));
        Assert.Contains("'name: a'", refused.Message);
        Assert.Contains("'name: b'", refused.Message);
        Open().Dispose();
    }

    [Fact]
    public void A_path_where_no_folder_can_be_is_named()
    {
        Put("../file", "");
        var path = _folder.At("file", "run");
        Assert.Contains(path, Assert.Throws<UserException>(() => RunFolder.Open(path, "name: a", _ => null, restart: false)).Message);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("{\"eval_loss\":1,\"step\":2}\n", true)]
    [InlineData("{\"eval_loss\":1,\"st", false)]
    public void A_log_knows_whether_the_validation_after_its_step_was_made(string last, bool isEvaluated)
    {
        Put("metrics.jsonl", "{\"eval_loss\":1,\"step\":1}\n{\"loss\":1,\"step\":2}\n" + last);

        using (var log = new MetricsLog(Run, 2))
        {
            Assert.Equal(isEvaluated, log.IsEvaluated);
            log.Write(new TrainingEvent.Evaluated(2, new TableMetrics(1, 1, [], [])));
        }

        Assert.All(File.ReadLines(Path.Combine(Run, "metrics.jsonl")), line => Assert.EndsWith("}", line));
    }

    [Fact]
    public void A_run_goes_on_with_the_images_it_began_with_or_not_at_all()
    {
        using (var first = Open())
        {
            first.HoldTo("images", "broken ones");
            // Nothing has been made of them.
            first.HoldTo("images", "these");
            ReferenceTable.Of(0, []).Write(first.ReferenceFile, []);
        }

        using (var again = Open())
        {
            again.HoldTo("images", "these");
            Assert.Contains("The images have changed", Assert.Throws<UserException>(() => again.HoldTo("images", "those")).Message);
        }

        using var anew = Open(restart: true);
        anew.HoldTo("images", "those");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[{}, {}]")]
    [InlineData("{}")]
    public void A_reference_that_is_damaged_is_scored_again(string text)
    {
        using var folder = Open();
        Put("reference.json", text);
        Assert.Null(ReferenceTable.Read(folder.ReferenceFile, ["pair"], _ => { }));
    }

    [Theory]
    [InlineData("no safetensors", "{}")]
    [InlineData(null, "{}")]
    [InlineData(null, "{\"Step\":")]
    public void A_state_that_is_damaged_is_told_with_what_to_do(string? moments, string state)
    {
        NativeLibraries.Load();
        using var parameter = TorchSharp.torch.zeros(2).requires_grad_();
        using var optimizer = new Optimizer([new NamedTensor("w", parameter)], _ => true, new TrainSettings());
        Put("checkpoints/step-00000007/state.json", state);
        var file = Path.Combine(Run, "checkpoints", "step-00000007", "optimizer.safetensors");
        if (moments is null)
        {
            optimizer.Save(file);
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^(state == "{}" ? 1 : 0)]);
        }
        else
        {
            File.WriteAllText(file, moments);
        }

        Put("experiment.yaml", "name: a");
        using var folder = Open();
        var error = Assert.Throws<UserException>(() => folder.State.Restore(optimizer));
        Assert.Contains("step-00000007 is damaged", error.Message);
        Assert.Contains("--restart", error.Message);
    }

    [Fact]
    public void Another_process_sees_by_the_folder_where_a_run_stands()
    {
        RunPhase Phase() => RunFolder.PhaseOf(Run);
        var status = new RunStatus("reference", 0, 3, 24, DateTimeOffset.UtcNow);

        Assert.IsType<RunPhase.NotBegun>(Phase());
        Directory.CreateDirectory(Run);
        Assert.IsType<RunPhase.NotBegun>(Phase());
        using (var folder = Open())
        {
            Assert.Equal(new RunPhase.AtWork(null), Phase());
            status.Write(folder.StatusFile);
            Assert.Equal(new RunPhase.AtWork(status), Phase());
            // Looking takes nothing away.
            Assert.Equal(new RunPhase.AtWork(status), Phase());
            Assert.Contains("Another process", Assert.Throws<UserException>(() => Open()).Message);
        }

        Assert.Equal(new RunPhase.Killed(status), Phase());
        // As a process that is killed leaves it on Linux.
        Put("lock", "");
        Assert.Equal(new RunPhase.Killed(status), Phase());
        var failed = status with { End = RunEnd.Failed, Failure = "no room" };
        failed.Write(Path.Combine(Run, "status.json"));
        Assert.Equal(new RunPhase.Failed(failed), Phase());
        (status with { End = RunEnd.Stopped }).Write(Path.Combine(Run, "status.json"));
        Assert.IsType<RunPhase.Stopped>(Phase());
        Put("status.json", "{");
        Assert.IsType<RunPhase.Left>(Phase());
        Put("checkpoint/model.safetensors", "");
        Assert.Equal(new RunPhase.Finished(Path.Combine(Run, "checkpoint")), Phase());
        Assert.Throws<UserException>(() => RunFolder.PhaseOf(Path.Combine(Run, "checkpoint")));
        File.Delete(Path.Combine(Run, "lock"));
        RunFolder.GiveAway(Run);
        Assert.Equal(new RunPhase.Finished(null), Phase());
    }

    RunFolder Open(bool restart = false, string experiment = "name: a") =>
        RunFolder.Open(
            Run,
            experiment,
            before => before == experiment ? null : $"it has '{before}' where this one has '{experiment}'",
            restart
        );

    void Put(string name, string text)
    {
        var path = Path.Combine(Run, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    IEnumerable<string> Entries() =>
        Directory.GetFileSystemEntries(Run).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal);
}
