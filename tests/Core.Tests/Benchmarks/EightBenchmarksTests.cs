using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using SVco.Core.Benchmarks;
using SVco.Core.Data;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>The paper's eight benchmarks fit into the one type: what each measures, on an item or two of its own.</summary>
public class EightBenchmarksTests
{
    static readonly ImageSource Image = new ImageSource.File("image.jpg");

    /// <summary>TextVQA: the share of ten people who answered so, at most three needed, each left out once.</summary>
    sealed record SoftAccuracy(ImmutableArray<string> Answers) : Grader.Rule
    {
        public override string Truth => string.Join(", ", Answers.Distinct());

        public override ImmutableSortedDictionary<string, double> Grade(string answer) =>
            Marks.Of(
                (
                    "accuracy",
                    Answers
                        .Select((_, left) => Math.Min(1, Answers.Where((other, i) => i != left && other == answer).Count() / 3.0))
                        .Average()
                )
            );
    }

    /// <summary>The official rule of MMVP beside the corrected one.</summary>
    sealed record TwoRules(LetterGrader Corrected) : Grader.Rule
    {
        public override string Truth => Corrected.Truth;

        public override ImmutableSortedDictionary<string, double> Grade(string answer)
        {
            var start = answer.Trim().ToLowerInvariant();
            var cut = Regex.Replace(start[..Math.Min(4, start.Length)], @"[()\s]", "");
            return Corrected.Grade(answer).Add("official", cut == $"{(char)('a' + Corrected.Correct)}" ? 1 : 0);
        }
    }

    /// <summary>A judge's score from a reply such as "Rating: 4".</summary>
    sealed record Rated(string Reference, ImmutableArray<string> Capabilities, Func<double, (string, double)[]> Also) : Grader.Judge
    {
        public override string Truth => Reference;

        public override JudgeRequest? Request(string answer, int attempt) =>
            attempt > 0 ? null : new("judge", [new("user", $"Truth: {Reference}\nAnswer: {answer}\nRating:")], 0, 1);

        public override ImmutableSortedDictionary<string, double>? Read(string reply) =>
            Regex.Match(reply, @"Rating: ([\d.]+)") is { Success: true } match
                ? Marks.Of([
                    ("score", Value(match)),
                    .. Capabilities.Select(capability => (capability, Value(match))),
                    .. Also(Value(match)),
                ])
                : null;

        static double Value(Match match) => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    static Item Asked(string id, Grader grader, string category = "", string? group = null) =>
        new(id, category, group ?? id, Image, "?", new ItemTask.Write(grader, 128));

    static double[] Scores(Benchmark benchmark, params (string Item, string Text, string Reply)[] answers) =>
        [
            .. benchmark.Metrics.Select(metric =>
                Score
                    .Of(
                        metric,
                        benchmark.Items,
                        answers.Select(
                            (answer, run) =>
                                Verdict.Of(
                                    benchmark.Items.Single(item => item.Id == answer.Item),
                                    new Answer(answer.Item, run, answer.Text, []),
                                    _ => answer.Reply
                                )
                        )
                    )
                    .Value
            ),
        ];

    [Fact]
    public void MMVP_has_accuracy_of_pairs_and_of_questions_by_the_official_and_the_corrected_rule()
    {
        var benchmark = new Benchmark(
            "MMVP",
            "vision-centric",
            [
                Asked("1", new TwoRules(new(["Open", "Closed"], 0)), group: "pair 1"),
                Asked("2", new TwoRules(new(["Open", "Closed"], 1)), group: "pair 1"),
            ],
            [
                new("accuracy", "official") { Over = Over.Items },
                new("accuracy of pairs", "official"),
                new("accuracy, corrected", "right") { Over = Over.Items },
                new("accuracy of pairs, corrected", "right"),
            ]
        );

        Assert.Equal([50, 0, 100, 100], Scores(benchmark, ("1", "(A)", ""), ("2", "B. Closed", "")));
    }

