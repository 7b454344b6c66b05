using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core;
using SVco.Tests;

namespace SVco.Files.Tests;

public sealed class JsonLogLaws
{
    sealed record Entry(int Step, string Text);

    static readonly Entry[] Entries = [new(1, ""), new(23, "a\nb \ud83d\ude00 ä"), new(456, "\"},{"), new(7, new('x', 9_000))];

    static byte[] Written()
    {
        using var folder = new TemporaryFolder();
        using (var log = new JsonLog(folder.At("log.jsonl")))
        {
            foreach (var entry in Entries)
            {
                log.Add(entry);
            }
        }

        return File.ReadAllBytes(folder.At("log.jsonl"));
    }

    static readonly byte[] Whole = Written();

    /// <summary>Cuts at every place would be many: those near a line's end and some others.</summary>
    static Arbitrary<int> Cuts =>
        Gen.OneOf(
                Gen.Choose(0, Whole.Length),
                from end in Gen.Elements(Enumerable.Range(0, Whole.Length).Where(place => Whole[place] == '\n').ToArray())
                from around in Gen.Choose(-1, 2)
                select Math.Min(end + around, Whole.Length)
            )
            .ToArbitrary();

    static Entry[] CompleteIn(byte[] bytes) => Entries[..bytes.Count(letter => letter == '\n')];

    [Property]
    public Property Any_prefix_reads_back_as_exactly_its_complete_lines() =>
        Prop.ForAll(
            Cuts,
            cut =>
            {
                using var folder = new TemporaryFolder();
                File.WriteAllBytes(folder.At("log.jsonl"), Whole[..cut]);

                return JsonLog.Read<Entry>(folder.At("log.jsonl")).SequenceEqual(CompleteIn(Whole[..cut]));
            }
        );

    [Property]
    public Property Appending_after_any_cut_gives_whole_lines() =>
        Prop.ForAll(
            Cuts,
            cut =>
            {
                using var folder = new TemporaryFolder();
                File.WriteAllBytes(folder.At("log.jsonl"), Whole[..cut]);
                var next = new Entry(8, "next");
                using (var log = new JsonLog(folder.At("log.jsonl")))
                {
                    log.Add(next);
                }

                return JsonLog.Read<Entry>(folder.At("log.jsonl")).SequenceEqual([.. CompleteIn(Whole[..cut]), next])
                    && File.ReadAllBytes(folder.At("log.jsonl"))[^1] == '\n';
            }
        );

    [Fact]
    public void Long_lines_and_many_lines_are_read_across_buffers()
    {
        using var folder = new TemporaryFolder();
        Entry[] entries = [.. Enumerable.Range(0, 300).Select(index => new Entry(index, new('y', index * 100)))];
        entries[7] = new(7, new('z', 3_000_000));
        using (var log = new JsonLog(folder.At("log.jsonl")))
        {
            Array.ForEach(entries, log.Add);
        }

        File.AppendAllText(folder.At("log.jsonl"), new string('u', 2_000_000));

        Assert.Equal(entries, JsonLog.Read<Entry>(folder.At("log.jsonl")));
        new JsonLog(folder.At("log.jsonl")).Dispose();
        Assert.EndsWith("\n", File.ReadAllText(folder.At("log.jsonl")));
        Assert.Equal(entries, JsonLog.Read<Entry>(folder.At("log.jsonl")));
    }

    [Fact]
    public void A_log_is_read_while_it_is_written()
    {
        using var folder = new TemporaryFolder();
        using var log = new JsonLog(folder.At("log.jsonl"));
        log.Add(Entries[0]);
        Assert.Equal([Entries[0]], JsonLog.Read<Entry>(folder.At("log.jsonl")));
    }

    [Theory]
    [InlineData("{\"step\": 1, \"te")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void A_broken_line_in_the_middle_is_told_with_file_and_line(string line)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("log.jsonl");
        File.WriteAllText(path, $"{{\"step\": 1, \"text\": \"\"}}\n{line}\n{{\"step\": 1, \"text\": \"\"}}\n");

        Assert.Contains($"Line 2 of {path} is broken", Assert.Throws<UserException>(() => JsonLog.Read<Entry>(path).ToList()).Message);
        Assert.Contains(
            $"Line 2 of {path} is broken",
            Assert.Throws<UserException>(() => JsonLines.Read<Entry>(path, "x").ToList()).Message
        );
    }

    [Fact]
    public void Of_a_file_written_whole_the_last_line_counts_without_its_end_and_is_an_error_when_it_is_cut()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("whole.jsonl");
        JsonLines.Write(path, Entries);
        Assert.Equal(Whole, File.ReadAllBytes(path));
        File.WriteAllBytes(path, Whole[..^1]);
        Assert.Equal(Entries, JsonLines.Read<Entry>(path, "x"));

        File.WriteAllBytes(path, Whole[..^2]);
        Assert.Contains("Line 4 of", Assert.Throws<UserException>(() => JsonLines.Read<Entry>(path, "x").ToList()).Message);
    }

    [Fact]
    public void A_line_without_end_is_refused_while_it_is_read()
    {
        var read = new List<long>();
        using var endless = new MemoryStream([.. "{}\n"u8, .. Enumerable.Repeat((byte)'x', 300_000)]);
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var (start, _) in CompleteLines.Of(endless, most: 100_000))
            {
                read.Add(start);
            }
        });
        Assert.Equal([0], read);
        Assert.Contains("byte 3 ", error.Message);
        Assert.True(endless.Position < 200_000);
    }
}
