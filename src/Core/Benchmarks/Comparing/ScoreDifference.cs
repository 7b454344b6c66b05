using SVco.Core.Statistics;

namespace SVco.Core.Benchmarks;

/// <summary>By which test two scores are told apart.</summary>
public enum DifferenceTest
{
    /// <summary>McNemar's exact test: units that have nothing in common are right or wrong.</summary>
    McNemar,

    /// <summary>The two models' results exchanged, cluster by cluster: fractions, categories with weights, common images and ratios.</summary>
    Permutation,
}

/// <summary>The difference of two models' scores on the items that both have a mark for, in the metric's unit.</summary>
/// <param name="First">The first model's score on these items.</param>
/// <param name="Second">The second's.</param>
/// <param name="StandardError">Of second - first, paired; not a number where a category has a single unit.</param>
/// <param name="Interval">The 95 % percentile interval of second - first, clusters drawn within their categories.</param>
/// <param name="P">The two-sided p of the test; not a number where a score is none.</param>
/// <param name="Test">The test.</param>
/// <param name="Counts">What each has right, where that is all there is; else null.</param>
/// <param name="Units">How many items, or groups, are compared.</param>
/// <param name="Clusters">How many of them have nothing in common with another.</param>
public sealed record ScoreDifference(
    double First,
    double Second,
    double StandardError,
    Bounds Interval,
    double P,
    DifferenceTest Test,
    McNemar? Counts,
    int Units,
    int Clusters
)
{
    /// <summary>Second - first.</summary>
    public double Value => Second - First;

    /// <summary>
    /// The smallest difference that as many items of this kind show four times in five, at a level of 5 %; not a number where the models differ
    /// alike on all items, as where they agree everywhere: that says nothing of how differences spread.
    /// </summary>
    public double Detectable => StandardError > 0 ? new Power(StandardError * StandardError).Detectable(1) : double.NaN;

    /// <summary>Whether the difference is more than chance, taken alone: its interval does not cover 0, and the test says the same at 5 %.</summary>
    /// <remarks>
    /// Of few clusters, or of many that nearly all agree, the bootstrap's interval is too narrow: of four that differ it does not cover 0, while
    /// the least p that they can have is 2 / 2^4.
    /// </remarks>
    public bool IsToldApart => !Interval.Covers(0) && P < 0.05;

    /// <summary>Compares two models; null where no item has a mark of both.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="items">The benchmark's items.</param>
    /// <param name="first">The first model's verdicts.</param>
    /// <param name="second">The second's.</param>
    /// <param name="resamples">How many samples are drawn for the interval.</param>
    /// <param name="seed">Equal seeds give equal draws.</param>
    public static ScoreDifference? Between(
        Metric metric,
        IReadOnlyList<Item> items,
        IEnumerable<Verdict> first,
        IEnumerable<Verdict> second,
        int resamples = Bootstrap.Resamples,
        ulong seed = 0
    )
    {
        var units = MarkedUnits.Of(metric, items, first, second);
        if (units.Count == 0)
        {
            return null;
        }

        var bootstrap = Bootstrap.Of(units.Clusters, drawn => units.Value(1, drawn) - units.Value(0, drawn), resamples, seed);
        var counts = units.AreCounts ? units.Counts(0, 1) : null;
        var (before, after) = (units.Value(0), units.Value(1));
        return new(
            before,
            after,
            units.StandardErrorOfDifference(0, 1),
            bootstrap.Percentiles(),
            // Of what is no number no exchange is as large, which would be a p of nearly 0.
            counts?.ExactP
                ?? (double.IsNaN(after - before) ? double.NaN : units.ExchangeP(0, 1, seed)),
            counts is null ? DifferenceTest.Permutation : DifferenceTest.McNemar,
            counts,
            units.Count,
            units.Clusters.Sum()
        );
    }
}
