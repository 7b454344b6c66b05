using System.Collections.Immutable;
using System.Text;

namespace SVco.Experiments;

/// <summary>A sweep as an array job of Slurm, a task for each run.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="WorkingFolder">Where the tasks run; paths in the commands begin there.</param>
/// <param name="Logs">The folder of what the tasks print.</param>
/// <param name="Commands">A command for each run, ready for a shell; it goes on with what an earlier try has left.</param>
/// <param name="Memory">What the largest run takes, in bytes.</param>
/// <param name="Cores">Cores of a task.</param>
/// <param name="Jobs">The most tasks at once; null for as many as the cluster gives.</param>
sealed record SlurmScript(
    string Name,
    string WorkingFolder,
    string Logs,
    ImmutableArray<string> Commands,
    long Memory,
    int Cores,
    int? Jobs
)
{
    /// <summary>The script's file in a sweep's folder.</summary>
    public const string FileName = "sweep.sbatch";

    /// <summary>Memory beside the estimate, for what it does not know: the file cache of the group, other libraries.</summary>
    const double Spare = 1.25;

    /// <summary>Seconds between the warning and the end of a task's time, in which a run saves its state.</summary>
    const int Warning = 300;

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
                $"--array=0-{Commands.Length - 1}{(Jobs is { } jobs ? $"%{jobs}" : "")}",
                $"--chdir={WorkingFolder}",
                $"--output={Path.Combine(Logs, "slurm-%A_%a.log")}",
                "--open-mode=append",
                "--requeue",
                $"--signal=TERM@{Warning}",
                $"--cpus-per-task={Cores}",
                $"--mem={(long)Math.Ceiling(Memory * Spare / (1 << 20))}M",
            }
        )
        {
            text.Append($"#SBATCH {ShellCommand.Of([option])}\n");
        }

        text.Append("export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}\ncase $SLURM_ARRAY_TASK_ID in\n");
        foreach (var (task, command) in Commands.Index())
        {
            text.Append($"{task}) srun --ntasks=1 {command} ;;\n");
        }

        // 130: it was asked to end and has saved its state.
        return text.Append(
                "esac\ncode=$?\nif [ $code = 130 ]; then scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"; fi\nexit $code\n"
            )
            .ToString();
    }
}
