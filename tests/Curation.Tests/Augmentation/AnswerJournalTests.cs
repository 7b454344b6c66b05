using System.Diagnostics;
using SVco.Chat;
using SVco.Core;
using SVco.Curation.Augmentation;
using SVco.Tests;
using Xunit.Abstractions;

namespace SVco.Curation.Tests;

/// <summary>Runs alone, as the heap that it measures is the whole process's.</summary>
[CollectionDefinition(nameof(AnswerJournalTests), DisableParallelization = true)]
public sealed class AnswerJournalCollection;

[Collection(nameof(AnswerJournalTests))]
public sealed class AnswerJournalTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Answers_can_be_looked_up_while_others_are_written_and_all_are_whole_afterwards()
    {
        using var work = new TemporaryFolder();
        const int count = 20_000;
        await using (var journal = new AnswerJournal(work.At("answers")))
        {
            await journal.AddAsync(Answer(0));
            var adding = Task.Run(() => Task.WhenAll(Enumerable.Range(1, count - 1).Select(index => journal.AddAsync(Answer(index)))));
            while (!adding.IsCompleted)
            {
                Assert.Equal(Answer(0), journal.Find(Answer(0).Call));
            }

            await adding;
            Assert.All(Enumerable.Range(0, count), index => Assert.Equal(Answer(index), journal.Find(Answer(index).Call)));
        }

        await using var again = new AnswerJournal(work.At("answers"));
        Assert.Equal((count, 0), (again.Count, again.Damaged));
        Assert.Equal((3L * count, 2L * count), again.Tokens["m"]);
    }

    [Fact]
    public async Task A_damaged_line_is_asked_again_and_a_half_one_is_cut_off()
    {
        using var work = new TemporaryFolder();
        await using (var journal = new AnswerJournal(work.At("answers")))
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(index => journal.AddAsync(Answer(index))));
        }

        var text = File.ReadAllText(work.At("answers"));
        File.WriteAllText(work.At("answers"), text.Replace("answer 1", "answer 7") + text[..40]);
        await using var damaged = new AnswerJournal(work.At("answers"));
        Assert.Equal((2, 1), (damaged.Count, damaged.Damaged));
        Assert.Null(damaged.Find(Answer(1).Call));
        await damaged.AddAsync(Answer(1));
        Assert.Equal(Answer(1), damaged.Find(Answer(1).Call));
        Assert.Equal(Answer(2), damaged.Find(Answer(2).Call));
    }

    [Fact]
    [Trait("Scale", "million")]
    public async Task A_journal_of_a_million_answers_opens_with_memory_that_does_not_grow_with_the_texts()
    {
        using var work = new TemporaryFolder();
        const int count = 1_000_000;
        var text = new string('x', 400);
        var clock = Stopwatch.StartNew();
        await using (var journal = new AnswerJournal(work.At("answers")))
        {
            foreach (var part in Enumerable.Range(0, count).Chunk(10_000))
            {
                await Task.WhenAll(part.Select(index => journal.AddAsync(Answer(index) with { Text = text })));
            }
        }

        var written = clock.Elapsed;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        clock.Restart();
        await using var again = new AnswerJournal(work.At("answers"));
        var opened = clock.Elapsed;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        clock.Restart();
        Assert.All(Enumerable.Range(0, 10_000), index => Assert.Equal(text, again.Find(Answer(index * 97).Call)?.Text));
        output.WriteLine(
            $"{count} answers, {new FileInfo(work.At("answers")).Length >> 20} MiB: written in {written.TotalSeconds:F1} s, opened in {opened.TotalSeconds:F1} s, "
                + $"{kept / count} bytes kept and {allocated / count} allocated an answer; a look-up {clock.Elapsed.TotalMicroseconds / 10_000:F0} us"
        );
        Assert.Equal((count, 0), (again.Count, again.Damaged));

        // A dictionary's entry and bucket, in a table that may be half empty: far below the 800 bytes of a line.
        Assert.InRange(kept / count, 1, 120);
    }

    [Fact]
    public async Task Two_runs_cannot_write_one_journal()
    {
        using var work = new TemporaryFolder();
        await using var journal = new AnswerJournal(work.At("answers"));
        Assert.Contains("another run of this command", Assert.Throws<UserException>(() => new AnswerJournal(work.At("answers"))).Message);
    }

    static JournaledAnswer Answer(int index) =>
        new(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(index))),
            $"pair {index}",
            "m",
            $"answer {index}",
            3,
            2
        );
}
