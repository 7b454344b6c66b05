using System.Collections.Immutable;
using MathNet.Numerics.Statistics;
using SVco.Core.Data;

namespace SVco.Core.Statistics;

/// <summary>A statistic of many samples that were drawn with replacement from one.</summary>
/// <param name="Estimate">Of the sample itself.</param>
/// <param name="Values">
/// Of the drawn samples, in their order; not a number where a sample has none, and all of them where there is nothing to draw from but single units, of
/// whose spread nobody knows.
/// </param>
public sealed record Bootstrap(double Estimate, ImmutableArray<double> Values)
{
    /// <summary>How many samples say enough of an interval's ends.</summary>
    public const int Resamples = 2000;

    /// <summary>The mean of the values.</summary>
    public double Mean => Values.Average();

    /// <summary>The standard deviation of the values, dividing by their number less one.</summary>
    public double StandardError => Values.StandardDeviation();

    /// <summary>
    /// The percentile interval: quantiles of type 7 (Hyndman and Fan, The American Statistician 50, 1996). Not numbers where no value is one.
    /// </summary>
    /// <param name="confidence">Between 0 and 1.</param>
    public Bounds Percentiles(double confidence = 0.95)
    {
        double[] sorted = [.. Values.Where(value => !double.IsNaN(value)).Order()];
        return new(At((1 - confidence) / 2), At((1 + confidence) / 2));

        double At(double share) => SortedArrayStatistics.QuantileCustom(sorted, share, QuantileDefinition.R7);
    }

    /// <summary>The share of the values that are not above a limit.</summary>
    public double ShareNotAbove(double limit) => Values.Count(value => value <= limit) / (double)Values.Length;

    /// <summary>Draws samples.</summary>
    /// <param name="units">How many units are drawn from and drawn: items, or clusters of items.</param>
    /// <param name="statistic">The statistic of the drawn units' indices, which are only lent.</param>
    /// <param name="resamples">How many samples.</param>
    /// <param name="seed">Equal seeds give equal samples: an index is the upper half of 64 random bits (SplitMix64) times the number of units.</param>
    public static Bootstrap Of(int units, Func<int[], double> statistic, int resamples, ulong seed) =>
        Of([units], drawn => statistic(drawn[0]), resamples, seed);

    /// <summary>Draws from several samples at once, each as often as it has units: strata, or benchmarks.</summary>
    /// <param name="units">How many units each sample has.</param>
    /// <param name="statistic">The statistic of the drawn units' indices by sample, which are only lent.</param>
    /// <param name="resamples">How many samples.</param>
    /// <param name="seed">As for one sample.</param>
    public static Bootstrap Of(IReadOnlyList<int> units, Func<int[][], double> statistic, int resamples, ulong seed)
    {
        var random = new SplitMix64(seed);
        int[][] drawn = [.. units.Select(count => Enumerable.Range(0, count).ToArray())];
        var estimate = statistic(drawn);
        var values = new double[resamples];
        if (units.All(count => count < 2))
        {
            return new(estimate, [.. Enumerable.Repeat(double.NaN, resamples)]);
        }

        for (var resample = 0; resample < resamples; resample++)
        {
            foreach (var sample in drawn)
            {
                for (var i = 0; i < sample.Length; i++)
                {
                    sample[i] = (int)Math.BigMul(random.Next(), (ulong)sample.Length, out _);
                }
            }

            values[resample] = statistic(drawn);
        }

        return new(estimate, [.. values]);
    }

    /// <summary>Every sample that can be drawn, once: n^n of them.</summary>
    /// <param name="units">At most seven.</param>
    /// <param name="statistic">The statistic of the drawn units' indices, which are only lent.</param>
    public static Bootstrap Exact(int units, Func<int[], double> statistic)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(units, 7);
        var drawn = new int[units];
        var values = new double[(int)Math.Pow(units, units)];
        for (var sample = 0; sample < values.Length; sample++)
        {
            var rest = sample;
            for (var i = 0; i < units; i++)
            {
                (rest, drawn[i]) = Math.DivRem(rest, units);
            }

            values[sample] = statistic(drawn);
        }

        return new(statistic([.. Enumerable.Range(0, units)]), [.. values]);
    }
}
