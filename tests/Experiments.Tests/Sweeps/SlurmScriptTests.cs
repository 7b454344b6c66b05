using System.Diagnostics;
using SVco.Tests;

namespace SVco.Experiments.Tests;

/// <summary>The script of an array job, run by bash beside programs that stand for Slurm's.</summary>
public sealed class SlurmScriptTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static SlurmScript Script(string command, params string[] runs) =>
        new("two words", "/here", "/100%/logs", command, [.. runs], Memory: 800L << 20, Cores: 4, Jobs: 3);

    [Fact]
    public void The_job_asks_for_a_task_for_each_run_with_its_memory_and_is_queued_again()
    {
        var lines = $"{Script("make", "a", "b", "c")}".Split('\n');
        Assert.Contains("#SBATCH --array=0-2%3", lines);
        Assert.Contains("#SBATCH '--job-name=two words'", lines);
        Assert.Contains("#SBATCH --output=/100%%/logs/slurm-%A_%a.log", lines);
        Assert.Contains("#SBATCH --mem=1256M", lines);
        Assert.Contains("#SBATCH --requeue", lines);
    }

    /// <summary>With srun as a program that runs what it is given, and scontrol as one that notes it.</summary>
    async Task<(string Output, int Code)> Run(int task, string command, params string[] runs)
    {
        Stand("srun", "while [[ $1 == --* ]]; do shift; done; exec \"$@\"");
        Stand("scontrol", "echo scontrol \"$@\"");
        File.WriteAllText(folder.At("job"), $"{Script(command, runs)}");
        var start = new ProcessStartInfo("bash", [folder.At("job")])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["PATH"] = $"{folder.At()}:{Environment.GetEnvironmentVariable("PATH")}",
                ["SLURM_ARRAY_TASK_ID"] = $"{task}",
                ["SLURM_ARRAY_JOB_ID"] = "7",
            },
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (output.Trim(), process.ExitCode);

        void Stand(string name, string what)
        {
            File.WriteAllText(folder.At(name), $"#!/usr/bin/env bash\n{what}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(folder.At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    [Fact]
    public async Task A_task_makes_its_own_run_and_one_that_saved_its_state_is_queued_again()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Assert.Equal(("made one", 0), await Run(0, ShellCommand.Of(["echo", "made"]), "one", "two (2)"));
        Assert.Equal(("made two (2)", 0), await Run(1, ShellCommand.Of(["echo", "made"]), "one", "two (2)"));
        Assert.Equal(("scontrol requeue 7_0", 130), await Run(0, "bash -c 'exit 130'", "one"));
        Assert.Equal(("scontrol requeue 7_0", 143), await Run(0, "bash -c 'exit 143'", "one"));
        Assert.Equal(("", 3), await Run(0, "bash -c 'exit 3'", "one"));
    }
}
