using System.Collections.Immutable;

namespace SVco.Core.Metrics;

/// <summary>A straight line through points by least squares, with the confidence band of its mean.</summary>
/// <param name="Intercept">The line's height at x = 0.</param>
/// <param name="Slope">Its rise per unit of x.</param>
/// <param name="Count">The number of points.</param>
/// <param name="MeanX">The mean of x.</param>
/// <param name="SquaresX">The sum of squares of x about its mean.</param>
/// <param name="ResidualDeviation">The standard deviation of the residuals, with n - 2 degrees of freedom.</param>
public sealed record LinearFit(double Intercept, double Slope, int Count, double MeanX, double SquaresX, double ResidualDeviation)
{
    /// <summary>The line through points; null for fewer than three, or when all have the same x.</summary>
    public static LinearFit? Of(ImmutableArray<(double X, double Y)> points)
    {
        if (points.Length < 3)
        {
            return null;
        }

        var (meanX, meanY) = (points.Average(point => point.X), points.Average(point => point.Y));
        var squares = points.Sum(point => (point.X - meanX) * (point.X - meanX));
        if (squares == 0)
        {
            return null;
        }

        var slope = points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / squares;
        var intercept = meanY - (slope * meanX);
        var residuals = points.Sum(point => Math.Pow(point.Y - intercept - (slope * point.X), 2));
        return new(intercept, slope, points.Length, meanX, squares, Math.Sqrt(residuals / (points.Length - 2)));
    }

    /// <summary>The line's height at x with the confidence interval of the mean there.</summary>
    /// <param name="x">Where.</param>
    /// <param name="confidence">Between 0 and 1.</param>
    public Interval At(double x, double confidence = 0.95) =>
        new(
            Count,
            Intercept + (Slope * x),
            Interval.Quantile(Count - 2, confidence) * ResidualDeviation * Math.Sqrt((1.0 / Count) + ((x - MeanX) * (x - MeanX) / SquaresX))
        );
}
