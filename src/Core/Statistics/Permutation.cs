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

    const int WordBits = 64;

    /// <summary>The least two-sided p that so many units can have, of each of which the sign is exchanged: all of one sign, or all of the other.</summary>
    public static double LeastP(int units) => Math.Pow(2, 1 - units);

    /// <summary>The two-sided p of a mean difference: each difference has either sign.</summary>
    /// <param name="differences">One for each item, or the sum over each cluster.</param>
    /// <param name="draws">How many random exchanges; all are made where there are no more.</param>
    /// <param name="seed">Equal seeds give equal exchanges.</param>
    public static double SignFlip(IReadOnlyList<double> differences, int draws = Draws, ulong seed = 0)
    {
        // Where two models agree, as they mostly do, there is nothing to exchange.
        (int Word, int Bit, double Difference)[] differing =
        [
            .. differences.Index().Where(one => one.Item != 0).Select(one => (one.Index / WordBits, one.Index % WordBits, one.Item)),
        ];
        return ShareAsFar(
            differences.Count,
            exchanged =>
            {
                var sum = 0.0;
                foreach (var (word, bit, difference) in differing)
                {
                    sum += (exchanged[word] >> bit & 1) == 1 ? -difference : difference;
                }

                return sum;
            },
            draws,
            seed
        );
    }

    /// <summary>The two-sided p of any difference of two models.</summary>
    /// <param name="units">How many items, or clusters, are exchanged each on its own.</param>
    /// <param name="difference">The difference when some units, which are only lent, are exchanged.</param>
    /// <param name="draws">How many random exchanges; all are made where there are no more.</param>
    /// <param name="seed">Equal seeds give equal exchanges.</param>
    public static double Swap(int units, Func<bool[], double> difference, int draws = Draws, ulong seed = 0)
    {
        var swapped = new bool[units];
        return ShareAsFar(
            units,
            exchanged =>
            {
                for (var i = 0; i < units; i++)
                {
                    swapped[i] = (exchanged[i / WordBits] >> i % WordBits & 1) == 1;
                }

                return difference(swapped);
            },
            draws,
            seed
        );
    }

    /// <summary>The share of exchanges, each a bit for each unit, whose difference is at least as far from 0 as that of none.</summary>
    static double ShareAsFar(int units, Func<ulong[], double> difference, int draws, ulong seed)
    {
        var exchanged = new ulong[(units / WordBits) + 1];
        var seen = Math.Abs(difference(exchanged)) * (1 - Rounding);
        if (units < WordBits - 1 && 1L << units <= draws)
        {
            var all = 1UL << units;
            var far = 0L;
            for (exchanged[0] = 0; exchanged[0] < all; exchanged[0]++)
            {
                far += IsFar();
            }

            return far / (double)all;
        }

        var random = new SplitMix64(seed);
        // The one that was seen counts as one of them: a p is never 0.
        var count = 1L;
        for (var draw = 0; draw < draws; draw++)
        {
            for (var unit = 0; unit < units; unit += WordBits)
            {
                exchanged[unit / WordBits] = random.Next();
            }

            count += IsFar();
        }

        return count / (1.0 + draws);

        int IsFar() => Math.Abs(difference(exchanged)) >= seen ? 1 : 0;
    }
}
