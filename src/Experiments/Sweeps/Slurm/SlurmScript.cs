using System.Collections.Immutable;
using System.Text;

namespace SVco.Experiments;

/// <summary>A sweep as an array job of Slurm, a task for each run.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="WorkingFolder">Where the tasks run; paths in the command begin there.</param>
/// <param name="Logs">The folder of what the tasks print.</param>
/// <param name="Command">What makes a run, ready for a shell, when the run's name is put behind it; it goes on with what an earlier try has left.</param>
/// <param name="Runs">The names of the runs.</param>
/// <param name="Memory">What the largest run takes, in bytes.</param>
/// <param name="Cores">Cores of a task.</param>
/// <param name="Jobs">The most tasks at once; null for as many as the cluster gives.</param>
sealed record SlurmScript(
    string Name,
    string WorkingFolder,
    string Logs,
    string Command,
    ImmutableArray<string> Runs,
    long Memory,
    int Cores,
    int? Jobs
)
{
    /// <summary>The script's file in a sweep's folder.</summary>
    public const string FileName = "sweep.sbatch";

    /// <summary>Memory beside the estimate, for what it does not know: the file cache of the group, other libraries.</summary>
    const double Spare = 1.25;

    /// <summary>The process that starts the run and writes the table.</summary>
    const long Starter = 256L << 20;

    /// <summary>Seconds between the warning and the end of a task's time, in which a run saves its state.</summary>
    const int Warning = 300;

    /// <summary>What a task of an array job prints goes to this file of the folder of logs.</summary>
    public static string LogName(string job, string task) => $"slurm-{job}_{task}.log";

    /// <summary>
    /// The script for <c>sbatch</c>. A task that is preempted, or whose time is over, saves its state and is queued again; it then goes on.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("#!/usr/bin/env bash\n");
        foreach (
            var option in new[]
            {
                $"--job-name={Name}",
                $"--array=0-{Runs.Length - 1}{(Jobs is { } jobs ? $"%{jobs}" : "")}",
                $"--chdir={WorkingFolder}",
                $"--output={Path.Combine(Logs.Replace("%", "%%", StringComparison.Ordinal), LogName("%A", "%a"))}",
                "--open-mode=append",
                "--requeue",
                $"--signal=TERM@{Warning}",
                $"--cpus-per-task={Cores}",
                $"--mem={(long)Math.Ceiling(((Memory * Spare) + Starter) / (1 << 20))}M",
            }
        )
        {
            text.Append($"#SBATCH {ShellCommand.Of([option])}\n");
        }

        text.Append("runs=(\n");
        foreach (var run in Runs)
        {
            text.Append($"  {ShellCommand.Of([run])}\n");
        }

        // srun does not take over the cores of a task by itself since Slurm 22.05, and a run is no MPI program, whatever the cluster's default.
        return text.Append(")\n")
            .Append(
                $"srun --ntasks=1 --cpus-per-task=\"${{SLURM_CPUS_PER_TASK:-1}}\" --mpi=none {Command} \"${{runs[$SLURM_ARRAY_TASK_ID]}}\"\ncode=$?\n"
            )
            // 130: it was asked to end and has saved its state; 143: it was asked before it could hear of it.
            .Append("case $code in 130 | 143) scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\" ;; esac\nexit $code\n")
            .ToString();
    }
}
