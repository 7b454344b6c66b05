using FsCheck.Xunit;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks;

namespace SVco.Evaluation.Tests.Benchmarks;

public sealed class SubsetLaws
{
    /// <summary>An item of a random benchmark: four kinds by category and tag, in each a few groups of one to three items.</summary>
    public sealed record Drawn(byte Category, byte Group, byte Size);

    static Item[] Of(Drawn[] drawn) =>
        [
            .. drawn
                .DistinctBy(one => (one.Category % 4, one.Group))
                .SelectMany(one =>
                    Enumerable
                        .Range(0, 1 + (one.Size % 3))
                        .Select(part => new Item(
                            $"{one.Category % 4}-{one.Group}-{part}",
                            $"category {one.Category % 2}",
                            $"{one.Category % 4}-{one.Group}",
                            null,
                            "?",
                            new ItemTask.Choose(["a", "b"], 0)
                        )
                        {
                            Tags = [$"tag {one.Category % 4 / 2}"],
                        })
                ),
        ];

    /// <summary>At least a largest group, so that there is something to take.</summary>
    static int LimitOf(byte limit, Item[] items) => 3 + (limit % (items.Length + 1));

    [Property]
    public bool It_takes_as_many_as_fit_in_the_order_of_the_items(Drawn[] drawn, byte limit, ulong seed)
    {
        var items = Of(drawn);
        var most = LimitOf(limit, items);

        var taken = Subset.Of(items, most, seed);

        return taken.Count <= most
            && taken.Count > Math.Min(most, items.Length) - 3
            && taken.SequenceEqual(items.Where(taken.Contains))
            && taken.Distinct().Count() == taken.Count;
    }

    [Property]
    public bool Groups_stay_whole(Drawn[] drawn, byte limit, ulong seed)
    {
        var items = Of(drawn);

        var taken = Subset.Of(items, LimitOf(limit, items), seed).ToHashSet();

        return items.GroupBy(item => (item.Category, item.Group)).All(group => group.All(taken.Contains) || !group.Any(taken.Contains));
    }

    [Property]
    public bool Every_kind_has_its_share_to_within_a_group(Drawn[] drawn, byte limit, ulong seed)
    {
        var items = Of(drawn);
        var taken = Subset.Of(items, LimitOf(limit, items), seed).ToHashSet();
        var shares = items
            .GroupBy(item => (item.Category, item.Tags[0]))
            .Select(kind => kind.GroupBy(item => item.Group).ToArray())
            .Select(groups => (Taken: groups.Count(group => taken.Contains(group.First())), Of: (double)groups.Length))
            .ToArray();

        return shares.All(one => shares.All(other => (one.Taken - 1) / one.Of < (other.Taken + 1) / other.Of));
    }

    [Property]
    public bool A_larger_limit_adds_to_a_smaller_one(Drawn[] drawn, byte limit, byte more, ulong seed)
    {
        var items = Of(drawn);
        var most = LimitOf(limit, items);

        return Subset.Of(items, most, seed).All(Subset.Of(items, most + more, seed).Contains);
    }

    [Property]
    public bool It_depends_on_the_seed_and_not_on_the_order_of_the_items(Drawn[] drawn, byte limit, ulong seed)
    {
        var items = Of(drawn);
        var most = LimitOf(limit, items);

        return Subset.Of(items, most, seed).ToHashSet().SetEquals(Subset.Of([.. items.Reverse()], most, seed))
            && Subset.Of(items, most, seed).SequenceEqual(Subset.Of(items, most, seed));
    }

    [Fact]
    public void Over_many_seeds_every_group_is_equally_likely()
    {
        const int seeds = 2000;
        Item[] items = [.. Of([.. Enumerable.Range(0, 20).Select(index => new Drawn((byte)(index % 3), (byte)index, 0))])];

        var counts = Enumerable
            .Range(0, seeds)
            .SelectMany(seed => Subset.Of(items, 5, (ulong)seed))
            .CountBy(item => item.Id)
            .ToDictionary();

        // Five standard deviations of a binomial count.
        var expected = seeds * 5.0 / items.Length;
        var tolerance = 5 * Math.Sqrt(expected * (1 - (5.0 / items.Length)));
        Assert.Equal(items.Length, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, expected - tolerance, expected + tolerance));
    }

    [Fact]
    public void A_limited_benchmark_says_so_in_its_name()
    {
        var items = Of([new(0, 0, 0), new(0, 1, 0), new(0, 2, 0)]);
        var benchmark = new Benchmark("MMVP", "vision-centric", [.. items], []);

        Assert.Equal("MMVP (2 of 3, seed 7)", benchmark.Limited(2, 7).Name);
        Assert.Equal(2, benchmark.Limited(2, 7).Items.Length);
        Assert.Same(benchmark, benchmark.Limited(3, 7));
    }

    [Fact]
    public void A_limit_below_a_group_is_told()
    {
        var error = Assert.Throws<UserException>(() => Subset.Of(Of([new(0, 0, 1), new(0, 1, 1)]), 1, 0));

        Assert.Contains("limit of 1", error.Message);
    }
}
