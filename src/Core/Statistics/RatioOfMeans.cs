namespace SVco.Core.Statistics;

/// <summary>A mean in parts of another mean over the same items (LLaVA-Bench: the model's mark of the reference answer's).</summary>
/// <param name="Ratio">mean y / mean x.</param>
/// <param name="StandardError">By the delta method: that of the mean of (y - ratio x) / mean x.</param>
public sealed record RatioOfMeans(double Ratio, double StandardError)
{
    /// <summary>The ratio of two means.</summary>
    /// <param name="reference">x, the values below the line.</param>
    /// <param name="values">y, those above it.</param>
    public static RatioOfMeans Of(IReadOnlyList<double> reference, IReadOnlyList<double> values) =>
        new(values.Average() / reference.Average(), Statistics.StandardError.OfMean(Linearised(reference, values)));

    /// <summary>What each item adds to the ratio's error: (y - ratio x) / mean x, whose mean is 0.</summary>
    public static double[] Linearised(IReadOnlyList<double> reference, IReadOnlyList<double> values)
    {
        var below = reference.Average();
        var ratio = values.Average() / below;
        return [.. reference.Zip(values, (x, y) => (y - (ratio * x)) / below)];
    }
}
