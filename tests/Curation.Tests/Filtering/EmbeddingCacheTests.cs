using SVco.Core;
using SVco.Curation.Filtering;
using SVco.Tests;

namespace SVco.Curation.Tests;

public sealed class EmbeddingCacheTests
{
    [Fact]
    public void Two_runs_cannot_write_the_embeddings_of_one_shard_but_read_each_others()
    {
        using var work = new TemporaryFolder();
        var (one, two) = (new byte[32], Enumerable.Repeat((byte)1, 32).ToArray());
        using var first = new EmbeddingCache(work.At("cache"), 2, "1-of-2");
        first.Add([(one, [1, 2])]);
        Assert.Contains(
            "another `svco data filter`",
            Assert.Throws<UserException>(() => new EmbeddingCache(work.At("cache"), 2, "1-of-2")).Message
        );
        using var second = new EmbeddingCache(work.At("cache"), 2, "2-of-2");
        second.Add([(two, [3, 4])]);
        Assert.Equal([1, 2], second.Find(one)!);
        Assert.Equal([3, 4], second.Find(two)!);
        Assert.Null(first.Find(two));
    }
}
