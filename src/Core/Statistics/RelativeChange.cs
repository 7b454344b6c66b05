namespace SVco.Core.Statistics;

/// <summary>The change of a metric against the base model.</summary>
public static class RelativeChange
{
    /// <summary>In percent of the base model's value; for a rate that should fall, a fall is positive.</summary>
    /// <param name="value">The model's value, in percent or points.</param>
    /// <param name="before">The base model's; below 1 it counts as 1, since a change relative to nothing means nothing.</param>
    /// <param name="higherIsBetter">False for a rate that should fall.</param>
    public static double Percent(double value, double before, bool higherIsBetter) =>
        100 * (higherIsBetter ? value - before : before - value) / Math.Max(1, before);
}
