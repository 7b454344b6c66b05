using MathNet.Numerics.Distributions;

namespace SVco.Core.Statistics;

/// <summary>The two ends of a confidence interval, which need not lie alike about the estimate.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Bounds(double Low, double High)
{
    /// <summary>Whether a value lies inside or on an end; so does every value where an end is not a number.</summary>
    public bool Covers(double value) => !(value < Low || value > High);

    /// <summary>Estimate +- z * standard error.</summary>
    /// <param name="estimate">The estimate.</param>
    /// <param name="standardError">Its standard error; not a number gives ends that are none.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    public static Bounds Normal(double estimate, double standardError, double confidence = 0.95) =>
        new(estimate - (Z(confidence) * standardError), estimate + (Z(confidence) * standardError));

    /// <summary>Wilson's score interval of a share (JASA 22, 1927): never outside 0 to 1, and of some width at its ends too.</summary>
    /// <param name="share">From 0 to 1.</param>
    /// <param name="count">Of how many, above 0; the effective number where they are not independent and of equal weight.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    public static Bounds Wilson(double share, double count, double confidence = 0.95)
    {
        var squared = Z(confidence) * Z(confidence) / count;
        var centre = (share + (squared / 2)) / (1 + squared);
        var half = Math.Sqrt(squared * ((share * (1 - share)) + (squared / 4))) / (1 + squared);
        // The share lies within; where it is 0 or 1 that is an end, which rounding may miss by its last bit.
        return new(Math.Clamp(centre - half, 0, share), Math.Clamp(centre + half, share, 1));
    }

    /// <summary>The z beyond which both tails of the normal distribution together hold 1 - confidence.</summary>
    internal static double Z(double confidence) => Normal01.InverseCumulativeDistribution((1 + confidence) / 2);

    /// <summary>The probability that a standard normal number is at least as far from 0, on either side.</summary>
    internal static double TwoSided(double z) => 2 * Normal01.CumulativeDistribution(-Math.Abs(z));

    static Normal Normal01 { get; } = new(0, 1);
}
