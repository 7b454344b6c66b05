using SVco.Core.Data;

namespace SVco.Core.Statistics;

/// <summary>
/// Were two models the same, an item's two results could as well be exchanged: the p is the share of all such exchanges whose difference is at
/// least as far from 0 as the one that was seen.
/// </summary>
public static class Permutation
{
    /// <summary>How many exchanges say enough where there are too many for all.</summary>
    public const int Draws = 10_000;

    // Equal differences that are added in another order are still equal.
    const double Rounding = 1e-12;

    /// <summary>The two-sided p of a mean difference: each difference has either sign.</summary>
    /// <param name="differences">One for each item, or the sum over each cluster.</param>
    /// <param name="draws">How many random exchanges; all are made where there are no more.</param>
    /// <param name="seed">Equal seeds give equal exchanges.</param>
    public static double SignFlip(IReadOnlyList<double> differences, int draws = Draws, ulong seed = 0) =>
        Swap(
            differences.Count,
            swapped =>
            {
                var sum = 0.0;
                for (var i = 0; i < swapped.Length; i++)
                {
                    sum += swapped[i] ? -differences[i] : differences[i];
                }

                return sum;
            },
            draws,
            seed
        );

    /// <summary>The two-sided p of any difference of two models.</summary>
    /// <param name="units">How many items, or clusters, are exchanged each on its own.</param>
    /// <param name="difference">The difference when some units, which are only lent, are exchanged.</param>
    /// <param name="draws">How many random exchanges; all are made where there are no more.</param>
    /// <param name="seed">Equal seeds give equal exchanges.</param>
    public static double Swap(int units, Func<bool[], double> difference, int draws = Draws, ulong seed = 0)
    {
        var swapped = new bool[units];
        var seen = Math.Abs(difference(swapped)) * (1 - Rounding);
        if (units < 63 && 1L << units <= draws)
        {
            var exchange = 0UL;
            var all = 1L << units;
            return AtLeastAsFar(all, () => exchange++) / (double)all;
        }

        // The one that was seen counts as one of them: a p is never 0.
        return (1 + AtLeastAsFar(draws, new SplitMix64(seed).Next)) / (1.0 + draws);

        long AtLeastAsFar(long exchanges, Func<ulong> nextBits)
        {
            var count = 0L;
            for (var exchange = 0L; exchange < exchanges; exchange++)
            {
                var bits = 0UL;
                for (var i = 0; i < units; i++)
                {
                    bits = i % 64 == 0 ? nextBits() : bits >> 1;
                    swapped[i] = (bits & 1) == 1;
                }

                count += Math.Abs(difference(swapped)) >= seen ? 1 : 0;
            }

            return count;
        }
    }
}
