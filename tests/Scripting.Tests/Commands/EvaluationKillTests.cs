using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Evaluation.Results;
using SVco.Experiments;
using SVco.Files;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>
/// Evaluations as a person runs them, ended at random moments: without warning, by Ctrl-C, by SIGTERM, by a full disk. SVCO_KILLS says how often
/// each is killed while the model is asked and while answers are judged; only then Ctrl-C and SIGTERM are tried too. With 20 it takes some minutes.
/// </summary>
public sealed class EvaluationKillTests : IDisposable
{
    const int Killed = 137;
    const int Interrupted = 130;
    const int FewKills = 1;
    const int Concurrency = 8;

    static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("SVCO_KILLS") ?? $"{FewKills}");

    readonly TemporaryFolder work = new();
    readonly Random random = new(20);

    public void Dispose() => work.Dispose();

    static string Bundled(string name) => Path.Combine(Golden.RepositoryRoot, "experiments", "eval_tiny", name);

    EvaluationPlan Plan(string output, string judge) =>
        new("eval")
        {
            Models = [$"base={Bundled("base")}", $"tuned={Bundled("tuned")}"],
            Data = Bundled("benchmarks"),
            Benchmarks = Kills == FewKills ? ["MMVP", "MM-Vet"] : [],
            WithoutImages = Kills > FewKills,
            // Few at a time, so that there is an answer after the other.
            Batch = 2,
            JudgeUrl = judge,
            JudgeKey = "",
            JudgeConcurrency = Concurrency,
            Output = work.At(output),
        };

    static ChatServer Judge() =>
        new((_, _) => ChatFault.None)
        {
            // A mark for each of the three judges, the same for the same question, and the request's number, which the journal keeps.
            Reply = prompt =>
                ContentHash.Of(prompt)[0] % 10 is var mark && prompt.Contains("correctness", StringComparison.Ordinal)
                    ? $"0.{mark}"
                    : $"{mark + 1} 7\nRating: {mark % 7}",
            PromptTokens = number => number,
        };

    [Fact]
    public async Task An_evaluation_that_is_ended_at_any_moment_goes_on_to_the_files_of_one_left_alone_and_asks_and_pays_nothing_twice()
    {
        using (var judge = Judge())
        {
            await Plan("alone", judge.Address).RunAsync();
        }

        using var server = Judge();
        var answers = Lines("alone", "answers.jsonl").Length;
        // Ctrl-C comes while replies are under way, SIGTERM while the model writes.
        string[] kills = [.. Enumerable.Repeat("KILL", Kills)];
        string[] asking = Kills == FewKills ? kills : [.. kills, "TERM"];
        string[] judging = Kills == FewKills ? kills : [.. kills, "INT"];
        foreach (var (at, signal) in asking.Index())
        {
            await End(server, signal, () => Lines("killed", "answers.jsonl").Length, answers, asking.Length - at);
        }

        foreach (var (at, signal) in judging.Index())
        {
            await End(server, signal, () => server.Requests, Lines("alone", "judge.journal").Length, judging.Length - at);
        }

        using (var last = Start(server))
        {
            Assert.Contains("Table 1 of", await OutputOf(last));
        }

        AssertSame("alone", "killed");

        // What was answered before a kill is not asked again: a file would have it twice.
        Assert.All(
            Directory.GetFiles(work.At("killed"), "answers.jsonl", SearchOption.AllDirectories),
            file => Assert.Equal(File.ReadLines(file).Count(), File.ReadLines(file).Select(KeyOf).Distinct().Count())
        );

        // A call whose reply is in the journal is never made again: the request that was journaled is its last.
        var journal = File.ReadLines(work.At("killed", "judge.journal"))
            .Select(line => JsonDocument.Parse(line[17..]).RootElement)
            .ToList();
        Assert.Equal(journal.Count, journal.Select(reply => reply.GetProperty("call").GetString()).Distinct().Count());
        var lastOf = server.Log.GroupBy(request => request.Key).ToDictionary(call => call.Key, call => call.Max(request => request.Number));
        var keyOf = server.Log.ToDictionary(request => request.Number, request => request.Key);
        Assert.All(
            journal.Select(reply => reply.GetProperty("input_tokens").GetInt32()),
            number => Assert.Equal(lastOf[keyOf[number]], number)
        );
        Assert.InRange(server.Requests - journal.Count, 0, (Kills + 1) * Concurrency);
    }

    [MountFact]
    public async Task A_disk_that_is_full_at_any_moment_is_told_and_the_evaluation_goes_on_when_there_is_room()
    {
        using var judge = Judge();
        await (Plan("alone", judge.Address) with { Models = [$"base={Bundled("base")}"] }).RunAsync();
        using var disk = new FullDisk(work.At("disk"), kilobytes: 4);
        var plan = Plan("disk/eval", judge.Address) with { Models = [$"base={Bundled("base")}"] };
        var refusals = 0;
        for (var kilobytes = 20; ; kilobytes += 20)
        {
            try
            {
                await plan.RunAsync();
                break;
            }
            catch (UserException error)
            {
                Assert.Contains("cannot be written", error.Message);
                Assert.DoesNotContain('\n', error.Message);
                refusals++;
                disk.Grow(kilobytes);
            }
        }

        Assert.InRange(refusals, 4, 100);
        AssertSame("alone", "disk/eval");
    }

    /// <summary>Runs it until some of what is left to do is done, and ends it then.</summary>
    async Task End(ChatServer server, string signal, Func<int> done, int all, int left)
    {
        using var process = Start(server);
        var output = OutputOf(process);
        var until = done() + random.Next(1, Math.Max(2, 2 * (all - done()) / (left + 1)));
        while (!process.HasExited && done() < until)
        {
            await Task.Delay(2);
        }

        Assert.False(process.HasExited, process.HasExited ? await output : "");
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        var said = await output;
        Assert.Equal(signal == "KILL" ? Killed : Interrupted, process.ExitCode);
        if (signal != "KILL")
        {
            Assert.Matches(@"Interrupted\. It goes on from here with:\n  dotnet \S+SVco\.Scripting\.dll ", said);
        }
    }

    Process Start(ChatServer server)
    {
        var plan = Plan("killed", server.Address);
        return SvcoProcess.Start(
            work.At(),
            [
                "eval",
                "--models",
                .. plan.Models,
                "--data",
                plan.Data!,
                .. plan.Benchmarks.Length > 0 ? ["--benchmarks", .. plan.Benchmarks] : Array.Empty<string>(),
                .. plan.WithoutImages ? ["--without-images"] : Array.Empty<string>(),
                "--batch",
                $"{plan.Batch}",
                "--judge-url",
                plan.JudgeUrl,
                "--judge-key",
                "",
                "--judge-concurrency",
                $"{plan.JudgeConcurrency}",
                "--output",
                "killed",
            ]
        );
    }

    static async Task<string> OutputOf(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await error;
    }

    string[] Lines(string run, string name) =>
        Directory.Exists(work.At(run))
            ? [.. Directory.GetFiles(work.At(run), name, SearchOption.AllDirectories).SelectMany(File.ReadLines)]
            : [];

    static string KeyOf(string line) => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()!;

    /// <summary>The same files; lines of answers and verdicts in any order; the page's time and the journal's order aside.</summary>
    void AssertSame(string one, string other)
    {
        string[] names = [.. Names(one)];
        Assert.Equal(names, Names(other));
        Assert.All(
            names.Where(name => Path.GetExtension(name) is not (".html" or ".journal" or ".js")),
            name => Assert.Equal(Content(work.At(one, name)), Content(work.At(other, name)))
        );
    }

    static string[] Content(string file)
    {
        if (Path.GetFileName(file) == EvaluationFile.FileName)
        {
            // Folder and server stand in the settings.
            var evaluation = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
            Assert.True(evaluation.Remove("command") && evaluation.Remove("settings"));
            return [evaluation.ToJsonString()];
        }

        return Path.GetExtension(file) == ".jsonl"
            ? [.. File.ReadLines(file).Order(StringComparer.Ordinal)]
            : [Convert.ToBase64String(File.ReadAllBytes(file))];
    }

    IEnumerable<string> Names(string run) =>
        Directory
            .EnumerateFiles(work.At(run), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(path => Path.GetRelativePath(work.At(run), path))
            .Order(StringComparer.Ordinal);
}
