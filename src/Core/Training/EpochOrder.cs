using System.Collections.Immutable;

namespace SVco.Core.Training;

/// <summary>The order of the training examples in an epoch, equal to the official trainer's: torch.randperm on the CPU.</summary>
public static class EpochOrder
{
    // From here on PyTorch draws 64 bits a time.
    const int LongestOrder = (int)(uint.MaxValue / 20);

    /// <summary>torch.randperm(examples) of a generator seeded with seed + epoch (golden/svco).</summary>
    /// <param name="examples">The number of examples, below 214 million.</param>
    /// <param name="seed">The run's seed, at least 0.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    public static ImmutableArray<int> Of(int examples, int seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(examples, LongestOrder);
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        var random = new MersenneTwister((uint)((long)seed + epoch));
        int[] order = [.. Enumerable.Range(0, examples)];
        for (var place = 0; place < examples - 1; place++)
        {
            var chosen = place + (int)(random.Next() % (uint)(examples - place));
            (order[place], order[chosen]) = (order[chosen], order[place]);
        }

        return [.. order];
    }
}
