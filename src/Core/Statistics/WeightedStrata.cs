using System.Collections.Immutable;

namespace SVco.Core.Statistics;

/// <summary>Items of a kind, whose mean counts with a weight (CV-Bench: the two sources of 2D a quarter each, 3D a half).</summary>
/// <param name="Weight">What its mean is multiplied by.</param>
/// <param name="Values">Its items' values.</param>
/// <param name="Clusters">Each item's cluster; empty where every item is its own.</param>
public sealed record Stratum(double Weight, ImmutableArray<double> Values, ImmutableArray<int> Clusters = default)
{
    /// <summary>The standard error of its mean.</summary>
    public double StandardError =>
        Clusters.IsDefaultOrEmpty ? Statistics.StandardError.OfMean(Values) : Statistics.StandardError.Clustered(Values, Clusters);
}

/// <summary>A sum of means of strata.</summary>
public static class WeightedStrata
{
    /// <summary>Sum of w mean.</summary>
    public static double Mean(IEnumerable<Stratum> strata) => strata.Sum(stratum => stratum.Weight * stratum.Values.Average());

    /// <summary>sqrt(sum of w^2 SE^2): the strata are asked independently.</summary>
    public static double StandardError(IEnumerable<Stratum> strata) =>
        Math.Sqrt(strata.Sum(stratum => Math.Pow(stratum.Weight * stratum.StandardError, 2)));
}
