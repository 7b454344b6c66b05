using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace SVco.Core.Statistics;

/// <summary>The difference of two models on the same items: what is common to both answers to an item drops out.</summary>
/// <param name="Count">The number of items.</param>
/// <param name="Difference">The mean of second - first.</param>
/// <param name="StandardError">Its standard error; not a number for a single item.</param>
/// <param name="Unpaired">What the standard error would be for two models on different items.</param>
/// <param name="Correlation">Of the two models' values: what pairing gains. Not a number where one has the same value everywhere.</param>
public sealed record PairedDifference(int Count, double Difference, double StandardError, double Unpaired, double Correlation)
{
    /// <summary>The difference in standard errors.</summary>
    public double T => Difference / StandardError;

    /// <summary>n - 1.</summary>
    public int DegreesOfFreedom => Count - 1;

    /// <summary>Two-sided, by Student's t.</summary>
    public double PByT => 2 * StudentT.CDF(0, 1, DegreesOfFreedom, -Math.Abs(T));

    /// <summary>Two-sided, by the normal distribution.</summary>
    public double PByNormal => Bounds.TwoSided(T);

    /// <summary>The interval by Student's t.</summary>
    public Bounds ByT(double confidence = 0.95)
    {
        var half = Interval.Quantile(DegreesOfFreedom, confidence) * StandardError;
        return new(Difference - half, Difference + half);
    }

    /// <summary>The interval by the normal distribution.</summary>
    public Bounds ByNormal(double confidence = 0.95) => Bounds.Normal(Difference, StandardError, confidence);

    /// <summary>The difference of second - first.</summary>
    /// <param name="first">The first model's values, at least one.</param>
    /// <param name="second">The second's, on the same items.</param>
    public static PairedDifference Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double[] differences = [.. first.Zip(second, (one, other) => other - one)];
        var (one, other) = (Statistics.StandardError.OfMean(first), Statistics.StandardError.OfMean(second));
        return new(
            differences.Length,
            differences.Average(),
            Statistics.StandardError.OfMean(differences),
            Math.Sqrt((one * one) + (other * other)),
            MathNet.Numerics.Statistics.Correlation.Pearson(first, second)
        );
    }
}
