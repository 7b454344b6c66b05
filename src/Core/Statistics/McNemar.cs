using MathNet.Numerics.Distributions;

namespace SVco.Core.Statistics;

/// <summary>Two models' right and wrong answers to the same items, and whether they are equally good (McNemar, Psychometrika 12, 1947).</summary>
/// <param name="BothRight">Items that both have right.</param>
/// <param name="OnlyFirst">Items that only the first has right.</param>
/// <param name="OnlySecond">Items that only the second has right.</param>
/// <param name="BothWrong">Items that neither has right.</param>
public sealed record McNemar(int BothRight, int OnlyFirst, int OnlySecond, int BothWrong)
{
    /// <summary>Items that tell the models apart.</summary>
    public int Discordant => OnlyFirst + OnlySecond;

    /// <summary>The exact two-sided p: both tails of the binomial distribution with one half; 1 where no item tells them apart.</summary>
    public double ExactP => Math.Min(1, 2 * Tail);

    /// <summary>The mid-p, which counts the observed table half; less cautious than the exact p, and closer to the truth.</summary>
    public double MidP => Discordant == 0 ? 1 : Math.Min(1, (2 * Tail) - Binomial.PMF(0.5, Discordant, Fewer));

    /// <summary>(b - c)^2 / (b + c), with one degree of freedom; null where no item tells them apart.</summary>
    public double? ChiSquare => ChiSquareLess(0);

    /// <summary>The same with the continuity correction: (|b - c| - 1)^2 / (b + c).</summary>
    public double? ChiSquareCorrected => ChiSquareLess(1);

    /// <summary>The p of <see cref="ChiSquare"/>.</summary>
    public double? ChiSquareP => PValue(ChiSquare);

    /// <summary>The p of <see cref="ChiSquareCorrected"/>.</summary>
    public double? ChiSquareCorrectedP => PValue(ChiSquareCorrected);

    int Fewer => Math.Min(OnlyFirst, OnlySecond);

    double Tail => Discordant == 0 ? 1 : Binomial.CDF(0.5, Discordant, Fewer);

    /// <summary>Counts answers.</summary>
    /// <param name="answers">Whether each model has an item right.</param>
    public static McNemar Of(IEnumerable<(bool First, bool Second)> answers)
    {
        var counts = answers.CountBy(answer => answer).ToDictionary();
        return new(Count(true, true), Count(true, false), Count(false, true), Count(false, false));

        int Count(bool first, bool second) => counts.GetValueOrDefault((first, second));
    }

    double? ChiSquareLess(double correction) =>
        Discordant == 0 ? null : Math.Pow(Math.Max(0, Math.Abs(OnlyFirst - OnlySecond) - correction), 2) / Discordant;

    static double? PValue(double? chiSquare) => chiSquare is { } value ? Bounds.TwoSided(Math.Sqrt(value)) : null;
}
