using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core.Benchmarks;
using SVco.Tests;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>The graders by rule against the official scripts (golden/graders), case by case and number by number.</summary>
public sealed class RuleGraderTests
{
    // Sums of a few hundred numbers in another order.
    const double Close = 1e-12;

    static JsonElement Scores(string name) => Golden.Json(Golden.PathOf("graders", $"{name}_scores.json"));

    static JsonElement[] Answers(string name) => Graded.Lines(Golden.PathOf("graders", $"{name}_answers.jsonl"));

    static string Text(JsonElement one, string field) => one.GetProperty(field).GetString()!;

    static double Official(Grader.Rule grader, string answer) => grader.Grade(answer)[Marks.Official];

    static string Parsed(string answer) => ScienceQaGrader.OfficialLetter(answer) is { } letter ? $"{letter}" : "FAILED";

    static ImmutableArray<string> NoTexts { get; } = ["", "", "", "", "", ""];

    static IEnumerable<double> Truths(JsonElement list) => list.EnumerateArray().Select(one => one.GetBoolean() ? 1.0 : 0);

    [GoldenFact("graders")]
    public void Every_pair_of_label_and_response_has_the_verdict_of_each_official_letter_rule()
    {
        var cases = Golden.Json(Golden.PathOf("graders", "letter_rules.json")).EnumerateArray().ToArray();
        Assert.NotEmpty(cases);
        Assert.All(
            cases,
            one =>
            {
                var (label, response) = (Text(one, "label"), Text(one, "response"));
                var byLabel = Official(new LabelGrader(label, NoTexts), response) == 1;
                Assert.Equal(one.GetProperty("mmvp").GetBoolean(), byLabel);
                Assert.Equal(one.GetProperty("cvbench").GetBoolean(), byLabel);
                Assert.Equal(
                    one.GetProperty("realworldqa_letter_question").GetBoolean(),
                    Official(new RealWorldQaGrader(label, true), response) == 1
                );
                Assert.Equal(
                    one.GetProperty("realworldqa_free_question").GetBoolean(),
                    Official(new RealWorldQaGrader(label, false), response) == 1
                );
                Assert.Equal(Text(one, "sqa_extract_letter"), Parsed(response));
            }
        );
    }

    [GoldenFact("graders")]
    public void Mmvp_has_the_official_accuracy_of_questions_and_of_pairs()
    {
        var expected = Scores("mmvp");
        var graded = Graded.Of(
            Answers("mmvp")
                .Select(
                    (one, row) =>
                        (Graded.Item($"{row}", new LabelGrader(Text(one, "answer"), NoTexts), "", $"pair {row / 2}"), Text(one, "response"))
                )
        );
        var metrics = PaperMetrics.Mmvp(Behaviour.Official).ToDictionary(metric => metric.Name);

        Assert.Equal(expected.GetProperty("num_items").GetInt32(), graded.Items.Length);
        Assert.Equal(Truths(expected.GetProperty("per_item_correct")), graded.Marked(Marks.Official));
        var accuracy = graded.Score(metrics["accuracy"]).Value / 100;
        Assert.Equal(expected.GetProperty("accuracy_exact").GetDouble(), accuracy, Close);
        Assert.Equal(expected.GetProperty("accuracy_printed").GetDouble(), PythonRound.Exact(accuracy, 3));
        Assert.Equal(
            expected.GetProperty("paired_accuracy_printed").GetDouble(),
            PythonRound.Exact(graded.Score(metrics["accuracy of pairs"]).Value / 100, 3)
        );
        Assert.Equal(Truths(expected.GetProperty("pairs_correct")), graded.Marked(Marks.Official).Chunk(2).Select(pair => pair.Min()));
    }

