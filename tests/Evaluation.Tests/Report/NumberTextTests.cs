using SVco.Evaluation.Report;

namespace SVco.Evaluation.Tests.Report;

public class NumberTextTests
{
    [Theory]
    [InlineData(0.01234, "0.0123")]
    [InlineData(7.389, "7.39")]
    [InlineData(123.4, "123")]
    [InlineData(1886.4, "1890")]
    [InlineData(151646, "152000")]
    [InlineData(1e30, "1E+30")]
    public void Significant_digits_are_three(double value, string text) => Assert.Equal(text, NumberText.Significant(value));
}
