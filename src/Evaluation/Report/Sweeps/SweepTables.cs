using System.Collections.Immutable;

namespace SVco.Evaluation.Report.Sweeps;

/// <summary>The numbers of a sweep for CSV files.</summary>
static class SweepTables
{
    /// <summary>A line for each run, and one for each number that a run logged.</summary>
    public static ImmutableArray<ReportTable> Of(SweepResults sweep) =>
        [
            new(
                "sweep.csv",
                [.. sweep.Axes, "seed", sweep.Metric, "steps", "state", "run"],
                [
                    .. from point in sweep.Ranked
                    from run in point.Runs
                    select (ImmutableArray<object?>)
                        [.. point.Values, run.Seed, double.IsNaN(run.Value) ? null : run.Value, run.Steps, run.State, run.Name],
                ]
            ),
            new(
                "curves.csv",
                ["run", "number", "step", "value"],
                [
                    .. from point in sweep.Points
                    from run in point.Runs
                    from curve in run.Curves
                    from at in curve.Value
                    select (ImmutableArray<object?>)[run.Name, curve.Key, at.Step, double.IsNaN(at.Value) ? null : at.Value],
                ]
            ),
        ];
}
