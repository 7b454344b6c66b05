using System.Collections.Immutable;
using System.Globalization;
using SVco.Core;
using SVco.Evaluation.Report.Sweeps;
using SVco.Files;
using SVco.Models;
using SVco.Training;
using SVco.Training.Scheduling;
using TorchSharp;

namespace SVco.Experiments;

/// <summary>A sweep as it is asked for, from its YAML to its table.</summary>
/// <param name="Sweep">The sweep.</param>
/// <param name="Text">Its YAML.</param>
/// <param name="File">The file that has it.</param>
public sealed record SweepPlan(Sweep Sweep, string Text, string File)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>The most runs at once; null for as many as cores and memory allow.</summary>
    public int? Jobs { get; init; }

    /// <summary>What makes the sweep again, for its report.</summary>
    public string Command { get; init; } = "";

    /// <summary>Where the sweep's runs, table and page go.</summary>
    public string Folder => Sweep.Folder;

    /// <summary>Holds nothing: what a run needs is its own process's.</summary>
    sealed class Slot : IDisposable
    {
        public void Dispose() { }
    }

    /// <summary>Reads a sweep's file.</summary>
    /// <param name="file">The YAML file.</param>
    /// <param name="ofScript">The experiment of a script, whose path is given.</param>
    /// <param name="output">The folder; runs/NAME for null.</param>
    /// <exception cref="UserException">The file is missing, or something in it is not known or makes no sense; the message says where.</exception>
    public static SweepPlan Load(string file, Func<string, Experiment> ofScript, string? output = null) =>
        Of(TextFile.Read(file), file, ofScript, output);

    /// <summary>Reads a sweep's YAML.</summary>
    internal static SweepPlan Of(string text, string file, Func<string, Experiment> ofScript, string? output) =>
        new(SweepYaml.Read(text, file, ofScript) with { Output = output }, text, file);

    /// <summary>Lists the runs with what they take, and makes none.</summary>
    /// <exception cref="UserException">A file of a run is missing or cannot be read.</exception>
    public async Task TellAsync(IProgress<RunEvent>? progress, CancellationToken stop)
    {
        var told = new RunProgress(progress);
        var runs = Sweep.Runs();
        var estimates = await SweepEstimate.OfAsync(runs, told, stop);
        var folder = new SweepFolder(Sweep.Folder);
        foreach (var (number, run) in runs.Index())
        {
            var (estimate, standing) = (estimates[run], RunStanding.Of(run, Sweep.Metric, folder));
            told.Note(
                $"{number + 1, 4}  {run.Point}{(Sweep.Seeds.IsEmpty ? "" : $", seed {run.Seed}")}: {RunData.Count(estimate.Work.Steps, "step")}, about {MemoryEstimate.Gibibytes(estimate.Memory)} GiB and {RunEstimate.Text(estimate.Time)}{(standing.IsFinished ? "; finished" : "")}"
            );
        }

        var unfinished = runs.Where(run => !RunStanding.Of(run, Sweep.Metric, folder).IsFinished)
            .ToDictionary(run => run, run => estimates[run]);
        var schedule = Schedule(unfinished.Values.Select(estimate => estimate.Memory));
        var whole = TimeSpan.Zero;
        var left = runs.Length;
        var before = 0;
        foreach (var steps in Sweep.Rungs)
        {
            var longest = runs.Take(left).Select(run => estimates[run]);
            whole += longest.Aggregate(TimeSpan.Zero, (sum, estimate) => sum + estimate.TimeOf((steps ?? estimate.Work.Steps) - before));
            (before, left) = (steps ?? 0, Sweep.Halving?.Promoted(left / SeedCount) * SeedCount ?? left);
        }

        told.Note(
            SweepSpace.Of(Sweep, unfinished, schedule.Jobs) is var space && space.Fits ? space.Text : $"{space.Text} That does not fit."
        );
        told.Note(
            $"{RunData.Count(runs.Length, "run")}, {schedule.Jobs} at once with {RunData.Count(schedule.Threads, "thread")} each: about {RunEstimate.Text(whole / Math.Min(schedule.Jobs, runs.Length))} on this machine's processor. Finished runs are not made again."
        );
    }

    int SeedCount => Math.Max(1, Sweep.Seeds.Length);

    /// <summary>Makes the runs that are missing and writes the table and the page; the same call goes on with an interrupted sweep.</summary>
    /// <param name="runner">Makes a run.</param>
    /// <param name="restart">Throws away what an earlier sweep left in the folder.</param>
    /// <param name="progress">Is told what happens before the first run.</param>
    /// <param name="jobs">Is told how far the runs are, by any thread.</param>
    /// <param name="stop">Ends the sweep: runs save their states, what is done stays.</param>
    /// <exception cref="UserException">Something the person can mend. That a run fails is no error of the sweep: its row says so.</exception>
    public async Task<SweepResults> RunAsync(
        SweepRunner runner,
        bool restart,
        IProgress<RunEvent>? progress,
        Action<JobsProgress> jobs,
        CancellationToken stop
    )
    {
        var told = new RunProgress(progress);
        var runs = Sweep.Runs();
        var folder = new SweepFolder(Sweep.Folder);
        using var held = folder.Open(Sweep, Text, restart);
        ImmutableArray<SweepRun> missing = [.. runs.Where(run => !RunStanding.Of(run, Sweep.Metric, folder).IsFinished)];
        var estimates = await SweepEstimate.OfAsync(missing, told, stop);
        var schedule = Schedule(estimates.Values.Select(estimate => estimate.Memory));
        told.Note(
            $"{Sweep.Name}: {RunData.Count(runs.Length, "run")}, {missing.Length} to make; {schedule.Jobs} at once with {RunData.Count(schedule.Threads, "thread")} each, in {folder.Path}"
        );
        SweepSpace.Of(Sweep, estimates, schedule.Jobs).Require();
        foreach (var run in missing)
        {
            folder.Forget(run);
        }

        Tidy();

        var made = SweepProgress.Go(
            Sweep,
            runs,
            folder,
            (left, steps) =>
                JobScheduler.Run(
                    [.. left.Select(run => Job(run, steps, estimates.GetValueOrDefault(run), schedule.Threads, runner, folder))],
                    () => new Slot(),
                    schedule.Jobs,
                    stop,
                    jobs
                )
        );
        Tidy();
        return made.Results(Command);
    }

    /// <summary>How far the sweep in a folder is; nothing is started.</summary>
    public SweepResults Status()
    {
        var folder = new SweepFolder(Sweep.Folder);
        var tasks = SlurmTasks.In(folder);
        var results = SweepProgress.Go(Sweep, Sweep.Runs(), folder).Results(Command, tasks);
        ImmutableArray<string> work =
            folder.IsHeld ? ["A process works on it."]
            : !tasks.Notes.IsEmpty ? tasks.Notes
            : results.Points.Any(point => point.Runs.Any(run => run.State is SweptRun.Begun or SweptRun.Waiting))
                ? ["No process works on it."]
            : [];
        return results with { Notes = [.. results.Notes, .. work] };
    }

    /// <summary>Waits until no other process writes the sweep's table and page, and holds them off until what is returned is disposed of.</summary>
    public IDisposable HoldReport(CancellationToken stop) => new SweepFolder(Sweep.Folder).HoldReport(stop);

    Job<Slot, RunStanding> Job(SweepRun run, int? steps, SweepEstimate? estimate, int threads, SweepRunner runner, SweepFolder folder)
    {
        // What is finished has no estimate and is not run.
        var whole = estimate?.Work.Steps ?? 1;
        var cost = (estimate?.Time.TotalSeconds ?? 1) / whole;
        return new(
            run.Title,
            cost * Math.Min(whole, steps ?? whole),
            () =>
                RunStanding.Of(run, Sweep.Metric, folder) is var standing && standing.Reaches(steps) || standing.Failure is not null
                    ? standing
                    : null,
            (_, work) =>
            {
                var seen = RunStanding.Of(run, Sweep.Metric, folder).Steps;
                work.Advance("starting", cost * seen);
                var running = Task.Run(() => MadeAndTidied(run, steps, runner, threads, folder, work.Stop), CancellationToken.None);
                while (Task.WaitAny([running], Look) < 0)
                {
                    var now = MetricsLog.Read(run.Experiment.Folder).Select(line => line.Step).DefaultIfEmpty(0).Max();
                    if (now > seen)
                    {
                        work.Advance(string.Create(CultureInfo.InvariantCulture, $"step {now}"), cost * (now - seen));
                        seen = now;
                    }
                }

                return running.GetAwaiter().GetResult();
            },
            _ => { }
        );
    }

    RunStanding MadeAndTidied(SweepRun run, int? steps, SweepRunner runner, int threads, SweepFolder folder, CancellationToken stop)
    {
        var made = Made(run, steps, runner, threads, folder, stop);
        Tidy();
        return made;
    }

    /// <summary>Gives away the models that are not to stay.</summary>
    internal void Tidy()
    {
        var folder = new SweepFolder(Sweep.Folder);
        using var held = folder.HoldReport(CancellationToken.None);
        Keeping.Tidy(Sweep, folder);
    }

    /// <summary>Makes a run as far as it is asked for, and keeps why it failed.</summary>
    /// <exception cref="OperationCanceledException">It was stopped before, and saved its state.</exception>
    internal RunStanding Made(SweepRun run, int? steps, SweepRunner runner, int threads, SweepFolder folder, CancellationToken stop)
    {
        var failure = runner(new(run, folder.SourceOf(Sweep), steps, threads, folder.LogOf(run), stop));
        var standing = RunStanding.Of(run, Sweep.Metric, folder);
        if (standing.Reaches(steps))
        {
            return standing;
        }

        if (failure is null)
        {
            // What it was asked to leave is no failure.
            stop.ThrowIfCancellationRequested();
        }

        folder.SetFailure(run, failure ?? $"It ended before its {(steps is null ? "end" : $"validation after step {steps}")}.");
        return RunStanding.Of(run, Sweep.Metric, folder);
    }

    SweepSchedule Schedule(IEnumerable<long> memories) =>
        Devices.Parse(Sweep.Base.Device).type == DeviceType.CPU
            ? SweepSchedule.Of(Environment.ProcessorCount, new MachineMemory().Free, memories, Jobs)
            // Whose memory is not known here.
            : new(Jobs ?? 1, Math.Max(1, Environment.ProcessorCount / (Jobs ?? 1)));
}
