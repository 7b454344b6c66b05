using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>How far a score may be off, if other items of the kind had been asked.</summary>
/// <param name="StandardError">In the metric's unit: by categories with their weights, clustered by common groups and images, of a ratio by the delta method. Not a number where a category has a single unit.</param>
/// <param name="Interval">The 95 % interval: Wilson's where units that have nothing in common are right or wrong, else the normal one.</param>
/// <param name="Units">How many items, or groups, have a mark.</param>
/// <param name="Clusters">How many of them have nothing in common with another.</param>
public sealed record ScoreUncertainty(double StandardError, Bounds Interval, int Units, int Clusters)
{
    /// <summary>The uncertainty of a metric's score; null where no item has the mark.</summary>
    public static ScoreUncertainty? Of(Metric metric, IReadOnlyList<Item> items, IEnumerable<Verdict> verdicts)
    {
        var units = MarkedUnits.Of(metric, items, verdicts);
        if (units.Count == 0)
        {
            return null;
        }

        var value = units.Value(0);
        var error = units.StandardError(0);
        return new(error, units.AreCounts ? Wilson() : Bounds.Normal(value, error), units.Count, units.Clusters.Sum());

        Bounds Wilson()
        {
            var bounds = Bounds.Wilson(value / metric.Scale, units.Count);
            return new(bounds.Low * metric.Scale, bounds.High * metric.Scale);
        }
    }
}
