using System.Collections.Immutable;
using SVco.Core.Fields;
using SVco.Evaluation.Report;
using SVco.Evaluation.Report.Sweeps;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>How far a sweep is.</summary>
/// <param name="Sweep">The sweep.</param>
/// <param name="Runs">All its runs.</param>
/// <param name="Dropped">Points that successive halving has left, and after how many steps.</param>
/// <param name="Folder">Its folder.</param>
sealed record SweepProgress(Sweep Sweep, ImmutableArray<RunStanding> Runs, ImmutableDictionary<SweepPoint, int> Dropped, SweepFolder Folder)
{
    /// <summary>Goes through the rungs of a sweep, one alone where nothing is halved, until one is not reached.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="runs">Its runs.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="train">Brings the runs of a rung so far; null to look alone. Its runs may fail, or be stopped.</param>
    public static SweepProgress Go(
        Sweep sweep,
        ImmutableArray<SweepRun> runs,
        SweepFolder folder,
        Action<ImmutableArray<SweepRun>, int?>? train = null
    )
    {
        var dropped = ImmutableDictionary<SweepPoint, int>.Empty;
        foreach (var steps in sweep.Rungs)
        {
            ImmutableArray<SweepRun> left = [.. runs.Where(run => !dropped.ContainsKey(run.Point))];
            train?.Invoke(left, steps);
            ImmutableArray<RunStanding> standings = [.. left.Select(run => RunStanding.Of(run, sweep.Metric, folder))];
            if (steps is not { } made || standings.Any(one => !one.Reaches(steps) && one.Failure is null))
            {
                break;
            }

            dropped = dropped.AddRange(Left(sweep, standings, made).Select(point => KeyValuePair.Create(point, made)));
        }

        return new(sweep, [.. runs.Select(run => RunStanding.Of(run, sweep.Metric, folder))], dropped, folder);
    }

    /// <summary>The points that do not go on to the next rung: all but the best share by the mean over seeds; a point with a failed run is behind the others.</summary>
    static IEnumerable<SweepPoint> Left(Sweep sweep, ImmutableArray<RunStanding> standings, int steps)
    {
        var points = standings
            .GroupBy(one => one.Run.Point)
            .Select(point => (Point: point.Key, Mean: point.Average(one => one.At(sweep.Metric, steps) ?? double.NaN)))
            .ToArray();
        return sweep.Metric.Ranked(points, point => point.Mean).Skip(sweep.Halving!.Promoted(points.Length)).Select(point => point.Point);
    }

    /// <summary>The sweep as its report shows it.</summary>
    /// <param name="command">What makes the runs.</param>
    /// <param name="tasks">Slurm's, asked for before the runs were looked at; null where it has none.</param>
    public SweepResults Results(string command, SlurmTasks? tasks = null) =>
        WithGivenAway(
            new(
                Sweep.Name,
                Sweep.Metric.Name,
                Sweep.Metric.Maximize,
                Sweep.Space.Paths,
                [
                    .. Runs.GroupBy(run => run.Run.Point)
                        .Select(point => new SweptPoint(
                            [
                                .. Sweep.Space.Paths.Select(path =>
                                    point.Key.Settings.FirstOrDefault(setting => setting.Path == path)?.Value
                                    // A listed point that does not name the field.
                                    ?? FieldText.Of(Sweep.Base[path])
                                ),
                            ],
                            [.. point.Select(run => Swept(run, tasks))]
                        )),
                ],
                Notes(),
                command
            )
        );

    /// <summary>Says which models are no longer there.</summary>
    SweepResults WithGivenAway(SweepResults results)
    {
        SweepRun[] gone = [.. Runs.Select(run => run.Run).Where(run => RunFolder.IsGivenAway(run.Experiment.Folder))];
        var missed = gone.Where(run => results.Winner is { } winner && winner.Runs.Any(one => one.Name == run.Name));
        return gone.Length == 0
            ? results
            : results with
            {
                Notes =
                [
                    .. results.Notes,
                    $"keep: winner gave the models of {RunData.Count(gone.Length, "run")} away.",
                    .. missed.Select(run =>
                        $"The model of {run.Name} went before it was the best. Make it again: {ShellCommand.Of(["./svco", "run", Folder.SourceOf(Sweep), .. run.Options, "--restart"])}"
                    ),
                ],
            };
    }

