using SVco.Core.Data;

namespace SVco.Miniature.Scenes;

/// <summary>What the world draws by lot.</summary>
static class Chances
{
    /// <summary>A generator for one named purpose, so that what one draws never shifts what another draws.</summary>
    public static SplitMix64 Stream(ulong seed, string name) => new(SplitMix64.Derive(seed, name));

    /// <summary>True with a probability.</summary>
    public static bool Chance(this SplitMix64 rng, double probability) => rng.Uniform() < probability;

    /// <summary>One of the items, all equally likely.</summary>
    public static T Pick<T>(this SplitMix64 rng, params IReadOnlyList<T> items) => items[rng.Below(items.Count)];

    /// <summary>The index of a weight, with a probability proportional to it.</summary>
    public static int Weighted(this SplitMix64 rng, params ReadOnlySpan<double> weights)
    {
        var total = 0.0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var left = rng.Uniform() * total;
        for (var i = 0; i < weights.Length - 1; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }

    /// <summary>The typical value with a probability, else one of the others, all equally likely.</summary>
    public static int Typical(this SplitMix64 rng, int typical, int values, double probability)
    {
        if (rng.Chance(probability))
        {
            return typical;
        }

        var other = rng.Below(values - 1);
        return other < typical ? other : other + 1;
    }

    /// <summary>Distinct items in random order.</summary>
    public static IReadOnlyList<T> Sample<T>(this SplitMix64 rng, IEnumerable<T> items, int count)
    {
        var rest = items.ToArray();
        for (var i = 0; i < count; i++)
        {
            var j = i + rng.Below(rest.Length - i);
            (rest[i], rest[j]) = (rest[j], rest[i]);
        }

        return rest[..count];
    }
}
