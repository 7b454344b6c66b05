using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Experiments;

/// <summary>A sweep whose runs are tasks of an array job of Slurm.</summary>
/// <param name="plan">The sweep.</param>
public sealed class SlurmSweep(SweepPlan plan)
{
    readonly SweepFolder folder = new(plan.Sweep.Folder);

    /// <summary>The sweep as it was submitted, whatever became of its YAML file since.</summary>
    /// <param name="file">The YAML file, beside which a script lies.</param>
    /// <param name="folder">The sweep's folder.</param>
    /// <exception cref="UserException">The folder is no sweep's.</exception>
    public static SweepPlan Submitted(string file, string folder) =>
        new SweepFolder(folder) is var there && File.Exists(there.SweepFile)
            ? SweepPlan.Of(there.SweepText, file, _ => Experiment.FromYaml(there.ExperimentText), folder)
            : throw new UserException($"{folder} is no sweep's folder: it has no {SweepFolder.FileName}.");

    /// <summary>Submits one array job for the runs that are missing and that no task waits for or makes.</summary>
    /// <param name="program">The program and its first arguments that the cluster's machines run in the place of <c>svco</c>.</param>
    /// <param name="restart">Throws away what an earlier sweep left in the folder.</param>
    /// <param name="options">More options for sbatch.</param>
    /// <param name="progress">Is told what happens.</param>
    /// <param name="stop">Ends it before it is submitted.</param>
    /// <exception cref="UserException">
    /// Something the person can mend; Slurm is not there or refuses; or points are halved, for which runs must wait for each other.
    /// </exception>
    public async Task<SlurmSubmission> SubmitAsync(
        ImmutableArray<string> program,
        bool restart,
        string options,
        IProgress<RunEvent>? progress,
        CancellationToken stop
    )
    {
        var sweep = plan.Sweep;
        if (sweep.Halving is not null)
        {
            throw new UserException(
                $"{sweep.Name}: the tasks of an array job do not wait for each other, as the rungs of successive_halving must. Leave it out, or run on one machine without --slurm."
            );
        }

        using var held = folder.Open(sweep, plan.Text, restart, besideTasks: true);
        var live = SlurmTasks.In(folder).Live;
        ImmutableArray<SweepRun> missing =
        [
            .. sweep.Runs().Where(run => !live.Contains(run.Name) && !RunStanding.Of(run, sweep.Metric, folder).IsFinished),
        ];
        if (missing.IsEmpty)
        {
            return new(null, 0, live.Count);
        }

        var told = new RunProgress(progress);
        var estimates = await SweepEstimate.OfAsync(missing, told, stop);
        SweepSpace.Of(sweep, estimates, plan.Jobs ?? missing.Length).Require();
        var script = folder.WriteSlurm(
            new(
                sweep.Name,
                Environment.CurrentDirectory,
                Path.GetFullPath(folder.Logs),
                ShellCommand.Of([.. program, "sweep", "task", Path.GetFullPath(plan.File), $"--output={sweep.Folder}"]),
                [.. missing.Select(run => run.Name)],
                estimates.Values.Max(estimate => estimate.Memory),
                Environment.ProcessorCount,
                plan.Jobs
            )
        );
        foreach (var run in missing)
        {
            folder.Forget(run);
        }

        var job = Slurm.Submit(options, script, told.Note);
        foreach (var (index, run) in missing.Index())
        {
            folder.SetTask(run, new(job, index, SlurmStage.Submitted));
        }

        return new(job, missing.Length, live.Count);
    }

    /// <summary>Makes a run, or goes on with it, in the place of a task of the array job; and keeps what came of it.</summary>
    /// <param name="name">The run's name.</param>
    /// <param name="runner">Makes it.</param>
    /// <param name="stop">Asks it to save its state and end.</param>
    /// <returns>Whether it has come to its end.</returns>
    /// <exception cref="UserException">The sweep has no such run, or the disk refuses.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, and goes on the next time.</exception>
    public bool RunTask(string name, SweepRunner runner, CancellationToken stop)
    {
        var run =
            plan.Sweep.Runs().FirstOrDefault(run => run.Name == name)
            ?? throw new UserException($"The sweep in {folder.Path} has no run {name}.");
        var own = SlurmTask.Own;
        folder.Forget(run);
        folder.SetTask(run, own);
        try
        {
            var isFinished =
                RunStanding.Of(run, plan.Sweep.Metric, folder).IsFinished
                || plan.Made(run, steps: null, runner, SlurmTask.OwnCores, folder, stop).IsFinished;
            folder.SetTask(run, null);
            plan.Tidy();
            return isFinished;
        }
        catch (OperationCanceledException)
        {
            folder.SetTask(run, own is null ? null : own with { Stage = SlurmStage.Stopped });
            throw;
        }
    }
}

/// <summary>What was submitted.</summary>
/// <param name="Job">The number of the array job; null where there was nothing to submit.</param>
/// <param name="Tasks">Its tasks.</param>
/// <param name="Live">Runs whose tasks, submitted before, wait or run.</param>
public sealed record SlurmSubmission(string? Job, int Tasks, int Live)
{
    /// <inheritdoc/>
    public override string ToString() =>
        (Job, Live) switch
        {
            (null, 0) => "All runs are finished; there is nothing to submit.",
            (null, _) => $"Nothing to submit: {RunData.Count(Live, "run")} wait or run in Slurm already, the others are finished.",
            _ =>
                $"Submitted as job {Job} of Slurm with {RunData.Count(Tasks, "task")}{(Live > 0 ? $"; {RunData.Count(Live, "run")} wait or run there already" : "")}. Each task writes table and page anew when it ends.",
        };
}
