using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report.Sweeps;

/// <summary>A point of a sweep with its runs, one for each seed.</summary>
/// <param name="Values">The value on each axis; empty where the point has none.</param>
/// <param name="Runs">Its runs.</param>
public sealed record SweptPoint(ImmutableArray<string> Values, ImmutableArray<SweptRun> Runs)
{
    /// <summary>Whether all its runs have come to their end and have the metric.</summary>
    public bool IsFinished => Runs.All(run => run.IsFinished && double.IsFinite(run.Value));

    /// <summary>The metric over the seeds that have it; null where none has.</summary>
    public Interval? Value =>
        Runs.Where(run => double.IsFinite(run.Value)).Select(run => run.Value).ToArray() is { Length: > 0 } values
            ? Interval.Of(values)
            : null;

    /// <summary>A number over the steps, the mean of the runs that have it there.</summary>
    /// <param name="name">Its name, such as <c>eval_loss</c>.</param>
    public ImmutableArray<(double X, double Y)> Curve(string name) =>
        [
            .. Runs.SelectMany(run => run.Curves.GetValueOrDefault(name, []))
                .Where(point => double.IsFinite(point.Value))
                .GroupBy(point => point.Step)
                .OrderBy(step => step.Key)
                .Select(step => ((double)step.Key, step.Average(point => point.Value))),
        ];
}
