using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace SVco.Core.Statistics;

/// <summary>A mean and how far it may be off.</summary>
/// <param name="Count">The number of values.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="HalfWidth">Half the width of the confidence interval; null for a single value, which tells nothing of its spread.</param>
public readonly record struct Interval(int Count, double Mean, double? HalfWidth)
{
    /// <summary>The lower end; the mean itself where there is no interval.</summary>
    public double Low => Mean - (HalfWidth ?? 0);

    /// <summary>The upper end; the mean itself where there is no interval.</summary>
    public double High => Mean + (HalfWidth ?? 0);

    /// <summary>The mean of values with Student's t interval: mean +- t(n - 1) * s / sqrt(n).</summary>
    /// <param name="values">At least one.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static Interval Of(IEnumerable<double> values, double confidence = 0.95)
    {
        double[] all = [.. values];
        if (all.Length == 0)
        {
            throw new ArgumentException("A mean needs at least one value.", nameof(values));
        }

        return new(
            all.Length,
            all.Mean(),
            all.Length == 1 ? null : Quantile(all.Length - 1, confidence) * all.StandardDeviation() / Math.Sqrt(all.Length)
        );
    }

    /// <summary>The t beyond which both tails together hold 1 - confidence.</summary>
    internal static double Quantile(int freedom, double confidence) => StudentT.InvCDF(0, 1, freedom, (1 + confidence) / 2);
}
