namespace SVco.Core.Statistics;

/// <summary>The change of a metric against the base model.</summary>
public static class RelativeChange
{
    /// <summary>
    /// In percent of the base model's value, as in the paper's Table 1; for a rate that should fall, a fall is positive. Null where the base is
    /// not above 0 or a value is none: a change relative to nothing means nothing.
    /// </summary>
    /// <param name="value">The model's value, in any unit.</param>
    /// <param name="before">The base model's.</param>
    /// <param name="higherIsBetter">False for a rate that should fall.</param>
    public static double? Percent(double value, double before, bool higherIsBetter) =>
        before > 0 && !double.IsNaN(value) ? 100 * Gain(value, before, higherIsBetter) / before : null;

    /// <summary>The same for values in percent or points, a base below 1 counting as 1: for benchmarks where bases near 0 are usual.</summary>
    /// <param name="value">The model's value, in percent or points.</param>
    /// <param name="before">The base model's.</param>
    /// <param name="higherIsBetter">False for a rate that should fall.</param>
    public static double PercentOfAtLeastOne(double value, double before, bool higherIsBetter) =>
        100 * Gain(value, before, higherIsBetter) / Math.Max(1, before);

    static double Gain(double value, double before, bool higherIsBetter) => higherIsBetter ? value - before : before - value;
}
