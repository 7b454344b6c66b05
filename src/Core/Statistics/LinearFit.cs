using System.Collections.Immutable;
using MathNet.Numerics;
using MathNet.Numerics.Statistics;

namespace SVco.Core.Statistics;

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
        double[] xs = [.. points.Select(point => point.X)];
        double[] ys = [.. points.Select(point => point.Y)];
        if (xs.Distinct().Take(2).Count() < 2 || points.Length < 3)
        {
            return null;
        }

        var (intercept, slope) = Fit.Line(xs, ys);
        var line = xs.Select(x => intercept + (slope * x)).ToArray();
        return new(
            intercept,
            slope,
            points.Length,
            xs.Mean(),
            xs.Variance() * (points.Length - 1),
            GoodnessOfFit.StandardError(line, ys, degreesOfFreedom: 2)
        );
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
