using SVco.Core.Statistics;

namespace SVco.Core.Tests.Statistics;

public sealed class StatisticsTests
{
    [Fact]
    public void Three_values_have_the_interval_of_a_table_of_Student_t()
    {
        // t(2 degrees, 97.5 %) = 4.30265 in printed tables; 5 digits.
        var interval = Interval.Of([1, 2, 3]);
        Assert.Equal(2, interval.Mean, 12);
        Assert.Equal(4.30265 / Math.Sqrt(3), interval.HalfWidth!.Value, 1e-4);
        Assert.Null(Interval.Of([5]).HalfWidth);
    }

    [Fact]
    public void Points_on_a_line_give_the_line_without_a_band()
    {
        var fit = LinearFit.Of([(0, 1), (1, 3), (2, 5), (5, 11)])!;
        Assert.Equal(2, fit.Slope, 12);
        Assert.Equal(1, fit.Intercept, 12);
        Assert.Equal(0, fit.At(3).HalfWidth!.Value, 1e-9);
        Assert.Null(LinearFit.Of([(1, 1), (1, 2), (1, 3)]));
    }
}
