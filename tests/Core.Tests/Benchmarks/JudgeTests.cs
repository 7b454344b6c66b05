using System.Text.Json;
using SVco.Core.Benchmarks;
using SVco.Tests;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>What judges are asked, and what their replies are worth, against the official scripts (golden/graders).</summary>
public sealed class JudgeTests
{
    static readonly LlavaBenchJudge Llava = new("conv", "A cat.", "What?", "A cat.", JudgePrompts.SVco);
    static readonly MmHalJudge MmHal = new(["Cat"], "What?", "A cat.", JudgePrompts.SVco);

    static JsonElement Scores(string name) => Golden.Json(Golden.PathOf("graders", $"{name}_scores.json"));

    static double Mark(Grader.Judge judge, string reply, string mark) =>
        (judge.Read(reply) ?? judge.GiveUp([reply])).GetValueOrDefault(mark, double.NaN);

    static (double Official, double Corrected) Both(Grader.Judge judge, string reply) =>
        (Mark(judge, reply, Marks.Official), Mark(judge, reply, Marks.Corrected));

    [GoldenFact("graders")]
    public void LlavaBench_reads_a_score_line_as_the_official_script() =>
        Assert.All(
            Scores("llavabench").GetProperty("parse_score").EnumerateArray(),
            one =>
                Assert.Equal(
                    one.GetProperty("tuple").EnumerateArray().Select(Graded.Number),
                    new[] { Marks.OfficialReference, Marks.Official }.Select(mark =>
                        Mark(Llava, one.GetProperty("reply").GetString()!, mark)
                    )
                )
        );

    [GoldenFact("graders")]
    public void LlavaBench_has_the_official_summary_and_drops_in_the_corrected_one_what_cannot_be_read()
    {
        var expected = Scores("llavabench");
        var reviews = Graded.Lines(Golden.PathOf("graders", expected.GetProperty("reviews_file").GetString()!));
        Item[] items =
        [
            .. reviews.Select(one =>
                Graded.Item(
                    $"{one.GetProperty("id")}",
                    Llava with
                    {
                        Question = $"{one.GetProperty("id")}",
                    },
                    one.GetProperty("category").GetString()!
                )
            ),
        ];
        var graded = new Graded(
            [.. items],
            [.. items.Zip(reviews, (item, one) => Verdict.Of(item, new(item.Id, 0, "", []), _ => one.GetProperty("content").GetString()!))]
        );

        LlavaSummary.AssertPrinted(expected.GetProperty("summary_printed"), graded);
        Assert.Equal(
            expected.GetProperty("unparsed_counts").GetInt32(),
            graded.Marked(Marks.Official).Zip(graded.Marked(Marks.OfficialReference)).Count(one => one == (-1, -1))
        );
        Assert.DoesNotContain(-1, graded.Marked(Marks.Corrected));
    }

    [Theory]
    [InlineData("7, 8\nboth good", -1, 8)]
    [InlineData("Assistant 1: 8 Assistant 2: 9", -1, 9)]
    [InlineData("8/10 9/10", -1, 9)]
    [InlineData("**8 9**", -1, 9)]
    [InlineData("\n8 9", -1, 9)]
    [InlineData("8 9", 9, 9)]
    [InlineData("8 9 7", -1, double.NaN)]
    [InlineData("nan 5", 5, double.NaN)]
    [InlineData("8 90", 90, double.NaN)]
    [InlineData("I cannot compare them.", -1, double.NaN)]
    public void LlavaBench_corrected_takes_any_two_numbers_of_the_line_and_no_others(string reply, double official, double corrected) =>
        Assert.Equal((official, corrected), Both(Llava, reply));

    [GoldenFact("graders")]
    public void MmVet_asks_again_as_often_and_has_the_grades_of_the_official_script()
    {
        var expected = Scores("mmvet");
        foreach (var one in expected.GetProperty("judge_replies_in_order").EnumerateObject())
        {
            var replies = one.Value.EnumerateArray().Select(reply => reply.GetString()!).ToArray();
            var (grades, asked) = (expected.GetProperty("grades").GetProperty(one.Name), 0);
            var item = Graded.Item(one.Name, new MmVetJudge("?", "a", JudgePrompts.SVco));

            Assert.Equal(
                grades.EnumerateArray().Select(Graded.Number),
                Enumerable
                    .Range(0, grades.GetArrayLength())
                    .Select(run => Verdict.Of(item, new(item.Id, run, "", []), _ => replies[asked++]).Marks[Marks.Official])
            );
            Assert.Equal(replies.Length, asked);
        }
    }

