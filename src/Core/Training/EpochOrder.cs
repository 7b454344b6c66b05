using System.Collections.Immutable;

namespace SVco.Core.Training;

/// <summary>The order of the examples in an epoch.</summary>
public static class EpochOrder
{
    /// <summary>
    /// What <c>torch.randperm(count, generator)</c> gives for a CPU generator seeded with <c>seed + epoch</c>, which is how the official
    /// run orders its examples (golden/svco).
    /// </summary>
    public static ImmutableArray<int> Of(int count, int seed, int epoch)
    {
        var random = new MersenneTwister((uint)(seed + epoch));
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = 0; i < count - 1; i++)
        {
            var other = i + (int)(random.Next() % (uint)(count - i));
            (order[i], order[other]) = (order[other], order[i]);
        }

        return [.. order];
    }
}
