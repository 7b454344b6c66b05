using SVco.Chat;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Files;
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
        var settings = Settings(work, server.Address, timeoutSeconds: 0.5);
        var pairs = Enumerable.Range(0, 120).Select(Pair).ToList();
        var folder = new CurationFolder(settings.Output);
        JsonLines.Write(folder.Kept, pairs);
        var output = new StringWriter();
        for (var interruption = 0; interruption < 5; interruption++)
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AugmentStage.RunAsync(settings, false, output, stop.Token));

            // What a kill in the middle of a write leaves.
            File.AppendAllText(folder.Journal, "0123456789abcdef {\"call\":\"12");
        }

        var report = await AugmentStage.RunAsync(settings, false, output, CancellationToken.None);
        Assert.Equal(pairs.Count, report.Passed + report.Refusals.Sum(refusal => refusal.Count));
        Assert.Equal(
            pairs.Select(pair => pair.Id).Order(),
            JsonLines
                .Read<Candidate>(folder.Augmented, "")
                .Select(pair => pair.Id)
                .Concat(JsonLines.Read<RefusedCandidate>(folder.RefusedByAugment, "").Select(refusal => refusal.Candidate.Id))
                .Order()
        );

        var answered = server.Answered.Values.Sum();
        await AugmentStage.RunAsync(settings, false, output, CancellationToken.None);
        Assert.Equal(answered, server.Answered.Values.Sum());
        await AugmentStage.RunAsync(settings, true, output, CancellationToken.None);
        Assert.Contains($"0 calls to gpt-4o at {server.Address}, about 0.00 USD", output.ToString());
        Assert.Contains($"{pairs.Count} of {pairs.Count} pairs are answered in the journal", output.ToString());
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
        var settings = Settings(work, server.Address, timeoutSeconds: 0.5);
        settings = settings with { Augment = settings.Augment with { Budget = 0.02 } };
        JsonLines.Write(new CurationFolder(settings.Output).Kept, Enumerable.Range(0, 60).Select(Pair));
        var error = await Assert.ThrowsAsync<UserException>(() =>
            AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None)
        );
        Assert.Contains("budget", error.Message, StringComparison.OrdinalIgnoreCase);
        await using var journal = new AnswerJournal(new CurationFolder(settings.Output).Journal);
        var (input, output) = journal.Tokens[settings.Augment.Model];
        Assert.InRange(settings.Augment.PriceOf(settings.Augment.Model).Of(input, output), 1e-9, 0.02);
    }

    [Fact]
    public async Task A_dry_run_tells_the_calls_and_the_cost_that_are_left_and_makes_no_call()
    {
        using var work = new TemporaryFolder();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        using var server = new ChatServer((request, _) => request <= 21 ? ChatFault.None : ChatFault.ServerError);
        var settings = Settings(work, server.Address);
        settings = settings with { Augment = settings.Augment with { Concurrency = 1, RequestRetries = 0 } };
        JsonLines.Write(new CurationFolder(settings.Output).Kept, Enumerable.Range(0, 60).Select(Pair));

        var before = await DryRunAsync();
        Assert.Equal(0, server.Requests);
        Assert.Contains("120 calls to", before[^1], StringComparison.Ordinal);
        Assert.Contains("0 of 60 pairs are answered", before[^1], StringComparison.Ordinal);

        await Assert.ThrowsAsync<UserException>(() => AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None));
        var requests = server.Requests;
        var after = await DryRunAsync();
        Assert.Equal(requests, server.Requests);
        Assert.Contains("99 calls to", after[^1], StringComparison.Ordinal);
        Assert.Equal(21, 2 * (60 - (after.Length - 1)) + after.Count(line => line.StartsWith("1 call for Test/object/")));
        Assert.Contains($"{60 - (after.Length - 1)} of 60 pairs are answered", after[^1], StringComparison.Ordinal);
        Assert.InRange(Cost(after[^1]), 1e-9, Cost(before[^1]));

        async Task<string[]> DryRunAsync()
        {
            var output = new StringWriter();
            await AugmentStage.RunAsync(settings, true, output, CancellationToken.None);
            return output.ToString().TrimEnd().Split(Environment.NewLine);
        }

        static double Cost(string line) =>
            double.Parse(line.Split("about ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Calls_keep_to_the_rate_limit()
    {
        using var work = new TemporaryFolder();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        using var server = new ChatServer((_, _) => ChatFault.None);
        var settings = Settings(work, server.Address);
        settings = settings with { Augment = settings.Augment with { CallsPerMinute = 600 } };
        JsonLines.Write(new CurationFolder(settings.Output).Kept, Enumerable.Range(0, 10).Select(Pair));
        await AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None);

        // Twenty calls are nineteen intervals of 100 ms; a slow machine only makes them longer. The first may have waited to be sent.
        var times = server.Log.Select(request => request.At).Order().ToList();
        Assert.Equal(20, times.Count);
        Assert.InRange((times[^1] - times[0]).TotalSeconds, 1.5, double.MaxValue);
    }

    [Fact]
    public async Task The_time_that_a_server_asks_for_is_waited_for()
    {
        using var work = new TemporaryFolder();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        using var server = new ChatServer((request, _) => request == 1 ? ChatFault.TooManyRequests : ChatFault.None, retryAfter: 1);
        var settings = Settings(work, server.Address);
        JsonLines.Write(new CurationFolder(settings.Output).Kept, [Pair(0)]);
        await AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None);
        var times = server.Log.Select(request => request.At).ToList();

        // Without the server's word it would be 10 ms. Clocks of timers and stopwatches differ by some ms.
        Assert.InRange((times[1] - times[0]).TotalSeconds, 0.9, double.MaxValue);
    }

    [Fact]
    public async Task A_pair_that_the_server_will_not_write_about_is_refused_and_the_run_goes_on()
    {
        using var work = new TemporaryFolder();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        using var server = new ChatServer((_, prompt) => prompt.Contains("number n1 ") ? ChatFault.ContentFilter : ChatFault.None);
        var settings = Settings(work, server.Address);
        var folder = new CurationFolder(settings.Output);
        JsonLines.Write(folder.Kept, Enumerable.Range(0, 3).Select(Pair));
        List<AugmentProgress> told = [];
        var report = await AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None, told.Add);
        Assert.Equal(2, report.Passed);
        Assert.Equal("answers break a law", Assert.Single(report.Refusals).Reason);

        // Four answers of 100 and 50 tokens; what is refused costs nothing.
        var price = settings.Augment.PriceOf(settings.Augment.Model).Of(400, 200);
        Assert.Equal(new AugmentProgress(3, 0, 3, 1, 400, 200, price, "USD"), told[^1]);
        Assert.Equal($"400 + 200 tokens, {price:F4} USD, 1 refused", told[^1].ToString());
    }

    [Theory]
    [InlineData(ChatFault.Page)]
    [InlineData(ChatFault.HalfCompletion)]
    [InlineData(ChatFault.NoChoices)]
    public async Task An_answer_that_is_no_completion_is_asked_for_again(object fault)
    {
        using var work = new TemporaryFolder();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        using var server = new ChatServer((request, _) => request % 2 == 1 ? (ChatFault)fault : ChatFault.None);
        var settings = Settings(work, server.Address);
        settings = settings with { Augment = settings.Augment with { Concurrency = 1 } };
        JsonLines.Write(new CurationFolder(settings.Output).Kept, [Pair(0)]);
        var report = await AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None);
        Assert.Equal(1, report.Passed);
        Assert.Equal(4, server.Requests);
    }

    [Fact]
    public async Task A_pair_that_never_gets_an_answer_is_refused_and_three_in_a_row_end_the_run()
    {
        using var work = new TemporaryFolder();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        var stuck = "number n1 ";
        using var server = new ChatServer(
            (_, prompt) =>
                prompt.Contains(stuck) ? ChatFault.ServerError
                : prompt.Contains("number n3 ") ? ChatFault.ContextTooLong
                : ChatFault.None
        );
        var settings = Settings(work, server.Address);
        settings = settings with { Augment = settings.Augment with { RequestRetries = 1 } };
        var folder = new CurationFolder(settings.Output);
        JsonLines.Write(folder.Kept, Enumerable.Range(0, 6).Select(Pair));
        var report = await AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None);
        Assert.Equal(4, report.Passed);
        Assert.Equal(["1", "3"], JsonLines.Read<RefusedCandidate>(folder.RefusedByAugment, "").Select(refusal => refusal.Candidate.Key));
        Assert.Equal(new RefusalCount("Test", "object", "the server gives no answer", 2), Assert.Single(report.Refusals));

        // Nothing is on record of what was not answered, so a server that works again is asked again.
        stuck = "no pair";
        Assert.Equal(5, (await AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None)).Passed);

        stuck = "n";
        JsonLines.Write(folder.Kept, Enumerable.Range(10, 6).Select(Pair));
        var error = await Assert.ThrowsAsync<UserException>(() =>
            AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None)
        );
        Assert.Contains("does not answer as it should", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_budget_for_all_calls_but_not_for_all_at_once_is_used_up_in_one_run()
    {
        using var work = new TemporaryFolder();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        using var server = new ChatServer((_, _) => ChatFault.None);
        var settings = Settings(work, server.Address);
        // 40 calls of 100 and 50 tokens cost 0.03; the most that a call can cost is several times its price.
        settings = settings with
        {
            Augment = settings.Augment with { Budget = 0.04 },
        };
        JsonLines.Write(new CurationFolder(settings.Output).Kept, Enumerable.Range(0, 20).Select(Pair));
        Assert.Equal(20, (await AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None)).Passed);
    }

    [Fact]
    public async Task A_key_that_the_server_repeats_in_its_error_is_not_shown()
    {
        using var work = new TemporaryFolder();
        Environment.SetEnvironmentVariable(KeyVariable, Key);
        using var server = new ChatServer((_, _) => ChatFault.Unauthorized);
        var settings = Settings(work, server.Address);
        JsonLines.Write(new CurationFolder(settings.Output).Kept, [Pair(0)]);
        var error = await Assert.ThrowsAsync<UserException>(() =>
            AugmentStage.RunAsync(settings, false, TextWriter.Null, CancellationToken.None)
        );
        Assert.Contains("Unknown: Bearer (key)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public void What_cannot_be_a_key_is_refused_without_showing_it()
    {
        const string variable = "SVCO_TEST_BROKEN_KEY";
        var settings = new AugmentSettings { KeyVariable = variable };
        Environment.SetEnvironmentVariable(variable, Key + "\n" + Key);
        var error = Assert.Throws<UserException>(() => new ChatEndpoint(settings));
        Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);

        // A line end after the key comes with files that secrets are kept in.
        Environment.SetEnvironmentVariable(variable, Key + "\n");
        new ChatEndpoint(settings).Dispose();
    }

    [Theory]
    [InlineData("https://user:password@host/v1")]
    [InlineData("https://host/v1?key=sk-1")]
    [InlineData("https://host/v1#sk-1")]
    public async Task An_address_that_holds_a_secret_is_refused_without_showing_it(string address)
    {
        using var work = new TemporaryFolder();
        await File.WriteAllTextAsync(work.At("c.yaml"), $"output: out\naugment: {{ base_url: \"{address}\" }}\n");
        var error = Assert.Throws<UserException>(() => CurationSettings.Load(work.At("c.yaml")));
        Assert.Contains("base_url holds no password", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(address, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("timeout_seconds: 1.0e+300", "timeout_seconds")]
    [InlineData("timeout_seconds: .inf", "timeout_seconds")]
    [InlineData("timeout_seconds: .nan", "timeout_seconds")]
    [InlineData("retry_delay_seconds: 1.0e+300", "retry_delay_seconds")]
    [InlineData("max_output_tokens: 2147483647", "max_output_tokens")]
    [InlineData("budget: .nan", "budget")]
    [InlineData("budget: .inf", "budget")]
    [InlineData("prices: { m: { input_per_million: -1, output_per_million: 0 } }", "prices")]
    public async Task Numbers_that_would_overflow_are_refused(string setting, string told)
    {
        using var work = new TemporaryFolder();
        await File.WriteAllTextAsync(work.At("c.yaml"), $"output: out\naugment:\n  {setting}\n");
        var error = Assert.Throws<UserException>(() => CurationSettings.Load(work.At("c.yaml")));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_price_is_an_error_before_the_first_call()
    {
        using var work = new TemporaryFolder();
        await File.WriteAllTextAsync(work.At("c.yaml"), "output: out\naugment: { augmenter: chat, model: my-model }\n");
        Assert.Contains("prices has no my-model", Assert.Throws<UserException>(() => CurationSettings.Load(work.At("c.yaml"))).Message);
        await File.WriteAllTextAsync(
            work.At("c.yaml"),
            "output: out\naugment: { augmenter: chat, model: my-model, prices: { my-model: { input_per_million: 3, output_per_million: 6 } } }\n"
        );
        Assert.Equal(9e-6, CurationSettings.Load(work.At("c.yaml")).Augment.PriceOf("my-model").Of(1, 1), 1e-12);
    }

    // Where no server hangs, a busy machine must not look as if it did.
    static CurationSettings Settings(TemporaryFolder work, string address, double timeoutSeconds = 60) =>
        new()
        {
            Output = work.At("out"),
            Augment = new()
            {
                Augmenter = Augmenter.Chat,
                BaseUrl = address,
                KeyVariable = KeyVariable,
                CallsPerMinute = 100_000,
                TimeoutSeconds = timeoutSeconds,
                RetryDelaySeconds = 0.01,
                RequestRetries = 12,
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
