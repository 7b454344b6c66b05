using FsCheck.Xunit;
using SVco.Core.Miniature;

namespace SVco.Core.Tests;

public class MiniatureRngTests
{
    [Fact]
    public void The_generator_is_SplitMix64()
    {
        // The first numbers of the published algorithm for the seed 1234567.
        var rng = new Rng(1234567);

        Assert.Equal(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            Enumerable.Range(0, 5).Select(_ => rng.NextUInt64())
        );
    }

    [Property]
    public bool Numbers_stay_within_their_bounds(ulong seed, byte bound)
    {
        var rng = new Rng(seed);
        return Enumerable
            .Range(0, 50)
            .All(_ => rng.Below(bound + 1) is var below && below >= 0 && below <= bound && rng.NextDouble() is >= 0 and < 1);
    }

    [Property]
    public bool Streams_of_one_seed_are_their_own(ulong seed) =>
        new[] { Rng.At(seed), Rng.At(seed, 0), Rng.At(seed, 1), Rng.At(seed, 0, 0), Rng.At(seed, 0, 1), Rng.At(seed, 1, 0) }
            .Select(rng => rng.NextUInt64())
            .Distinct()
            .Count() == 6;
}
