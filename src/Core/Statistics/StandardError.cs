using MathNet.Numerics.Statistics;

namespace SVco.Core.Statistics;

/// <summary>How far a mean over items may be off, if other items had been asked.</summary>
public static class StandardError
{
    /// <summary>sqrt(sum (x - mean)^2 / (n (n - 1))); not a number for a single value, which tells nothing of its spread.</summary>
    public static double OfMean(IReadOnlyCollection<double> values) => values.StandardDeviation() / Math.Sqrt(values.Count);

    /// <summary>sqrt(p (1 - p) / n), for a share of n items.</summary>
    public static double OfShare(double share, int count) => Math.Sqrt(share * (1 - share) / count);

    /// <summary>
    /// For items that come in clusters, such as the questions on one image (Miller, Adding error bars to evals, arXiv 2411.00640, Eq. 4):
    /// SE^2 = SE_plain^2 + (1 / n^2) sum over clusters of sum over i != j of (x_i - mean)(x_j - mean). Where answers in a cluster differ more
    /// than between clusters so much that this is below 0, it is 0. Not a number for a single cluster, which tells nothing of the spread of clusters.
    /// </summary>
    /// <param name="values">The items' values.</param>
    /// <param name="clusters">Each item's cluster.</param>
    public static double Clustered<TCluster>(IReadOnlyList<double> values, IReadOnlyList<TCluster> clusters)
        where TCluster : notnull
    {
        if (clusters.Distinct().Take(2).Count() < 2)
        {
            return double.NaN;
        }

        var mean = values.Average();
        var plain = OfMean(values);
        var own = values.Sum(value => (value - mean) * (value - mean));
        var between = (SquaredSums(values, clusters, mean) - own) / ((double)values.Count * values.Count);
        return Math.Sqrt(Math.Max(0, (plain * plain) + between));
    }

    /// <summary>The same with all i and j (the sandwich): sqrt(sum over clusters of (sum of x - mean)^2) / n.</summary>
    /// <param name="values">The items' values.</param>
    /// <param name="clusters">Each item's cluster.</param>
    /// <param name="smallSample">Whether the variance is multiplied by G / (G - 1), G being the number of clusters.</param>
    public static double Sandwich<TCluster>(IReadOnlyList<double> values, IReadOnlyList<TCluster> clusters, bool smallSample)
        where TCluster : notnull
    {
        double groups = clusters.Distinct().Count();
        return Math.Sqrt(SquaredSums(values, clusters, values.Average()) * (smallSample ? groups / (groups - 1) : 1)) / values.Count;
    }

    static double SquaredSums<TCluster>(IReadOnlyList<double> values, IReadOnlyList<TCluster> clusters, double mean)
        where TCluster : notnull =>
        values
            .Zip(clusters, (value, cluster) => (value, cluster))
            .GroupBy(one => one.cluster, one => one.value - mean)
            .Sum(cluster => Math.Pow(cluster.Sum(), 2));
}
