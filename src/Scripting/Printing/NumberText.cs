using System.Globalization;

namespace SVco.Scripting.Printing;

/// <summary>Losses and the like for people.</summary>
static class NumberText
{
    const double Large = 1e4;

    /// <summary>With four digits behind the point; a large one with an exponent, so that it takes no more room.</summary>
    public static string Of(double number) =>
        number.ToString(Math.Abs(number) < Large ? "0.0000" : "0.###e+0", CultureInfo.InvariantCulture);
}
