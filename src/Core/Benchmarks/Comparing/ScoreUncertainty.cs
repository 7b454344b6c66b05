using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>How far a score may be off, if other items of the kind had been asked.</summary>
/// <param name="StandardError">In the metric's unit: by categories with their weights, clustered by common groups and images, of a ratio by the delta method. Not a number where a category has a single unit.</param>
/// <param name="Interval">
/// The 95 % interval, which never leaves the range of the marks: an estimate +- z standard errors does near an end of it (MM-Vet up to 103 of
/// 100), and has no width where all are right. Of marks from 0 to 1 it is Wilson's, where they are not independent or not only right or wrong
/// with the effective number of units p (1 - p) / SE^2 (Dean and Pagano, Journal of Survey Statistics and Methodology 3, 2015); of other marks
/// and of ratios, whose range nobody states, it is the bootstrap's percentile interval.
/// </param>
/// <param name="Units">How many items, or groups, have a mark.</param>
/// <param name="Clusters">How many of them have nothing in common with another.</param>
public sealed record ScoreUncertainty(double StandardError, Bounds Interval, int Units, int Clusters)
{
    /// <summary>The uncertainty of a metric's score; null where no item has the mark.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="items">The benchmark's items.</param>
    /// <param name="verdicts">At least one for each item.</param>
    /// <param name="resamples">How many samples are drawn where the interval needs them.</param>
    /// <param name="seed">Equal seeds give equal draws.</param>
    public static ScoreUncertainty? Of(
        Metric metric,
        IReadOnlyList<Item> items,
        IEnumerable<Verdict> verdicts,
        int resamples = Bootstrap.Resamples,
        ulong seed = 0
    )
    {
        var units = MarkedUnits.Of(metric, items, verdicts);
        if (units.Count == 0)
        {
            return null;
        }

        var value = units.Value(0);
        var error = units.StandardError(0);
        var clusters = units.Clusters.Sum();
        return new(
            error,
            double.IsNaN(error) ? new(error, error)
                : units.AreShares ? Wilson()
                : Percentiles(),
            units.Count,
            clusters
        );

        Bounds Wilson()
        {
            // Rounding may put a mean of ones above 1.
            var share = Math.Clamp(value / metric.Scale, 0, 1);
            var spread = error / metric.Scale;
            var bounds = Bounds.Wilson(
                share,
                units.AreCounts ? units.Count
                    : spread > 0 && share is > 0 and < 1 ? share * (1 - share) / (spread * spread)
                    : clusters
            );
            return new(bounds.Low * metric.Scale, bounds.High * metric.Scale);
        }

        Bounds Percentiles() => Bootstrap.Of(units.Clusters, drawn => units.Value(0, drawn), resamples, seed).Percentiles();
    }
}
