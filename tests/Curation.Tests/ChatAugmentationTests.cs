using SVco.Core;
using SVco.Core.Curation;
using SVco.Core.Data;
using SVco.Curation.Augmentation;
using SVco.Curation.Output;
using SVco.Tests;

namespace SVco.Curation.Tests;

public sealed class ChatAugmentationTests
{
    const string Key = "sk-very-secret-0123456789";
    const string KeyVariable = "SVCO_TEST_CHAT_KEY";

    [Fact]
    public async Task A_run_interrupted_again_and_again_at_a_misbehaving_server_loses_nothing_and_leaves_no_key()
    {
        using var work = new TemporaryFolder();
        using var server = new ChatServer();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        var settings = Settings(work, server.Address);
        var pairs = Enumerable.Range(0, 60).Select(Pair).ToList();
        var folder = new CurationFolder(settings.Output);
        JsonLines.Write(folder.Kept, pairs);
        var output = new StringWriter();
        for (var interruption = 0; interruption < 5; interruption++)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AugmentStage.RunAsync(settings, false, output, stop.Token));

            // What a kill in the middle of a write leaves.
            File.AppendAllText(folder.Journal, "0123456789abcdef {\"call\":\"12");
        }

        var report = await AugmentStage.RunAsync(settings, false, output, CancellationToken.None);
        Assert.Equal(pairs.Count, report.Passed + report.Losses.Sum(loss => loss.Count));
        Assert.Equal(
            pairs.Select(pair => pair.Id).Order(),
            JsonLines
                .Read<Candidate>(folder.Augmented, "")
                .Select(pair => pair.Id)
                .Concat(JsonLines.Read<SetAside>(folder.SetAside, "").Select(aside => aside.Candidate.Id))
                .Order()
        );

        var answered = server.Answered.Values.Sum();
        await AugmentStage.RunAsync(settings, false, output, CancellationToken.None);
        Assert.Equal(answered, server.Answered.Values.Sum());
        await AugmentStage.RunAsync(settings, true, output, CancellationToken.None);
        Assert.Contains($"0 calls to gpt-4o at {server.Address}, about 0.00 USD; {pairs.Count} pairs are answered", output.ToString());
        Assert.DoesNotContain(Key, output.ToString());
        foreach (var file in Directory.EnumerateFiles(settings.Output, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(Key, File.ReadAllText(file));
        }
    }

    [Fact]
    public async Task The_budget_is_never_exceeded()
    {
        using var work = new TemporaryFolder();
        using var server = new ChatServer();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        var settings = Settings(work, server.Address) with { };
        settings = settings with { Augment = settings.Augment with { Budget = 0.02 } };
        JsonLines.Write(new CurationFolder(settings.Output).Kept, Enumerable.Range(0, 60).Select(Pair));
        var error = await Assert.ThrowsAsync<UserException>(() =>
            AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None)
        );
        Assert.Contains("budget", error.Message, StringComparison.OrdinalIgnoreCase);
        await using var journal = new AnswerJournal(new CurationFolder(settings.Output).Journal);
        Assert.InRange(settings.Augment.Price.Of(journal.InputTokens, journal.OutputTokens), 1e-9, 0.02);
    }

    static CurationSettings Settings(TemporaryFolder work, string address) =>
        new()
        {
            Output = work.At("out"),
            Augment = new()
            {
                Augmenter = Augmenter.Chat,
                BaseUrl = address,
                KeyVariable = KeyVariable,
                CallsPerMinute = 100_000,
                TimeoutSeconds = 0.5,
                RetryDelaySeconds = 0.01,
                Concurrency = 8,
            },
        };

    static Candidate Pair(int index) =>
        new(
            "Test",
            "object",
            ContrastType.Object,
            index.ToString(),
            "a.jpg",
            "b.jpg",
            $"a red bird number n{index} sits",
            $"a red truck number n{index} sits"
        );
}
