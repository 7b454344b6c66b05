using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Report.Sweeps;

/// <summary>A sweep as its report shows it, finished or not.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Metric">What points are compared by.</param>
/// <param name="Maximize">Whether the highest is the best.</param>
/// <param name="Axes">The dotted names of the fields that differ.</param>
/// <param name="Points">The points with their runs.</param>
/// <param name="Notes">What a reader must know.</param>
/// <param name="Command">What makes the runs, or goes on with them.</param>
public sealed record SweepResults(
    string Name,
    string Metric,
    bool Maximize,
    ImmutableArray<string> Axes,
    ImmutableArray<SweptPoint> Points,
    ImmutableArray<string> Notes,
    string Command
)
{
    /// <summary>The points from the best to the worst: first those that came to their end, last those without the metric.</summary>
    public ImmutableArray<SweptPoint> Ranked =>
        [
            .. Points
                .OrderByDescending(point => point.IsFinished)
                .ThenBy(point => point.Value is null)
                // Those that came to their end are compared however many steps that took.
                .ThenByDescending(point => point.IsFinished ? 0 : point.Runs.Max(run => run.Steps))
                .ThenBy(point => point.Value is { } value ? (Maximize ? -value.Mean : value.Mean) : 0),
        ];

    /// <summary>The best of the points whose runs have all come to their end; null where there is none.</summary>
    public SweptPoint? Winner => Ranked is [{ IsFinished: true } first, ..] ? first : null;

    /// <summary>
    /// How much better the winner is than the next that came to its end, paired by seed, in the metric's own direction; null where there is no
    /// next.
    /// </summary>
    public Interval? Lead =>
        Ranked is [{ IsFinished: true } first, { IsFinished: true } next, ..]
            ? Interval.Of(
                first.Runs.Join(
                    next.Runs,
                    run => run.Seed,
                    run => run.Seed,
                    (one, other) => (one.Value - other.Value) * (Maximize ? 1 : -1)
                )
            )
            : null;

    /// <summary>Whether the lead is another from seed to seed, beyond rounding; only then its interval says something.</summary>
    internal bool DoSeedsDiffer => Lead is { HalfWidth: { } half, Mean: var mean } && half > 1e-9 * Math.Abs(mean);

    /// <summary>The runs that failed.</summary>
    public ImmutableArray<SweptRun> Failed => [.. Points.SelectMany(point => point.Runs).Where(run => run.Failure.Length > 0)];

    /// <summary>What came of it, in sentences.</summary>
    public ImmutableArray<string> Summary
    {
        get
        {
            var finished = Points.Sum(point => point.Runs.Count(run => run.IsFinished));
            var all = Points.Sum(point => point.Runs.Length);
            return
            [
                .. Winner is { } winner ? [Best(winner)] : new[] { $"No point has come to its end with a number for {Metric} yet." },
                $"{finished} of {all} runs are finished.",
                .. Winner is null || Points.Length < 2
                    ? Array.Empty<string>()
                    :
                    [
                        $"The best of {Points.Length} points looks better on what it was chosen by than it is: measure it on pairs or questions that did not choose.",
                    ],
                .. Notes,
            ];
        }
    }

    string Best(SweptPoint winner)
    {
        var value = winner.Value!.Value;
        var interval = value.HalfWidth is null
            ? ""
            : $", 95 % interval {NumberText.Significant(value.Low)} to {NumberText.Significant(value.High)} over {value.Count} seeds";
        var lead = Lead switch
        {
            null => "",
            { HalfWidth: null } one =>
                $" It leads the next by {NumberText.Significant(one.Mean)}; whether by chance cannot be told from one seed.",
            // As on so few pairs that every seed gives the same: an interval without a width would say more than is known.
            { } one when !DoSeedsDiffer =>
                $" It leads the next by {NumberText.Significant(one.Mean)} with every seed; whether by chance cannot be told from seeds that do not differ.",
            { Low: > 0 } clear =>
                $" It leads the next by {NumberText.Significant(clear.Mean)}; the 95 % interval of the lead, paired by seed, does not reach 0.",
            { } unclear =>
                $" It leads the next by {NumberText.Significant(unclear.Mean)}, which may be chance: the 95 % interval of the lead, paired by seed, reaches 0.",
        };
        return $"Best: {Described(winner)} with {Metric} {NumberText.Significant(value.Mean)}{interval}.{lead}";
    }

    /// <summary>A point in words.</summary>
    internal string Described(SweptPoint point) =>
        string.Join(", ", Axes.Zip(point.Values, (axis, value) => $"{axis} {value}").Where((_, at) => point.Values[at].Length > 0));
}
