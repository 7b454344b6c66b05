using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>A sweep as an array job of a real Slurm.</summary>
public sealed class SlurmSweepTests : IDisposable
{
    const string Going = "1e-3";
    const string Failing = "1e30";
    const string Killed = "1e-4";

    readonly TemporaryFolder folder = new();
    readonly SlurmCluster? cluster;

    public SlurmSweepTests()
    {
        if (new SlurmFactAttribute().Skip is null)
        {
            cluster = new(cores: 3);
        }

        File.WriteAllText(
            folder.At("rates.yaml"),
            $$"""
            tiny: true
            experiment:
              train: {epochs: 15, accumulation: 1, evaluate_every: 50}
            grid:
              train.learning_rate: [{{Going}}, {{Failing}}, {{Killed}}]
            """
        );
    }

    public void Dispose()
    {
        cluster?.Dispose();
        folder.Dispose();
    }

    async Task<string> Sweep(params string[] args) => (await Svco(["sweep", .. args])).Output;

    Task<(string Output, int Code)> Svco(params string[] args) =>
        SvcoProcess.RunAsync(
            folder.At(),
            new Dictionary<string, string?> { ["SLURM_CONF"] = cluster!.Configuration, ["OMP_NUM_THREADS"] = "1" },
            args
        );

    string RunOf(string rate) => Directory.GetDirectories(folder.At("runs", "rates", "runs"), $"learning_rate={rate}_*").Single();

    /// <summary>Waits until a run has made some steps.</summary>
    void Begun(string rate) =>
        SlurmCluster.Eventually(
            $"{rate} has begun",
            () =>
                Directory.Exists(folder.At("runs", "rates", "runs"))
                && Directory
                    .GetFiles(folder.At("runs", "rates", "runs"), "metrics.jsonl", SearchOption.AllDirectories)
                    .Any(file => file.Contains($"={rate}_", StringComparison.Ordinal) && File.ReadLines(file).Count() > 3)
        );

    string State(string rate) =>
        File.ReadLines(folder.At("runs", "rates", "sweep.csv"))
            .Single(line => line.StartsWith($"{rate},", StringComparison.Ordinal))
            .Split(',')[^2];

    [SlurmFact]
    public async Task Tasks_that_are_queued_again_go_on_to_the_same_bits_and_those_that_end_otherwise_are_told()
    {
        const string cores = "--sbatch=--cpus-per-task=1";
        Assert.Contains("Submitted as job 1 of Slurm with 3 tasks.", await Sweep("rates.yaml", "--slurm", cores));

        // One is taken from its machine and goes on later, one is killed.
        Begun(Going);
        cluster!.Run("scontrol", "requeue", "1_0");
        Begun(Killed);
        cluster.Run("scancel", "--signal=KILL", "1_2.0");
        var (path, rate) = (folder.At("whole"), $"--learning-rate={Going}");
        var whole = Svco("run", folder.At("runs", "rates", "experiment.yaml"), rate, "--output", path);
        SlurmCluster.Eventually(
            "only the one that was queued again is left",
            () => cluster.Run("squeue", "--noheader", "--array").Split('\n').Length == 2
        );

        var status = await Sweep("status", "rates.yaml");
        Assert.Contains("To end that: scancel 1", status.ReplaceLineEndings(" "));
        Assert.Equal(("failed", "failed"), (State(Failing), State(Killed)));
        Assert.Contains("the loss is NaN", status.ReplaceLineEndings(" "));
        Assert.Contains($"{Path.GetFileName(RunOf(Failing))}.log", status);
        Assert.Contains("Its task 1_2 of Slurm is gone", status);
        Assert.Contains(Path.Combine("logs", "slurm-1_2.log"), status);
        Assert.Contains("scancel 1", await Sweep("rates.yaml"));

        // The task that ends last writes the table.
        SlurmCluster.Eventually("all tasks have ended", () => cluster.IsEmpty);
        Assert.Equal(("finished", "failed"), (State(Going), State(Failing)));
        Assert.Equal(0, (await whole).Code);
        Assert.True(Weights(path).AsSpan().SequenceEqual(Weights(RunOf(Going))));
        Assert.Equal(File.ReadAllText(Path.Combine(path, "metrics.jsonl")), File.ReadAllText(Path.Combine(RunOf(Going), "metrics.jsonl")));
        Assert.Contains("Ending cleanly", File.ReadAllText(folder.At("runs", "rates", "logs", "slurm-1_0.log")));

        // What is missing is submitted again, and nothing twice.
        Assert.Contains("(invalid partition specified: nowhere;", await Sweep("rates.yaml", "--slurm", "--sbatch=--partition=nowhere"));
        Assert.Matches(@"Submitted as job \d+ of Slurm with 2 tasks\.", await Sweep("rates.yaml", "--slurm", "--sbatch=--hold"));
        Assert.Contains("Nothing to submit: 2 runs wait or run", await Sweep("rates.yaml", "--slurm"));
        cluster.Run("scancel", "--user=root");
        SlurmCluster.Eventually("all tasks are taken away", () => cluster.IsEmpty);
        await Sweep("status", "rates.yaml");
        Assert.Equal(("finished", "begun"), (State(Going), State(Killed)));
    }

    static byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(run, "checkpoint", "model.safetensors"));
}