    [GoldenFact("benchmarks")]
    public void MmVet_has_the_official_scores_of_capabilities_and_their_sets_over_all_runs()
    {
        var expected = Scores("mmvet");
        var questions = Golden.Json(Golden.PathOf("benchmarks", "mm-vet.json"));
        var grades = expected.GetProperty("grades").EnumerateObject().ToArray();
        var graded = new Graded(
            [
                .. grades.Select(one =>
                    Graded.Item(one.Name, new MmVetJudge("?", "a", JudgePrompts.SVco)) with
                    {
                        Tags = MmVetTags.Of(
                            questions.GetProperty(one.Name).GetProperty("capability").EnumerateArray().Select(name => name.GetString()!)
                        ),
                    }
                ),
            ],
            [
                .. grades.SelectMany(one =>
                    one.Value.EnumerateArray()
                        .Select((grade, run) => new Verdict(one.Name, run, Marks.Of((Marks.Official, Graded.Number(grade)))))
                ),
            ]
        );

        var score = graded.Score(PaperMetrics.MmVet(Behaviour.Official)[0]);

        Assert.Equal(expected.GetProperty("num_run").GetInt32(), score.Runs.Length);
        MmVetSummary.AssertPrinted(expected.GetProperty("capability_scores_printed"), score, name => name);
        MmVetSummary.AssertPrinted(expected.GetProperty("capability_set_scores_printed"), score, name => MmVetTags.OfSet(name.Split('_')));
    }

    [Fact]
    public void MmVet_is_asked_again_with_a_hint_first_at_the_same_temperature_and_then_at_higher_ones_that_servers_know()
    {
        var judge = new MmVetJudge("?", "x<AND>y<OR>z", JudgePrompts.SVco);
        JudgeRequest[] requests = [.. Enumerable.Range(0, 6).Select(attempt => judge.Request("an answer", attempt)!)];

        Assert.Equal([0, 0, 0.5, 1, 1.5, 2], requests.Select(request => request.Temperature));
        Assert.Null(judge.Request("an answer", 6));
        Assert.All(requests, request => Assert.Equal(("gpt-4-0613", 3), (request.Model, request.MaxTokens)));
        Assert.EndsWith("? | x <AND> y <OR> z | an answer | ", requests[0].Messages.Single().Text);
        Assert.Equal(requests[0].Messages[0].Text + JudgePrompts.SVco.MmVet.Hint, requests[1].Messages.Single().Text);
    }

    [Theory]
    [InlineData("0.3 because", 0.3, 0.3)]
    [InlineData("0.9.", double.NaN, 0.9)]
    [InlineData(" 0.5", double.NaN, 0.5)]
    [InlineData("0,5", double.NaN, 0.5)]
    [InlineData("**0.7**", double.NaN, 0.7)]
    [InlineData("Score: 1", double.NaN, double.NaN)]
    [InlineData("nan", double.NaN, double.NaN)]
    [InlineData("2.0", double.NaN, double.NaN)]
    [InlineData("-0.1", double.NaN, double.NaN)]
    public void MmVet_corrected_reads_the_number_that_a_reply_begins_with_if_it_is_a_score(
        string reply,
        double official,
        double corrected
    ) => Assert.Equal((official, corrected), Both(new MmVetJudge("?", "a", JudgePrompts.SVco), reply));

    [GoldenFact("graders")]
    public void MmHal_reads_ratings_as_the_official_script() =>
        Assert.All(
            Scores("mmhal").GetProperty("unit").EnumerateArray(),
            one =>
            {
                var reply = one.GetProperty("reply").GetString()!;
                Assert.Equal(one.GetProperty("score").GetDouble(), Mark(MmHal, reply, Marks.Official));
                Assert.Equal(one.GetProperty("ratings_found").GetArrayLength() > 0, MmHal.Read(reply) is not null);
            }
        );

    [GoldenFact("graders")]
    public void MmHal_has_the_official_summary()
    {
        var expected = Scores("mmhal");
        var replies = Golden
            .Json(Golden.PathOf("graders", expected.GetProperty("reviews_file").GetString()!))
            .EnumerateArray()
            .Select(one => one.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!)
            .ToArray();
        var types = expected.GetProperty("printed").GetProperty("average_by_question_type").GetArrayLength();
        Item[] items = [.. replies.Select((_, row) => Graded.Item($"{row}", MmHal, $"{row % types}"))];
        var graded = new Graded(
            [.. items],
            [.. items.Zip(replies, (item, reply) => new Verdict(item.Id, 0, MmHal.Read(reply) ?? MmHal.GiveUp([reply])))]
        );

        Assert.Equal(
            expected.GetProperty("per_item").EnumerateArray().Select(one => one.GetProperty("score").GetDouble()),
            graded.Marked(Marks.Official)
        );
        var metrics = PaperMetrics.MmHal(Behaviour.Official).ToDictionary(metric => metric.Name);
        Assert.Equal(expected.GetProperty("average_exact").GetDouble(), graded.Score(metrics["score"]).Value, 1e-12);
        MmHalSummary.AssertPrinted(expected.GetProperty("printed"), graded);
    }

