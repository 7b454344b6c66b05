using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Objectives;
using SVco.Evaluation.Answers;
using SVco.Evaluation.Results;
using SVco.Training;

namespace SVco.Evaluation.Tests.Answers;

public sealed class StagesTests : IDisposable
{
    readonly TinyModel model = new();
    readonly string folder = Directory.CreateTempSubdirectory("svco-stages-").FullName;

    /// <summary>Counts letters, so that every answer has a mark.</summary>
    sealed record Length(int Wanted) : Grader.Rule
    {
        public override string Truth => $"{Wanted} letters";

        public override ImmutableSortedDictionary<string, double> Grade(string answer) =>
            Marks.Of(("long enough", answer.Length >= Wanted ? 1 : 0));
    }

    sealed record Liked(string Truth) : Grader.Judge
    {
        public override string Truth { get; } = Truth;

        public override JudgeRequest? Request(string answer, int attempt) =>
            attempt > 0 ? null : new("judge", [new("user", $"Do you like \"{answer}\"?")], 0, 1);

        public override ImmutableSortedDictionary<string, double>? Read(string reply) => reply == "yes" ? Marks.Of(("liked", 1)) : null;
    }

    static Item Choice(int index, string prompt = "what colour is the cup ? short answer .") =>
        new($"choice/{index}", "", $"{index}", new Grey((byte)index), prompt, new ItemTask.Choose(["red .", "blue .", "green ."], 0));

    static Item Written(int index, Grader grader, string prompt = "describe the image .") =>
        new($"written/{index}", "", $"{index}", new Grey((byte)(100 + index)), prompt, new ItemTask.Write(grader, 12));

    static readonly ImmutableArray<Benchmark> Benchmarks =
    [
        new("choices", "vision-centric", [.. Enumerable.Range(0, 6).Select(i => Choice(i))], [new("accuracy", "right")]),
        new("writing", "general", [.. Enumerable.Range(0, 6).Select(i => Written(i, new Length(5)))], [new("long", "long enough")]),
        new(
            "the same writing",
            "style",
            [.. Enumerable.Range(0, 6).Select(i => Written(i, new Length(50)))],
            [new("longer", "long enough")]
        ),
    ];

