namespace SVco.Core.Statistics;

/// <summary>How many items show a difference, by a two-sided test of the paired mean.</summary>
/// <param name="Variance">The variance of the items' differences.</param>
public sealed record Power(double Variance)
{
    /// <summary>How often a test may call two equal models different.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>How often it should find a difference that is there.</summary>
    public double Found { get; init; } = 0.8;

    /// <summary>z of alpha / 2 and z of the power, added.</summary>
    public double Z => Bounds.Z(1 - Alpha) + Bounds.Z((2 * Found) - 1);

    /// <summary>The items needed for a difference: z^2 variance / difference^2, rounded up.</summary>
    public int Items(double difference) => (int)Math.Ceiling(Z * Z * Variance / (difference * difference));

    /// <summary>The smallest difference that so many items can show.</summary>
    public double Detectable(int items) => Z * Math.Sqrt(Variance / items);
}