    [GoldenFact("graders")]
    public void CvBench_has_the_official_accuracy_of_sources_tasks_and_dimensions()
    {
        var expected = Scores("cvbench");
        var graded = Graded.Of(
            Answers("cvbench")
                .Select(one =>
                    (
                        Graded.Item(
                            $"{one.GetProperty("question_id")}",
                            new LabelGrader(Text(one, "answer"), NoTexts),
                            $"{(Text(one, "source") == "Omni3D" ? "3D" : "2D")}/{Text(one, "source")}"
                        ) with
                        {
                            Tags = [Text(one, "task")],
                        },
                        Text(one, "response")
                    )
                )
        );

        var score = graded.Score(PaperMetrics.CvBench(Behaviour.Official)[0]);
        var named = score
            .Categories.Select(one => (Name: one.Key.Split('/')[^1], one.Value))
            .Append((Name: "Combined", score.Value))
            .ToDictionary(one => one.Name, one => one.Value / 100);

        Assert.Equal(Truths(expected.GetProperty("per_item_correct")), graded.Marked(Marks.Official));
        Assert.All(
            expected.GetProperty("printed").EnumerateObject(),
            one => Assert.Equal(one.Value.GetDouble(), PythonRound.Exact(named[one.Name], 3))
        );
        var exact = expected.GetProperty("exact");
        Assert.Equal(exact.GetProperty("combined").GetDouble(), named["Combined"], Close);
        Assert.All(
            exact.GetProperty("sources").EnumerateObject().Concat([.. exact.EnumerateObject().Where(one => one.Name is "2D" or "3D")]),
            one => Assert.Equal(one.Value.GetDouble(), named[one.Name], Close)
        );
    }

    [Fact]
    public void A_task_without_a_right_answer_has_accuracy_zero_where_the_official_script_stops()
    {
        var graded = Graded.Of([(Graded.Item("1", new LabelGrader("(A)", ["0", "1"]), "2D/COCO") with { Tags = ["Count"] }, "B")]);

        var score = graded.Score(PaperMetrics.CvBench(Behaviour.Official)[0]);

        Assert.Equal((0, 0), (score.Value, score.Categories["Count"]));
    }

    [GoldenFact("graders")]
    public void RealWorldQa_has_the_official_accuracy()
    {
        var expected = Scores("realworldqa");
        var graded = Graded.Of(
            Answers("realworldqa")
                .Select(
                    (one, row) =>
                        (
                            Graded.Item(
                                $"{row}",
                                new RealWorldQaGrader(Text(one, "answer"), RealWorldQaGrader.IsLetterQuestion(Text(one, "prompt")))
                            ),
                            Text(one, "response")
                        )
                )
        );

        Assert.Equal(Truths(expected.GetProperty("per_item_correct")), graded.Marked(Marks.Official));
        var accuracy = graded.Score(PaperMetrics.RealWorldQa(Behaviour.Official)[0]).Value / 100;
        Assert.Equal(expected.GetProperty("accuracy_exact").GetDouble(), accuracy, Close);
        Assert.Equal(expected.GetProperty("accuracy_printed").GetDouble(), PythonRound.Exact(accuracy, 3));
    }

