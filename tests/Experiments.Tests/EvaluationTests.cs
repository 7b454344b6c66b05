using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Evaluation.Benchmarks;
using SVco.Evaluation.Judges;
using SVco.Evaluation.Results;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Text;
using SVco.Tests;
using SVco.Training;

namespace SVco.Experiments.Tests;

/// <summary>The bundled evaluation: tiny checkpoints, a few questions of each benchmark, a recorded judge.</summary>
public sealed class EvaluationTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly List<RunEvent> events = [];

    public void Dispose() => folder.Dispose();

    static string Bundled(string name) => Path.Combine(Golden.RepositoryRoot, "experiments", "eval_tiny", name);

    EvaluationPlan Plan(params string[] benchmarks) =>
        new("tiny")
        {
            Models = [$"base={Bundled("base")}", $"tuned={Bundled("tuned")}"],
            Data = Bundled("benchmarks"),
            Benchmarks = benchmarks,
            Judge = JudgedBy.Recorded,
            JudgeReplies = Bundled("judge.journal"),
            Output = folder.At("eval"),
        };

    async Task<EvaluationResult> Run(EvaluationPlan plan, CancellationToken stop = default)
    {
        events.Clear();
        return (await plan.RunAsync(progress: new Seen(events.Add), stop: stop))!;
    }

    IEnumerable<string> Began => events.OfType<RunEvent.Began>().Select(stage => stage.Title);

    string Notes => string.Join('\n', events.OfType<RunEvent.Note>().Select(note => note.Text));

    static string[] Texts(EvaluationResult result) =>
        [
            .. result.Models.SelectMany(model =>
                model.Benchmarks.SelectMany(one =>
                    one.WithImages.Answers.Concat(one.WithoutImages.Answers)
                        .Select(answer => $"{model.Name} {one.Benchmark.Name} {answer.Item} {answer.Text}")
                        .Concat(one.WithImages.Verdicts.Select(verdict => $"{verdict.Item} {string.Join(' ', verdict.Marks)}"))
                )
            ),
        ];

    [Fact]
    public async Task All_eight_are_asked_judged_and_counted_and_a_second_run_asks_nothing()
    {
        var plan = Plan() with { WithoutImages = true };
        var first = await Run(plan);
        Assert.Equal(8, first.Models[1].Benchmarks.Length);
        Assert.All(
            first.Models.SelectMany(model => model.Benchmarks),
            one => Assert.Equal(one.Benchmark.Items.Length, one.WithImages.Answers.Length)
        );
        Assert.All(
            first
                .Models.SelectMany(model => model.Benchmarks)
                .SelectMany(one => one.WithImages.Verdicts.Concat(one.WithoutImages.Verdicts)),
            verdict => Assert.NotEmpty(verdict.Marks)
        );
        Assert.StartsWith("replies that were recorded", first.Notes.Single(one => one.Benchmark == "MM-Vet").Judge);
        Assert.True(File.Exists(folder.At("eval", "tuned", "MM-Vet", "scores.json")));
        var table = TableOne.Of([.. first.Models.Select(model => model.Verdicts)]);
        Assert.Equal(9, table.Columns.Length);
        Assert.True(table.Rows[1].Improvement!.Percent > 0);

        var second = await Run(plan);
        Assert.DoesNotContain(Began, title => !title.StartsWith("judging", StringComparison.Ordinal));
        Assert.Equal(Texts(first), Texts(second));
    }

    [Fact]
    public async Task Parts_put_together_are_the_whole()
    {
        var whole = await Run(Plan("MMVP", "TextVQA") with { Output = folder.At("whole") });
        foreach (var part in (string[])["2/3", "1/3", "3/3"])
        {
            Assert.Null(await (Plan("MMVP", "TextVQA") with { Shard = part }).RunAsync());
        }

        var together = await Run(Plan("MMVP", "TextVQA"));
        Assert.Empty(Began);
        Assert.Equal(Texts(whole), Texts(together));
    }

    [Fact]
    public async Task An_evaluation_that_is_stopped_anywhere_goes_on_to_the_same_answers()
    {
        var whole = await Run(Plan("MMVP", "RealWorldQA", "MMHal-Bench") with { Output = folder.At("whole") });
        for (var after = 1; after < 60; after += 11)
        {
            using var stop = new CancellationTokenSource();
            var advanced = 0;
            var plan = Plan("MMVP", "RealWorldQA", "MMHal-Bench");
            try
            {
                await plan.RunAsync(
                    progress: new Seen(next =>
                    {
                        if (next is RunEvent.Advanced && ++advanced == after)
                        {
                            stop.Cancel();
                        }
                    }),
                    stop: stop.Token
                );
            }
            catch (OperationCanceledException)
            {
                // What was answered is kept.
            }
        }

        Assert.Equal(Texts(whole), Texts(await Run(Plan("MMVP", "RealWorldQA", "MMHal-Bench"))));
    }

    [Fact]
    public async Task Settings_that_would_not_count_are_refused()
    {
        Assert.Contains(
            "--checkpoints",
            (await Assert.ThrowsAsync<UserException>(() => Run(Plan("MMVP") with { ChooseOn = 0.3 }))).Message
        );
        Assert.Contains("temperature", (await Assert.ThrowsAsync<UserException>(() => Run(Plan("MMVP") with { Runs = 2 }))).Message);
        var judged = Plan("MM-Vet") with { Judge = JudgedBy.Server, JudgeReplies = null, JudgeKey = "", JudgeModel = "own-judge" };
        Assert.Contains("--judge-input-price", (await Assert.ThrowsAsync<UserException>(() => Run(judged))).Message);
        Assert.Empty(Began);
        await Run(Plan("MMVP"));
        File.WriteAllText(folder.At("others.journal"), "other replies\n");
        var error = await Assert.ThrowsAsync<UserException>(() => Run(Plan("MMVP") with { JudgeReplies = folder.At("others.journal") }));
        Assert.Contains("did not begin with", error.Message);
    }

    [Fact]
    public async Task Captions_are_scored_once_and_add_up_to_the_table_of_their_pair()
    {
        var pairs = Path.Combine(Golden.RepositoryRoot, "experiments", "tiny", "val.json");
        var plan = Plan("MMVP") with { Captions = pairs };
        var captions = (await Run(plan)).Captions;
        Assert.Equal(
            2 * 2 * MvcJson.Parse(File.ReadAllText(pairs), "val.json", Path.GetDirectoryName(pairs)!).Pairs.Length,
            captions.Length
        );
        Assert.All(captions, caption => Assert.Contains(true, caption.Contrast));

        using var model = VisionLanguageModel.Load(Bundled("tuned"), new LoadOptions());
        var tokenizer = Tokenizer.Load(Bundled("tuned"));
        var job = new TrainingSetup
        {
            Model = model,
            Objective = Core.Objectives.Objectives.SVco(0.1, 0.1),
            Train = PairPreparation
                .Prepare(
                    MvcJson.Parse(File.ReadAllText(pairs), "val.json", Path.GetDirectoryName(pairs)!).Pairs,
                    ChatFormat.For(tokenizer, Bundled("tuned")),
                    int.MaxValue,
                    Behaviour.Official
                )
                .Prepared,
            Settings = new(),
            Images = new LiveFeatures(model, ImageProcessor.Load(Bundled("tuned")).Loader(Behaviour.Official)),
        };
        var tuned = captions.Where(caption => caption.Model == "tuned").Chunk(2).ToArray();
        foreach (var (at, cells) in ReferenceScoring.Score(job, cache: null))
        {
            // Scored together with other pairs, sums of fp32 differ in their last digits.
            foreach (var (side, caption) in new[] { Side.W, Side.L }.Zip(tuned[at]))
            {
                Assert.Equal(cells[new(side, ImageCondition.Match)], caption.Matching.Sum(), 1e-3);
                Assert.Equal(cells[new(side, ImageCondition.Mismatch)], caption.Mismatching.Sum(), 1e-3);
                Assert.Equal(cells[new(side, ImageCondition.NoImage)], caption.None.Sum(), 1e-3);
            }
        }

        var kept = File.ReadAllText(folder.At("eval", "tuned", "captions.jsonl"));
        await Run(plan);
        Assert.Equal(kept, File.ReadAllText(folder.At("eval", "tuned", "captions.jsonl")));
        Assert.Contains("Perplexity of chosen captions, contrast tokens", Notes);
    }

    [Fact]
    public async Task What_nobody_judged_counts_nowhere_and_is_told()
    {
        var result = await Run(Plan("MM-Vet") with { JudgeReplies = null });
        var verdicts = result.Models[0].Benchmarks[0].WithImages.Verdicts;
        Assert.All(verdicts, verdict => Assert.StartsWith(Judging.NotJudged, verdict.Note));
        Assert.Contains("16 answers are not judged yet", string.Join(' ', result.Notes[0].Warnings));
        Assert.True(
            double.IsNaN(
                Score
                    .Of(result.Models[0].Benchmarks[0].Benchmark.Metrics[0], result.Models[0].Benchmarks[0].Benchmark.Items, verdicts)
                    .Value
            )
        );

        // With replies the same answers are judged, and the model is not asked again.
        File.Delete(folder.At("eval", "judge.journal"));
        var judged = await Run(Plan("MM-Vet"));
        Assert.All(judged.Models[0].Benchmarks[0].WithImages.Verdicts, verdict => Assert.NotEmpty(verdict.Marks));
        Assert.All(Began, title => Assert.StartsWith("judging", title));
    }

    [Fact]
    public async Task A_judge_at_a_misbehaving_server_is_paid_once_for_each_answer()
    {
        using var server = new ChatServer(
            (request, _) =>
                (request % 7) switch
                {
                    1 => ChatFault.TooManyRequests,
                    3 => ChatFault.ServerError,
                    5 => ChatFault.Page,
                    _ => ChatFault.None,
                }
        )
        {
            Reply = _ => "0.5",
        };
        var plan = Plan("MM-Vet") with
        {
            Judge = JudgedBy.Server,
            JudgeReplies = null,
            JudgeUrl = server.Address,
            JudgeKey = "",
            JudgeModel = "gpt-4o",
            JudgeRuns = 2,
        };
        var result = await Run(plan);
        var (benchmark, graded) = (result.Models[0].Benchmarks[0].Benchmark, result.Models[0].Benchmarks[0].WithImages);
        Assert.Equal(2 * benchmark.Items.Length, graded.Verdicts.Length);
        Assert.Equal(50, Score.Of(benchmark.Metrics[0], benchmark.Items, graded.Verdicts).Value);
        Assert.Contains("judged by gpt-4o, not by", string.Join(' ', result.Notes[0].Warnings));
        Assert.All(server.Answered.Values, times => Assert.Equal(1, times));

        var paid = server.Answered.Count;
        await Run(plan);
        Assert.Equal(paid, server.Answered.Count);

        var error = await Assert.ThrowsAsync<UserException>(() => Run(plan with { JudgeBudget = 0, JudgeModel = "gpt-4o-mini" }));
        Assert.Contains("--judge-budget", error.Message);
    }

    [Fact]
    public async Task A_dry_run_asks_nothing_and_tells_what_the_judge_would_cost()
    {
        Assert.Null(await (Plan() with { WithoutImages = true }).RunAsync(dryRun: true, progress: new Seen(events.Add)));
        Assert.Empty(Began);
        Assert.Contains("MM-Vet: 32 judgements by replies that were recorded (requests to gpt-4-0613)", Notes);
        Assert.DoesNotContain("USD", Notes);

        await (Plan("MM-Vet") with { Judge = JudgedBy.Server, JudgeReplies = null }).RunAsync(dryRun: true, new Seen(events.Add));
        Assert.Matches(@"MM-Vet: 16 judgements by gpt-4-0613.*: about 0\.\d\d USD", Notes);
    }

    [Fact]
    public async Task A_part_of_the_items_is_said_to_be_one()
    {
        var result = await Run(Plan("CV-Bench") with { Limit = 4 });
        Assert.Equal(4, result.Models[0].Benchmarks[0].Benchmark.Items.Length);
        Assert.Contains("4 of 10", result.Notes[0].Benchmark);
        // The whole uses what was asked of the part.
        await Run(Plan("CV-Bench"));
        Assert.Equal(6, events.OfType<RunEvent.Began>().First().Total);
    }

    [Fact]
    public async Task A_benchmark_of_ones_own_is_asked_like_the_others()
    {
        File.WriteAllText(
            folder.At("mine.jsonl"),
            """
            {"question": "Is a square round?", "answer": "B", "choices": ["yes", "no"]}
            {"question": "What is 2 + 2?", "answer": "4"}
            """
        );
        var result = await Run(Plan() with { Own = [SVco.Evaluation.Benchmarks.Own.Read("mine", folder.At("mine.jsonl"))], Data = null });
        Assert.Equal("mine", Assert.Single(result.Models[1].Benchmarks).Benchmark.Name);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_replies_are_still_taken_after_a_run_without_a_judge()
    {
        events.Clear();
        await Plan("MM-Vet").RunAsync(dryRun: true, new Seen(events.Add));
        Assert.Contains("judgements by replies that were recorded", Notes);
        Assert.Contains("Reading all prompts takes about", Notes);
        Assert.False(Directory.Exists(folder.At("eval")));

        await Run(Plan("MMVP") with { JudgeReplies = null });
        var judged = await Run(Plan("MM-Vet"));
        Assert.All(judged.Models[0].Benchmarks.Single().WithImages.Verdicts, verdict => Assert.NotEmpty(verdict.Marks));

        await (Plan("MM-Vet") with { Judge = JudgedBy.Server, JudgeReplies = null, JudgeKey = "", JudgeBudget = 0.01 }).RunAsync(
            dryRun: true,
            new Seen(events.Add)
        );
        Assert.Contains("That may not suffice", Notes);
    }

    [Fact]
    public async Task Answers_are_graded_again_when_the_model_is_no_longer_there()
    {
        var model = Directory.CreateDirectory(folder.At("model")).FullName;
        foreach (var file in Directory.GetFiles(Bundled("base")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        var plan = Plan("MM-Vet") with { Models = [$"base={model}"] };
        var first = await Run(plan);
        Directory.Delete(model, recursive: true);
        File.Delete(folder.At("eval", "base", "MM-Vet", "verdicts.jsonl"));

        Assert.Equal(Texts(first), Texts(await Run(plan)));
        Assert.Contains("is not there any more; the answers that it gave are graded", Notes);
        Assert.Contains(
            "base is needed again",
            (await Assert.ThrowsAsync<UserException>(() => Run(plan with { Benchmarks = ["MMVP"] }))).Message
        );
        // What it would have answered in another way is not known.
        await Assert.ThrowsAsync<UserException>(() => Run(plan with { Precision = Precision.BFloat16 }));
    }

    [Fact]
    public async Task Benchmarks_may_have_names_in_any_script()
    {
        File.WriteAllText(folder.At("own.jsonl"), """{"question": "what colour is the cup ?", "answer": "red"}""");
        ImmutableArray<Benchmark> own = [.. new[] { "颜色", "形状" }.Select(name => Own.Read(name, folder.At("own.jsonl")))];
        await Run(Plan() with { Data = null, Own = own });
        Assert.True(File.Exists(folder.At("eval", "base", "颜色", "scores.json")));
    }

    [Fact]
    public async Task Mistakes_are_told_before_anything_is_asked()
    {
        async Task<string> Refusal(EvaluationPlan plan) => (await Assert.ThrowsAsync<UserException>(() => Run(plan))).Message;
        Assert.Contains("--models", await Refusal(Plan() with { Models = [] }));
        Assert.Contains("Two models are called base", await Refusal(Plan() with { Models = ["base=a", "BASE=b"] }));
        Assert.Contains("cannot be a model's name", await Refusal(Plan() with { Models = ["../a=b"] }));
        Assert.Contains("--data", await Refusal(Plan() with { Data = null }));
        Assert.Contains("There is no benchmark 'MMPV'", await Refusal(Plan("MMPV")));
        Assert.Contains(
            "2 of 2 benchmarks cannot be read",
            await Refusal(Plan("MMVP", "TextVQA") with { Data = Directory.CreateDirectory(folder.At("none")).FullName })
        );
        var keyless = await Refusal(Plan("MM-Vet") with { Judge = JudgedBy.Server, JudgeKey = "SVCO_NO_KEY" });
        Assert.Contains("SVCO_NO_KEY", keyless);
        Assert.Contains("--judge-key", keyless);
        Assert.Contains("i/n", await Refusal(Plan() with { Shard = "4/3" }));
        Assert.Empty(Began);
    }

    [Fact]
    public async Task Images_that_cannot_be_opened_are_told_together_before_anything_is_asked()
    {
        foreach (var file in Directory.GetFiles(Bundled("benchmarks"), "*", SearchOption.AllDirectories))
        {
            var copy = folder.At("data", Path.GetRelativePath(Bundled("benchmarks"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        File.WriteAllText(folder.At("data", "MMVP", "MMVP Images", "3.jpg"), "no image");
        File.WriteAllText(Directory.GetFiles(folder.At("data", "mm-vet", "images")).Order().Last(), "none either");

        var error = await Assert.ThrowsAsync<UserException>(() =>
            Run(Plan("MMVP", "MM-Vet", "TextVQA") with { Data = folder.At("data"), Models = ["base=nowhere/at-all"] })
        );

        Assert.StartsWith("MMVP, MM-Vet have images that cannot be shown", error.Message);
        Assert.Contains("3.jpg", error.Message);
        Assert.Empty(Began);
    }

    [Fact]
    public async Task A_part_is_asked_while_another_process_works_in_the_folder()
    {
        await using var held = new SVco.Chat.AnswerJournal(Directory.CreateDirectory(folder.At("eval")).FullName + "/judge.journal");
        Assert.Null(await (Plan("MMVP") with { Shard = "1/2" }).RunAsync());
        Assert.True(File.Exists(folder.At("eval", "base", "MMVP", "answers.part-1-of-2.jsonl")));
    }

    [Fact]
    public async Task Two_processes_on_one_folder_do_not_mix()
    {
        await using var held = new SVco.Chat.AnswerJournal(Directory.CreateDirectory(folder.At("eval")).FullName + "/judge.journal");
        Assert.Contains("is being written", (await Assert.ThrowsAsync<UserException>(() => Run(Plan("MMVP")))).Message);
    }
}