    [Fact]
    public void TextVQA_has_soft_accuracy()
    {
        var benchmark = new Benchmark(
            "TextVQA",
            "general",
            [Asked("1", new SoftAccuracy(["stop", "stop", "go", "go", "go", "go", "go", "go", "go", "go"]))],
            [new("accuracy", "accuracy")]
        );

        // Left out once each: 2 x 1/3 and 8 x 2/3.
        Assert.Equal(60, Assert.Single(Scores(benchmark, ("1", "stop", ""))), 1e-9);
    }

    [Fact]
    public void MMHal_has_a_score_from_0_to_6_and_a_rate_that_should_fall()
    {
        Rated Grader() => new("two cats", [], score => [("hallucination", score < 3 ? 1 : 0)]);
        var benchmark = new Benchmark(
            "MMHal",
            "hallucination",
            [Asked("1", Grader(), "counting"), Asked("2", Grader(), "relation")],
            [new("score", "score") { Scale = 1 }, new("hallucination rate", "hallucination", HigherIsBetter: false)]
        );

        Assert.Equal([3.5, 50], Scores(benchmark, ("1", "three", "Rating: 1"), ("2", "two", "Rating: 6")));
        // A judge that gives no rating is no score.
        Assert.Equal([6, 0], Scores(benchmark, ("1", "three", "I cannot"), ("2", "two", "Rating: 6")));
    }

    [Fact]
    public void MM_Vet_has_a_score_of_several_runs_and_one_for_each_capability()
    {
        var benchmark = new Benchmark(
            "MM-Vet",
            "general",
            [Asked("1", new Rated("5", ["ocr", "math"], _ => [])), Asked("2", new Rated("cat", ["rec"], _ => []))],
            [new("total", "score"), new("ocr", "ocr"), new("rec", "rec")]
        );

        Assert.Equal(
            [62.5, 75, 50],
            Scores(benchmark, ("1", "5", "Rating: 1"), ("1", "five or six", "Rating: 0.5"), ("2", "a cat or a dog", "Rating: 0.5"))
        );
    }

    [Fact]
    public void LLaVA_Bench_is_relative_to_the_reference_answers_scores()
    {
        Rated Grader() => new("a long answer", [], score => [("reference", 8)]);
        var benchmark = new Benchmark(
            "LLaVA-Bench",
            "general",
            [Asked("1", Grader(), "conv"), Asked("2", Grader(), "conv"), Asked("3", Grader(), "detail")],
            [new("relative score", "score") { RelativeTo = "reference", Over = Over.Items }]
        );

        Assert.Equal([75.0], Scores(benchmark, ("1", "a", "Rating: 4"), ("2", "b", "Rating: 6"), ("3", "c", "Rating: 8")));
    }

    [Theory]
    [InlineData("B", 1)]
    [InlineData("(b)", 1)]
    [InlineData("**C**", 2)]
    [InlineData("The answer is B.", 1)]
    [InlineData("A dog", 0)]
    [InlineData("It is a dog, so B", 1)]
    [InlineData("dog.", 1)]
    [InlineData("Apple", -1)]
    [InlineData("T", -1)]
    [InlineData("", -1)]
    public void A_letter_is_the_first_that_stands_alone_and_is_an_options(string answer, int option) =>
        Assert.Equal(option, new LetterGrader(["cat", "dog", "horse"], 1).Named(answer));

    [Fact]
    public void Of_options_the_most_probable_is_chosen_and_none_where_two_are()
    {
        var item = new Item("1", "", "1", null, "?", new ItemTask.Choose(["a", "b"], 1));
        double Right(params double[] logProbs) => Verdict.Of(item, new("1", 0, "", [.. logProbs]), _ => "").Marks["right"];

        Assert.Equal((1, 0, 0, 0), (Right(-2, -1), Right(-1, -2), Right(-1, -1), Right(double.NaN, double.NaN)));
    }
}
