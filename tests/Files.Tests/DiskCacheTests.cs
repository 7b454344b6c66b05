using FsCheck;
using FsCheck.Xunit;

namespace SVco.Files.Tests;

public sealed class DiskCacheTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("svco-cache").FullName;
    readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Property(MaxTest = 30)]
    public bool What_is_put_in_is_found_again(NonEmptyString name, byte[] value)
    {
        var (cache, key) = (Cache(), ContentHash.Of(name.Get));
        cache.Put(key, value);
        return cache.Find(key)!.AsSpan().SequenceEqual(value) && Cache().Find(key)!.AsSpan().SequenceEqual(value);
    }

    [Fact]
    public void An_unknown_key_has_no_entry() => Assert.Null(Cache().Find(Key(1)));

    [Fact]
    public void A_damaged_entry_counts_as_absent_with_a_warning()
    {
        Cache().Put(Key(1), [1, 2, 3]);
        var file = Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Single();
        foreach (var damage in new[] { File.ReadAllBytes(file)[..^1], [], [.. File.ReadAllBytes(file)[..^1], 9] })
        {
            _warnings.Clear();
            File.WriteAllBytes(file, damage);

            Assert.Null(Cache().Find(Key(1)));
            // Once is enough.
            Assert.Null(Cache().Find(Key(1)));
            Assert.Contains("damaged", Assert.Single(_warnings));
        }
    }

    [Fact]
    public void The_entries_not_used_for_the_longest_time_leave_when_the_folder_is_full()
    {
        var cache = Cache(maxBytes: 10 * 4096);
        for (var i = 0; i < 40; i++)
        {
            cache.Put(Key(i), new byte[968]);
            Assert.NotNull(cache.Find(Key(0)));
            Thread.Sleep(2); // Times of files must differ.
        }

        Assert.NotNull(cache.Find(Key(39)));
        Assert.Null(cache.Find(Key(5)));
        Assert.True(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) < 12_000);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told_once_and_keeps_nothing()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        var cache = new DiskCache(Path.Combine(file, "cache"), 1 << 20, _warnings.Add);
        cache.Put(Key(1), [1]);
        cache.Put(Key(2), [2]);
        Assert.Null(cache.Find(Key(1)));
        Assert.Contains("cannot be written", Assert.Single(_warnings));
    }

    [Fact]
    public void An_entry_that_cannot_be_read_counts_as_absent_with_a_warning()
    {
        Directory.CreateDirectory(Path.Combine(_folder, Key(1)[..2], Key(1)));
        Assert.Null(Cache().Find(Key(1)));
        Assert.Contains("cannot be read", Assert.Single(_warnings));
    }

    [Fact]
    public async Task Many_writers_and_readers_of_one_key_never_see_half_an_entry()
    {
        byte[] Value(int writer) => [.. Enumerable.Repeat((byte)writer, 20_000)];
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(writer =>
                    Task.Run(() =>
                    {
                        var cache = Cache();
                        for (var i = 0; i < 50; i++)
                        {
                            cache.Put(Key(1), Value(writer));
                            Assert.Single(cache.Find(Key(1))!.Distinct());
                        }
                    })
                )
        );
        Assert.Empty(_warnings);
    }

    [Fact]
    public async Task Many_writers_and_readers_of_a_folder_too_small_for_them_find_a_whole_entry_or_none()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(writer =>
                    Task.Run(() =>
                    {
                        // Every entry is more than what is written between two clean-ups.
                        var cache = Cache(maxBytes: 8_000);
                        for (var i = 0; i < 200; i++)
                        {
                            var number = (writer + i) % 40;
                            cache.Put(Key(number), [.. Enumerable.Repeat((byte)number, 1000)]);
                            Assert.All(cache.Find(Key((number + 1) % 40)) ?? [], value => Assert.Equal((number + 1) % 40, value));
                        }
                    })
                )
        );
        Assert.Empty(_warnings);
        // Each writer may have put in an entry since another last cleaned up.
        Assert.InRange(Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 1, 17_000);
    }

    DiskCache Cache(long maxBytes = 1 << 20) => new(_folder, maxBytes, _warnings.Add);

    static string Key(int number) => ContentHash.Of($"{number}");
}
