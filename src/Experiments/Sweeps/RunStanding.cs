using System.Collections.Immutable;
using SVco.Evaluation.Results;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>How far a run of a sweep is, read off its folder.</summary>
/// <param name="Run">The run.</param>
/// <param name="Steps">Optimiser steps made.</param>
/// <param name="IsFinished">Whether it has come to its end, with its benchmarks where it names some.</param>
/// <param name="Value">The metric's newest value, that of the end for benchmarks; null where there is none.</param>
/// <param name="Lines">Its <c>metrics.jsonl</c>.</param>
/// <param name="Failure">Why it failed; null where it did not.</param>
sealed record RunStanding(SweepRun Run, int Steps, bool IsFinished, double? Value, ImmutableArray<MetricsLine> Lines, string? Failure)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="Core.UserException">A file of the run is broken.</exception>
    public static RunStanding Of(SweepRun run, SweepMetric metric, SweepFolder folder)
    {
        var path = run.Experiment.Folder;
        var lines = MetricsLog.Read(path);
        var evaluation = run.Experiment.Evaluation?.Folder;
        var isEvaluated = evaluation is not null && File.Exists(Path.Combine(evaluation, EvaluationFile.FileName));
        var isFinished = RunFolder.IsFinishedIn(path) && (evaluation is null || isEvaluated);
        double? value = !metric.IsOfBenchmarks
            ? lines.LastOrDefault(line => line.IsValidation) is { } last
                ? metric.In(last)
                : null
            : isFinished && isEvaluated
                ? SweepMetric.In(EvaluationFile.Load(evaluation!))
                : null;
        return new(run, lines.Select(line => line.Step).DefaultIfEmpty(0).Max(), isFinished, value, lines, folder.FailureOf(run));
    }

    /// <summary>The metric after so many steps; at the end for null. Null where the run is not that far.</summary>
    public double? At(SweepMetric metric, int? steps) =>
        steps is null ? (IsFinished ? Value : null)
        : Lines.FirstOrDefault(line => line.IsValidation && line.Step == steps) is { } validation ? metric.In(validation)
        : null;

    /// <summary>Whether the run is so far; to its end for null.</summary>
    public bool Reaches(int? steps) => IsFinished || steps is not null && Lines.Any(line => line.IsValidation && line.Step >= steps);
}