    [GoldenFact("graders")]
    public void ScienceQa_has_the_official_letters_and_accuracies()
    {
        var expected = Scores("scienceqa");
        // The last prediction of an id counts; an id without one has the text FAILED and is not counted as one with an image.
        var predictions = Answers("scienceqa").GroupBy(one => Text(one, "question_id")).ToDictionary(one => one.Key, one => one.Last());
        var graded = Graded.Of(
            expected
                .GetProperty("test_ids")
                .EnumerateArray()
                .Select(id => id.GetString()!)
                .Select(id =>
                    (
                        Graded.Item(id, GraderOf(expected.GetProperty("problems").GetProperty(id))) with
                        {
                            Tags =
                                predictions.TryGetValue(id, out var one) && Text(one, "prompt").Contains("<image>")
                                    ? [PaperMetrics.WithImage]
                                    : [],
                        },
                        predictions.TryGetValue(id, out var same) ? Text(same, "text") : "FAILED"
                    )
                )
        );
        var metrics = PaperMetrics.ScienceQa(Behaviour.Official).ToDictionary(metric => metric.Name);

        Assert.All(
            expected.GetProperty("results_index").EnumerateObject(),
            one =>
                Assert.Equal(
                    one.Value.GetInt32(),
                    GraderOf(expected.GetProperty("problems").GetProperty(one.Name))
                        .OfficialChoice(predictions.TryGetValue(one.Name, out var said) ? Text(said, "text") : "FAILED")
                )
        );
        foreach (var (item, verdict) in graded.Items.Zip(graded.Verdicts))
        {
            var one = expected.GetProperty("per_item").GetProperty(item.Id);
            Assert.Equal(one.GetProperty("correct").GetBoolean(), verdict.Marks[Marks.Official] == 1);
            Assert.Equal(one.GetProperty("is_multimodal").GetBoolean(), item.Tags.Contains(PaperMetrics.WithImage));
            Assert.Equal(Text(one, "parsed"), Parsed(predictions.TryGetValue(item.Id, out var said) ? Text(said, "text") : "FAILED"));
        }

        var all = graded.Score(metrics["accuracy"]).Value;
        Assert.Equal(expected.GetProperty("accuracy_percent_exact").GetDouble(), all, Close * 100);
        Assert.Equal(expected.GetProperty("accuracy_percent_printed").GetDouble(), PythonRound.Exact(all, 2));
        Assert.Equal(
            expected.GetProperty("img_accuracy_percent_printed").GetDouble(),
            PythonRound.Exact(graded.Score(metrics["accuracy, items with an image"]).Value, 2)
        );

        static ScienceQaGrader GraderOf(JsonElement problem) =>
            new(
                [.. problem.GetProperty("choices").EnumerateArray().Select(choice => choice.GetString()!)],
                problem.GetProperty("answer").GetInt32()
            );
    }

    [GoldenFact("graders")]
    public void TextVqa_normalizes_answers_as_the_official_script() =>
        Assert.All(
            Scores("textvqa").GetProperty("answer_processor").EnumerateArray(),
            one => Assert.Equal(Text(one, "out"), TextVqaAnswer.Official(Text(one, "in")))
        );

    [GoldenFact("graders")]
    public void TextVqa_has_the_official_scores()
    {
        var expected = Scores("textvqa");
        var people = Golden
            .Json(Golden.PathOf("graders", "textvqa_annotations.json"))
            .GetProperty("data")
            .EnumerateArray()
            .GroupBy(one => (Text(one, "image_id"), TextVqaPrompt.Small(Text(one, "question"))))
            .ToDictionary(
                one => one.Key,
                one => one.Last().GetProperty("answers").EnumerateArray().Select(answer => answer.GetString()!).ToImmutableArray()
            );
        var graded = Graded.Of(
            Answers("textvqa")
                .Select(
                    (one, row) =>
                        (
                            Graded.Item(
                                $"{row}",
                                new TextVqaGrader(people[(Text(one, "question_id"), TextVqaPrompt.Question(Text(one, "prompt"))!)])
                            ),
                            Text(one, "text")
                        )
                )
        );

        Assert.Equal(expected.GetProperty("samples").GetInt32(), graded.Items.Length);
        Assert.Equal(expected.GetProperty("per_item_score").EnumerateArray().Select(one => one.GetDouble()), graded.Marked(Marks.Official));
        var accuracy = graded.Score(PaperMetrics.TextVqa(Behaviour.Official)[0]).Value;
        Assert.Equal(expected.GetProperty("accuracy_exact").GetDouble(), accuracy / 100, Close);
        Assert.Equal(expected.GetProperty("accuracy_percent_printed").GetDouble(), PythonRound.Exact(accuracy, 2));
    }

    [GoldenFact("graders")]
    public void TextVqa_finds_the_question_in_a_saved_prompt_as_the_official_script() =>
        Assert.All(
            Scores("textvqa").GetProperty("prompt_processor").EnumerateArray(),
            one =>
                Assert.Equal(
                    one.TryGetProperty("question", out var question) && question.ValueKind == JsonValueKind.String
                        ? question.GetString()
                        : null,
                    TextVqaPrompt.Question(Text(one, "prompt"))
                )
        );
}
