using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SVco.Core.Data;
using SVco.Curation;
using SVco.Curation.Candidates;
using SVco.Files;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>Augmentation by a language model, as a person runs it, at a server that misbehaves, killed again and again.</summary>
public sealed class AugmentKillTests
{
    /// <summary>By hand with SVCO_KILLS=20 and more: a thousand pairs.</summary>
    static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("SVCO_KILLS") ?? "6", CultureInfo.InvariantCulture);

    static readonly int Pairs = 50 * Kills;
    const int Concurrency = 32;
    const string Key = "sk-very-secret-9876543210";

    [Fact]
    public async Task Hundreds_of_pairs_and_kills_lose_nothing_and_pay_nothing_twice()
    {
        using var work = new TemporaryFolder();

        // Each answer says as its tokens which request it answers, and the journal keeps that.
        using var server = new ChatServer { PromptTokens = number => number };
        var (settings, folder) = await PrepareAsync(work, server, "timeout_seconds: 1");
        var (random, said) = (new Random(6), new List<string>());
        for (var kill = 0; kill < Kills; kill++)
        {
            var until = server.Requests + random.Next(1, 150);
            using var process = Start(work.At(), settings);
            var output = ReadAsync(process);
            while (!process.HasExited && server.Requests < until)
            {
                await Task.Delay(5);
            }

            Assert.False(process.HasExited, "It ended before it was killed: " + (process.HasExited ? await output : ""));
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            said.Add(await output);
        }

        using (var last = Start(work.At(), settings))
        {
            var output = ReadAsync(last);
            await last.WaitForExitAsync();
            said.Add(await output);
            Assert.True(last.ExitCode == 0, said[^1]);
            Assert.Matches($@"augment {Pairs}/{Pairs}  took \S+  \d+ \+ \d+ tokens, \d+\.\d{{4}} USD, \d+ refused", said[^1]);
        }

        // Nothing is lost: each pair is there once, with texts or refused with a reason.
        Assert.Equal(
            Enumerable.Range(0, Pairs).Select(index => Pair(index).Id).Order(),
            JsonLines
                .Read<Candidate>(folder.Augmented, "")
                .Select(pair => pair.Id)
                .Concat(JsonLines.Read<RefusedCandidate>(folder.RefusedByAugment, "").Select(refusal => refusal.Candidate.Id))
                .Order()
        );

        // Nothing is paid twice: the request whose answer was journaled is the last of its call. Only calls under way at a kill were
        // answered in vain.
        var journal = File.ReadLines(folder.Journal).Select(line => JsonDocument.Parse(line[17..]).RootElement).ToList();
        Assert.Equal(journal.Count, journal.Select(answer => answer.GetProperty("call").GetString()).Distinct().Count());
        var keyOf = server.Log.ToDictionary(request => request.Number, request => request.Key);
        var lastOf = server.Log.GroupBy(request => request.Key).ToDictionary(call => call.Key, call => call.Max(request => request.Number));
        Assert.All(
            journal.Select(answer => answer.GetProperty("input_tokens").GetInt32()),
            number => Assert.Equal(lastOf[keyOf[number]], number)
        );
        Assert.InRange(server.Answered.Values.Sum() - journal.Count, 0, Kills * Concurrency);

        var requests = server.Requests;
        using (var again = Start(work.At(), settings))
        {
            said.Add(await ReadAsync(again));
            await again.WaitForExitAsync();
        }

        Assert.Equal(requests, server.Requests);
        Assert.All(said, text => Assert.DoesNotContain(Key, text, StringComparison.Ordinal));
        Assert.All(said, text => Assert.DoesNotContain('\u001b', text));
        foreach (var file in Directory.EnumerateFiles(work.At(), "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(Key, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task After_Ctrl_C_the_calls_under_way_are_kept_and_the_same_command_goes_on()
    {
        using var work = new TemporaryFolder();
        using var server = new ChatServer((_, _) => ChatFault.None);
        var (settings, folder) = await PrepareAsync(work, server, "timeout_seconds: 60");
        using (var process = Start(work.At(), settings))
        {
            var output = ReadAsync(process);
            while (!process.HasExited && server.Requests < 300)
            {
                await Task.Delay(5);
            }

            using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
            await process.WaitForExitAsync();
            Assert.Matches(@"It goes on from here with:\n  dotnet \S+SVco\.Scripting\.dll data ", await output);
            Assert.Equal(130, process.ExitCode);
        }

        Assert.Equal(server.Answered.Values.Sum(), File.ReadLines(folder.Journal).Count());
        using var again = Start(work.At(), settings);
        await ReadAsync(again);
        await again.WaitForExitAsync();
        Assert.Equal(0, again.ExitCode);
        Assert.Equal(2 * Pairs, server.Requests);
        Assert.Equal(Pairs, File.ReadLines(folder.Augmented).Count());
    }

    static async Task<(string Settings, CurationFolder Folder)> PrepareAsync(TemporaryFolder work, ChatServer server, string more)
    {
        var settings = work.At("curation.yaml");
        await File.WriteAllTextAsync(
            settings,
            $"""
            data_root: .
            output: out
            augment:
              augmenter: chat
              base_url: {server.Address}
              key_variable: SVCO_TEST_KILL_KEY
              concurrency: {Concurrency}
              calls_per_minute: 1000000
              retry_delay_seconds: 0.01
              request_retries: 12
              {more}
            """
        );
        var folder = new CurationFolder(work.At("out"));
        Directory.CreateDirectory(folder.Path);
        JsonLines.Write(folder.Kept, Enumerable.Range(0, Pairs).Select(Pair));
        return (settings, folder);
    }

    static Process Start(string folder, string settings) =>
        SvcoProcess.Start(folder, new Dictionary<string, string?> { ["SVCO_TEST_KILL_KEY"] = Key }, "data", "augment", settings);

    static async Task<string> ReadAsync(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        return await process.StandardOutput.ReadToEndAsync() + await error;
    }

    static Candidate Pair(int index) =>
        new(
            "Test",
            "object",
            ContrastType.Object,
            $"{index:D4}",
            "a.jpg",
            "b.jpg",
            $"a red bird number n{index} sits",
            $"a red truck number n{index} sits"
        );
}
