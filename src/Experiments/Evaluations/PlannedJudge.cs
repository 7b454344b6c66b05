using SVco.Chat;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Judges;
using SVco.Files;

namespace SVco.Experiments;

/// <summary>The judge of an evaluation, with the journal of all that was paid for.</summary>
sealed class PlannedJudge : IAsyncDisposable
{
    const string JournalFile = "judge.journal";

    readonly JudgeSettings settings;
    readonly bool isRecorded;
    readonly AnswerJournal journal;
    readonly PaidCalls calls;
    readonly ChatEndpoint? client;
    readonly string? temporary;

    /// <summary>Opens the journal; the key must be there before anything is asked.</summary>
    /// <param name="plan">Who judges, at what price.</param>
    /// <param name="isNeeded">Whether a benchmark needs a judge.</param>
    /// <param name="dryRun">Whether nothing may be written.</param>
    /// <exception cref="UserException">A setting is none, the key is missing, or another process judges in the folder.</exception>
    public PlannedJudge(EvaluationPlan plan, bool isNeeded, bool dryRun)
    {
        (settings, isRecorded) = (Settings(plan), plan.Judge == JudgedBy.Recorded);
        client = Client(plan, settings, isNeeded);
        var file = Path.Combine(plan.Folder, JournalFile);
        if (dryRun && !File.Exists(file))
        {
            temporary = Directory.CreateTempSubdirectory("svco-dry-run").FullName;
            file = Path.Combine(temporary, JournalFile);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var replies = plan.JudgeReplies is { } given ? InputFile.Bytes(given) : [];
        if (replies.Length > 0 && new FileInfo(file) is { Exists: false } or { Length: 0 })
        {
            AtomicOutput.WriteFile(file, stream => stream.Write(replies));
        }

        journal = new(file);
        if (!InputFile.Bytes(file).AsSpan().StartsWith(replies))
        {
            journal.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw new UserException(
                $"{file} did not begin with {plan.JudgeReplies}, and replies are taken only to begin with. Leave --judge-replies away, or choose another folder with --output."
            );
        }

        calls = new(client, journal, settings);
        Judge = new(calls, settings);
    }

    /// <summary>Judges.</summary>
    public Judge Judge { get; }

    /// <summary>What was paid so far in this folder.</summary>
    public double Spent => calls.Spent;

    /// <summary>What a model costs.</summary>
    public TokenPrice PriceOf(string model) => settings.PriceOf(model);

    /// <summary>Who judges a benchmark, for people.</summary>
    /// <param name="benchmark">The benchmark.</param>
    public string NameFor(PlannedBenchmark benchmark) =>
        !benchmark.IsJudged ? ""
        : isRecorded ? $"replies that were recorded (requests to {ModelFor(benchmark)}), asked in {benchmark.Prompts}"
        : $"{ModelFor(benchmark)}, asked in {benchmark.Prompts}";

    string ModelFor(PlannedBenchmark benchmark) => settings.Model ?? benchmark.PaperJudge ?? "the benchmark's own";

    /// <summary>Whether another model than the paper's judges.</summary>
    public bool IsOther(PlannedBenchmark benchmark) =>
        benchmark is { IsJudged: true, PaperJudge: { } judge } && settings.Model is { } model && model != judge;

    /// <summary>Leaves the calls under way a few seconds.</summary>
    public void EndSoon() => calls.EndSoon();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        calls.Dispose();
        client?.Dispose();
        await journal.DisposeAsync();
        if (temporary is not null)
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>Makes sure that there can be one, and writes nothing.</summary>
    /// <exception cref="UserException">A setting is none, or the key is missing.</exception>
    public static void Check(EvaluationPlan plan, bool isNeeded) => Client(plan, Settings(plan), isNeeded)?.Dispose();

    static ChatEndpoint? Client(EvaluationPlan plan, JudgeSettings settings, bool isNeeded)
    {
        settings.Check(Require);
        if (!isNeeded || plan.Judge != JudgedBy.Server)
        {
            return null;
        }

        _ = plan.JudgeModel is { } judge ? settings.PriceOf(judge) : null;
        return new(settings);
    }

    static JudgeSettings Settings(EvaluationPlan plan)
    {
        var settings = new JudgeSettings
        {
            BaseUrl = plan.JudgeUrl,
            KeyVariable = plan.JudgeKey,
            Model = plan.JudgeModel,
            Budget = plan.JudgeBudget,
            Concurrency = plan.JudgeConcurrency,
            CallsPerMinute = plan.JudgeCallsPerMinute,
        };
        return plan.JudgeModel is { } model && plan is { JudgeInputPrice: { } input, JudgeOutputPrice: { } output }
            ? settings with
            {
                Prices = new(settings.Prices)
                {
                    [model] = new() { InputPerMillion = input, OutputPerMillion = output },
                },
            }
            : settings;
    }

    static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new UserException($"{what}.");
        }
    }
}
