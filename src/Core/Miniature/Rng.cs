namespace SVco.Core.Miniature;

/// <summary>A small seeded generator (SplitMix64): equal seeds give equal sequences on every platform.</summary>
/// <param name="seed">The seed.</param>
public sealed class Rng(ulong seed)
{
    ulong state = seed;

    /// <summary>A generator of its own for a place in a tree of streams, so that what one draws never shifts what another draws.</summary>
    public static Rng At(ulong seed, params ReadOnlySpan<ulong> path)
    {
        var mixed = Mix(seed);
        foreach (var step in path)
        {
            mixed = Mix(mixed ^ Mix(step + 1));
        }

        return new Rng(mixed);
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64() => Mix(state += 0x9E3779B97F4A7C15);

    /// <summary>A uniform number in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A uniform whole number from 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);

    static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
