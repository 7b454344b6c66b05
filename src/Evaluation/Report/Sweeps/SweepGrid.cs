using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Report.Evaluations;

namespace SVco.Evaluation.Report.Sweeps;

/// <summary>The table of a sweep.</summary>
static class SweepGrid
{
    /// <summary>A row for each point, the best first.</summary>
    public static Grid Of(SweepResults sweep) =>
        new(
            $"{sweep.Metric}, the {(sweep.Maximize ? "highest" : "lowest")} first",
            HasIntervals(sweep) ? $"Means over seeds; ± is half the 95 % interval (Student's t). {Grid.Signs}" : "",
            "place",
            [
                new(sweep.Metric),
                .. HasIntervals(sweep) ? [new GridHead("±", "95 %")] : Array.Empty<GridHead>(),
                .. sweep.Axes.Select(axis => new GridHead(Short(axis, sweep.Axes), IsText: true)),
                new("steps"),
                new("runs", IsText: true),
            ],
            [.. sweep.Ranked.Select((point, rank) => Row(sweep, point, rank))]
        );

    /// <summary>The last part of a dotted name where it tells the axes apart.</summary>
    public static string Short(string axis, ImmutableArray<string> axes)
    {
        var last = axis[(axis.LastIndexOf('.') + 1)..];
        return axes.Count(other => other[(other.LastIndexOf('.') + 1)..] == last) == 1 ? last : axis;
    }

    static GridRow Row(SweepResults sweep, SweptPoint point, int rank) =>
        new(
            $"{rank + 1}",
            [
                point.Value is { } value
                    ? new(NumberText.Significant(value.Mean), Standing: StandingOf(sweep, point, rank))
                    : GridCell.None,
                .. HasIntervals(sweep)
                    ? [point.Value is { HalfWidth: { } half } ? new(NumberText.Significant(half)) : GridCell.None]
                    : Array.Empty<GridCell>(),
                .. point.Values.Select(value => new GridCell(value)),
                new($"{point.Runs.Max(run => run.Steps)}"),
                new(
                    string.Join(
                        ", ",
                        point
                            .Runs.CountBy(run => run.State)
                            .Select(state => point.Runs.Length == 1 ? state.Key : $"{state.Value} {state.Key}")
                    )
                ),
            ]
        );

    static bool HasIntervals(SweepResults sweep) => sweep.Points.Any(point => point.Value is { HalfWidth: not null });

    static Standing StandingOf(SweepResults sweep, SweptPoint point, int rank) =>
        !point.IsFinished ? Standing.Other
        : rank == 1 ? Standing.Second
        : rank > 1 || sweep.Lead is null ? Standing.Other
        : sweep is { DoSeedsDiffer: true, Lead.Low: > 0 } ? Standing.Best
        : Standing.BestWithinError;
}