    ImmutableArray<string> Notes() =>
        [
            .. Sweep.Metric is { IsOfBenchmarks: false, Maximize: false } && Sweep.Space.Paths.Contains("objective")
                ?
                [
                    $"The {Sweep.Metric.Name} of different formulas lies on different scales: compare objectives by {SweepMetric.AverageImprovement}, or those with the same terms by eval_reward_acc.",
                ]
                : Array.Empty<string>(),
            .. Runs.Select(run => run.Lines.LastOrDefault(line => line.IsValidation))
                .OfType<MetricsLine>()
                .Select(line => string.Join(", ", Sweep.Metric.GroupIn(line)))
                .Distinct()
                .Count() > 1
                ?
                [
                    $"{Sweep.Metric.Name} is the mean of other numbers for some formulas than for others: those have terms that these do not have.",
                ]
                : Array.Empty<string>(),
            .. Dropped.IsEmpty
                ? Array.Empty<string>()
                : [$"Successive halving left {Dropped.Count} points before their end; their numbers are those of fewer steps."],
            .. Runs.Where(run => run.IsFinished && !(run.Value is { } value && double.IsFinite(value))).Take(1).Select(WithoutMetric),
        ];

    string WithoutMetric(RunStanding run) =>
        run.Value is null
            ? $"{run.Run.Name} has no {Sweep.Metric.Name}; its validations have {string.Join(", ", run.Lines.LastOrDefault(line => line.IsValidation)?.Numbers.Keys ?? ["nothing"])}."
        : Sweep.Metric.IsOfBenchmarks
            ? $"{run.Run.Name} has no {Sweep.Metric.Name}: the base model scores 0 in every benchmark, so that nothing is relative to it."
        : $"The {Sweep.Metric.Name} of {run.Run.Name} is no number.";

    SweptRun Swept(RunStanding run, SlurmTasks? tasks)
    {
        var (queued, killed) = (tasks?.Of(run.Run.Name), run.IsFinished ? null : tasks?.Killed(run.Run.Name));
        var log = killed is not null && File.Exists(Folder.LogOf(killed)) ? Folder.LogOf(killed) : Folder.LogOf(run.Run);
        var failure =
            run.Failure
            ?? (killed is null ? "" : $"Its task {killed.Id} of Slurm is gone before the run came to its end: {LastWords.Of(log)}");
        return new(
            run.Run.Name,
            run.Run.Seed,
            run.IsFinished ? "finished"
                : queued is { IsPending: true } waiting ? waiting.Word
                : failure.Length > 0 ? "failed"
                : queued is { } task ? task.Word
                : Dropped.ContainsKey(run.Run.Point) ? "dropped"
                : run.Steps > 0 ? SweptRun.Begun
                : SweptRun.Waiting,
            run.IsFinished,
            run.Steps,
            run.Value ?? double.NaN,
            Curves(run),
            failure,
            failure.Length > 0 ? log : ""
        );
    }

    ImmutableSortedDictionary<string, ImmutableArray<(int Step, double Value)>> Curves(RunStanding run) =>
        run
            .Lines.SelectMany(line => Shown(line).Select(one => (one.Name, line.Step, one.Value)))
            .GroupBy(one => one.Name)
            .ToImmutableSortedDictionary(
                curve => curve.Key,
                curve => TrainingRuns.Thinned([.. curve.Select(one => (one.Step, one.Value))]).ToImmutableArray()
            );

    /// <summary>The losses and the metric of a line.</summary>
    IEnumerable<(string Name, double Value)> Shown(MetricsLine line) =>
        new[] { "loss", SweepMetric.ValidationLoss.Name, Sweep.Metric.Name }
            .Distinct()
            .Select(name => (Name: name, Value: new SweepMetric(name, Maximize: false).In(line)))
            .Where(one => one.Value is not null)
            .Select(one => (one.Name, one.Value!.Value));
}