    public void Dispose()
    {
        model.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    string AnswersFile => Path.Combine(folder, Stages.AnswersFile);

    ImmutableArray<BenchmarkResult> Run(AskSettings? settings = null, string? into = null) =>
        Stages.Run(model.Asked, Benchmarks, settings ?? new(Batch: 2), into ?? folder, CancellationToken.None);

    [Fact]
    public void What_was_killed_while_writing_goes_on_and_asks_nothing_twice()
    {
        var whole = Run();
        var (answers, lines) = (File.ReadAllBytes(AnswersFile), File.ReadAllLines(AnswersFile));
        Assert.Equal(12, lines.Length);
        var random = new Random(3);
        foreach (var cut in Enumerable.Range(0, 8).Select(_ => random.Next(answers.Length)).Append(0).Append(answers.Length))
        {
            File.WriteAllBytes(AnswersFile, answers[..cut]);
            var kept = answers[..cut].Count(letter => letter == '\n');
            model.Shown.Clear();

            var again = Run();

            Assert.Equal(whole.Select(result => result.Scores.Single().Value), again.Select(result => result.Scores.Single().Value));
            Assert.Equal(12 - kept, model.Shown.Count);
            Assert.Equal(lines.Length, File.ReadAllLines(AnswersFile).Distinct().Count());
            Assert.Equal(lines[..kept], File.ReadAllLines(AnswersFile)[..kept]);
        }
    }

    [Fact]
    public void Stopped_between_two_batches_it_keeps_what_is_answered()
    {
        using var stop = new CancellationTokenSource();
        var stopping = new AskedModel(
            model.Asked.Content,
            model.Asked.Network,
            model.Asked.Tokenizer,
            model.Asked.Chat,
            new LiveFeatures(
                model.Asked.Network,
                model.Loader with
                {
                    Load = image =>
                    {
                        stop.Cancel();
                        return model.Loader.Load(image);
                    },
                }
            )
        );

        Assert.Throws<OperationCanceledException>(() => Stages.Run(stopping, Benchmarks, new(Batch: 2), folder, stop.Token));
        Assert.Equal(2, File.ReadAllLines(AnswersFile).Length);
    }

    [Fact]
    public void One_by_one_gives_what_batches_give()
    {
        var (batched, single) = (Run(new(), Path.Combine(folder, "a")), Run(new(Batch: 1), Path.Combine(folder, "b")));
        foreach (var (one, other) in batched.SelectMany(result => result.Answers).Zip(single.SelectMany(result => result.Answers)))
        {
            Assert.Equal(one.Text, other.Text);
            // fp32 sums of a few log-probabilities near -5, in another order.
            Assert.All(one.LogProbs.Zip(other.LogProbs), values => Assert.Equal(values.First, values.Second, 1e-4));
        }
    }

    [Fact]
    public void Options_have_the_log_probabilities_that_plain_scoring_gives()
    {
        var pairs = Benchmarks[0]
            .Items.SelectMany(item =>
                ((ItemTask.Choose)item.Task).Options.Select(option => new Core.Data.ContrastPair(
                    item.Id,
                    item.Prompt,
                    new(item.Image!, option),
                    new(item.Image!, option)
                ))
            );
        var prepared = PairPreparation.Prepare(pairs, model.Asked.Chat, 256, Behaviour.Corrected).Prepared;
        var cell = new Cell(Side.W, ImageCondition.Match);
        var expected = new PlainScoring().Score(model.Asked.Network, prepared, [cell], model.Asked.Images).Select(cells => cells[cell]);

        var answers = Run()[0].Answers.SelectMany(answer => answer.LogProbs);

        Assert.All(expected.Zip(answers), values => Assert.Equal(values.First, values.Second, 1e-4));
    }

    [Fact]
    public void Without_images_the_same_question_is_asked_once_and_no_image_is_read()
    {
        var results = Run(new(WithImages: false));

        Assert.Empty(model.Shown);
        Assert.Equal(2, File.ReadAllLines(AnswersFile).Length);
        Assert.Equal(Benchmarks[0].Items.Select(item => item.Id), results[0].Answers.Select(answer => answer.Item));
        Assert.Single(results[0].Answers.Select(answer => answer.LogProbs[0]).Distinct());
    }

    [Fact]
    public void Several_drawn_answers_to_an_item_are_its_runs_and_follow_from_the_seed_alone()
    {
        var items = Benchmarks[1].Items;
        var settings = new AskSettings
        {
            Sampling = new(1.5, 0.95),
            Runs = 3,
            Seed = 7,
        };
        ImmutableArray<Answer> Ask(AskSettings settings, IReadOnlyList<Item> items)
        {
            using var kept = new KeyedLines<Answer>(null);
            return Asking.Ask(model.Asked, items, settings, kept, CancellationToken.None);
        }

        var answers = Ask(settings, items);

        Assert.Equal(
            items.SelectMany(item => Enumerable.Range(0, 3).Select(run => (item.Id, run))),
            answers.Select(answer => (answer.Item, answer.Run))
        );
        Assert.True(answers.DistinctBy(answer => answer.Text).Count() > items.Length);
        Assert.Equal(
            answers.Select(answer => answer.Text),
            Ask(settings with { Batch = 2 }, [.. items.Reverse()])
                .OrderBy(answer => answer.Item, StringComparer.Ordinal)
                .ThenBy(answer => answer.Run)
                .Select(answer => answer.Text)
        );
        Assert.NotEqual(answers.Select(answer => answer.Text), Ask(settings with { Seed = 8 }, items).Select(answer => answer.Text));
        Assert.Contains("temperature", Assert.Throws<UserException>(() => Ask(new AskSettings { Runs = 2 }, items)).Message);
    }

    [Fact]
    public void A_question_with_room_for_more_words_is_another_question()
    {
        var shorter = Benchmarks[1].Items[0] with { Task = new ItemTask.Write(new Length(5), 2) };
        using var kept = new KeyedLines<Answer>(null);
        var both = new[] { Benchmarks[1].Items[0], shorter }.Select(item => Asking.Ask(model.Asked, [item], new(), kept, default)[0].Text);

        Assert.Equal(2, both.Distinct().Count());
    }

    [Fact]
    public void With_another_grader_answers_are_graded_again_without_the_model()
    {
        Run();
        var verdicts = File.ReadAllLines(Path.Combine(folder, Stages.VerdictsFile));
        Run();
        Assert.Equal(verdicts, File.ReadAllLines(Path.Combine(folder, Stages.VerdictsFile)));
        model.Shown.Clear();

        var stricter = new Benchmark(
            "stricter",
            "style",
            [.. Enumerable.Range(0, 6).Select(i => Written(i, new Length(1000)))],
            [new("longest", "long enough")]
        );
        var result = Assert.Single(Stages.Run(model.Asked, [stricter], new(Batch: 2), folder, CancellationToken.None));

        Assert.Equal(0, result.Scores.Single().Value);
        Assert.Empty(model.Shown);
    }

    [Fact]
    public void A_judge_without_a_mark_is_a_verdict_without_marks_and_keeps_its_words()
    {
        Item[] items = [Written(0, new Liked("a")), Written(1, new Liked("b"))];
        Answer[] answers = [new("written/0", 0, "good", []), new("written/1", 0, "bad", [])];
        using var kept = new KeyedLines<Verdict>(null);

        var verdicts = Grading.Grade(items, answers, kept, request => request.Messages[0].Text.Contains("good") ? "yes" : "I cannot say");

        Assert.Equal([1, 0], verdicts.Select(verdict => verdict.Marks.Count));
        Assert.Equal("I cannot say", verdicts[1].Note);
        Assert.Equal(1, Score.Of(new("liked", "liked"), items, verdicts).Counted);
        using var empty = new KeyedLines<Verdict>(null);
        Assert.Contains("judge", Assert.Throws<UserException>(() => Grading.Grade(items, answers, empty)).Message);
    }

    [Fact]
    public void Each_metric_and_each_of_several_categories_is_a_number_of_the_tables()
    {
        Item[] items = [Choice(0) with { Category = "a" }, Choice(1) with { Category = "b" }];
        var benchmark = new Benchmark(
            "two categories",
            "vision-centric",
            [.. items],
            [new("accuracy", "right"), new("plain", "right", Averaged: false)]
        );
        var settings = new AskSettings();
        var seen = Stages.Run(model.Asked, [benchmark], settings, folder, CancellationToken.None);
        var unseen = Stages.Run(model.Asked, [benchmark], settings with { WithImages = false }, folder, CancellationToken.None);

        var results = MetricResults.Of("base", 7, seen, unseen);

        Assert.Equal(
            [
                ("accuracy", "", true),
                ("accuracy", "a", false),
                ("accuracy", "b", false),
                ("plain", "", false),
                ("plain", "a", false),
                ("plain", "b", false),
            ],
            results.Select(result => (result.Metric, result.Category, result.Averaged))
        );
        Assert.All(results, result => Assert.NotNull(result.NoImageValue));
    }

    [Fact]
    public void A_file_that_another_run_writes_is_refused_and_a_broken_line_is_named()
    {
        var path = Path.Combine(folder, "lines.jsonl");
        using (new KeyedLines<Verdict>(path))
        {
            Assert.Throws<UserException>(() => new KeyedLines<Verdict>(path));
        }

        File.WriteAllText(path, "{\"key\": 1\n");
        Assert.Contains("Line 1 of", Assert.Throws<UserException>(() => new KeyedLines<Verdict>(path)).Message);
    }
}
