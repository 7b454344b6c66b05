using System.Text;

namespace SVco.Core.Data;

/// <summary>
/// A small random generator whose numbers never change with the runtime: SplitMix64 (Steele, Lea and Flood, Fast splittable
/// pseudorandom number generators, OOPSLA 2014). Equal seeds give equal sequences.
/// </summary>
public sealed class SplitMix64(ulong seed)
{
    const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    ulong state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next() => Mixed(state += GoldenGamma);

    /// <summary>A whole number from 0 to <paramref name="bound"/> - 1, every one equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not above 0.</exception>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);

        // The numbers above the largest multiple of the bound would favour the small remainders.
        var unfair = (ulong.MaxValue % (ulong)bound + 1) % (ulong)bound;
        ulong drawn;
        do
        {
            drawn = Next();
        } while (drawn > ulong.MaxValue - unfair);

        return (int)(drawn % (ulong)bound);
    }

    /// <summary>A number from <paramref name="low"/> to (not including) <paramref name="high"/>, on a grid of 2^53 steps.</summary>
    public double Uniform(double low = 0, double high = 1) => low + (high - low) * ((Next() >> 11) * (1.0 / (1UL << 53)));

    /// <summary>Two independent standard normal numbers (Box and Muller 1958).</summary>
    public (double First, double Second) Gaussians()
    {
        // 1 - u is above 0, so that the logarithm is finite.
        var radius = Math.Sqrt(-2 * Math.Log(1 - Uniform()));
        var (sine, cosine) = Math.SinCos(2 * Math.PI * Uniform());
        return (radius * cosine, radius * sine);
    }

    /// <summary>Some of the numbers from 0 to <paramref name="of"/> - 1, every choice equally likely (Floyd; Bentley, Programming Pearls, CACM 30(9), 1987).</summary>
    public IReadOnlySet<int> Choose(int count, int of)
    {
        var chosen = new HashSet<int>();
        for (var last = of - count; last < of; last++)
        {
            if (!chosen.Add(Below(last + 1)))
            {
                chosen.Add(last);
            }
        }

        return chosen;
    }

    /// <summary>A seed of its own for something named, e.g. for one pair of a data set: FNV-1a of the name, mixed with the seed.</summary>
    public static ulong Derive(ulong seed, string name) =>
        Mixed(seed + GoldenGamma)
        ^ Mixed(Encoding.UTF8.GetBytes(name).Aggregate(0xCBF29CE484222325, (hash, letter) => (hash ^ letter) * 0x100000001B3));

    static ulong Mixed(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