    [Theory]
    [InlineData("**Rating:** 4", 0, 4)]
    [InlineData("Rating: [5]", 0, 5)]
    [InlineData("Rating: 6\nOn second thought, rating: 4", 5, 4)]
    [InlineData("Rating (0-6): 3", 0, 3)]
    [InlineData("Rating: 60", 6, double.NaN)]
    [InlineData("Rating: 3.5", 3, double.NaN)]
    [InlineData("I rate it highly.", 0, double.NaN)]
    public void MmHal_corrected_takes_the_last_whole_rating_in_whatever_brackets(string reply, double official, double corrected) =>
        Assert.Equal((official, corrected), Both(MmHal, reply));

    [Fact]
    public void MmHal_is_asked_four_times_and_a_reply_that_only_the_corrected_rule_reads_still_counts_there()
    {
        JudgeRequest[] requests = [.. Enumerable.Range(0, 4).Select(attempt => MmHal.Request("Assistant: A cat. ", attempt)!)];
        Assert.Equal([0, 0.2, 0.4, 0.2 + 0.2 + 0.2], requests.Select(request => request.Temperature));
        Assert.Null(MmHal.Request("", 4));
        Assert.EndsWith("Model: A cat.", requests[0].Messages.Single().Text);

        var replies = new Queue<string>(["None.", "**Rating:** 2", "None.", "None."]);
        var marks = Verdict.Of(Graded.Item("1", MmHal), new("1", 0, "", []), _ => replies.Dequeue()).Marks;

        Assert.Equal((0, 1), (marks[Marks.Official], marks[Marks.OfficialHallucination]));
        Assert.Equal((2, 1, 2), (marks[Marks.Corrected], marks[Marks.CorrectedHallucination], marks[Marks.CorrectedInformativeness]));
    }

    [Theory]
    [InlineData("8 7", false)]
    [InlineData("Assistant 1: 8, Assistant 2: 7", true)]
    [InlineData("Both are good.", true)]
    public void LlavaBench_tells_a_reply_that_the_official_rule_counts_without_reading_it(string reply, bool isUnread) =>
        Assert.Equal(isUnread ? 1 : double.NaN, Mark(Llava, reply, Marks.OfficialUnread));

    [Theory]
    [InlineData("Rating: 0", false)]
    [InlineData("**Rating**: four", true)]
    public void MmHal_tells_a_reply_that_the_official_rule_counts_without_reading_it(string reply, bool isUnread) =>
        Assert.Equal((0, isUnread ? 1 : double.NaN), (Mark(MmHal, reply, Marks.Official), Mark(MmHal, reply, Marks.OfficialUnread)));

    [Fact]
    public void Grading_goes_on_step_by_step_from_the_replies_that_are_there()
    {
        var item = Graded.Item("1", new MmVetJudge("?", "a", JudgePrompts.SVco));
        Answer answer = new("1", 2, "an answer", []);

        var (first, second, last) = (
            Verdict.Next(item, answer, []),
            Verdict.Next(item, answer, ["The"]),
            Verdict.Next(item, answer, ["The", "0.5"])
        );

        Assert.Equal((0, null), (first.Ask!.Temperature, first.Verdict));
        Assert.EndsWith(JudgePrompts.SVco.MmVet.Hint, second.Ask!.Messages[0].Text);
        Assert.Null(last.Ask);
        Assert.Equal(("1", 2, "0.5", 0.5), (last.Verdict!.Item, last.Verdict.Run, last.Verdict.Note, last.Verdict.Marks[Marks.Official]));
    }

    [Fact]
    public void A_judge_that_never_gives_a_score_is_a_failure_and_no_mark()
    {
        var asked = 0;
        var verdict = Verdict.Of(
            Graded.Item("1", new MmVetJudge("?", "a", JudgePrompts.SVco)),
            new("1", 0, "", []),
            _ => $"no, the {++asked}. time"
        );

        Assert.Equal(6, asked);
        Assert.Empty(verdict.Marks);
        Assert.Equal("no, the 6. time", verdict.Note);
    }

    [Fact]
    public void Names_in_braces_are_replaced_once_and_other_braces_are_text()
    {
        var prompt = new JudgePrompt("{question} {answer} {other} {}", "be fair", " (a number)");

        Assert.Equal(
            [new JudgeMessage("system", "be fair"), new JudgeMessage("user", "{answer} {question} {other} {} (a number)")],
            prompt.Messages(hinted: true, ("question", "{answer}"), ("answer", "{question}")).AsEnumerable()
        );
        Assert.Equal("x", new JudgePrompt("x", Hint: "y").Messages(hinted: false).Single().Text);
    }

    [Fact]
    public void A_category_that_LlavaBench_does_not_have_is_told()
    {
        var error = Assert.Throws<UserException>(() => (Llava with { Category = "math" }).Request("", 0));
        Assert.Contains("math", error.Message);
    }
}
