using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SVco.Core.Benchmarks;
using SVco.Tests;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>From official answers and recorded replies to the official scores of every model (golden/evaluation).</summary>
public sealed class EvaluationScoresTests
{
    // Means of a few numbers, added in another order.
    const double Close = 1e-12;

    static IEnumerable<double> Truths(JsonElement list) => list.EnumerateArray().Select(one => one.GetBoolean() ? 1.0 : 0);

    [GoldenFact("evaluation")]
    public void Every_model_has_the_official_scores_of_the_benchmarks_with_a_rule() =>
        Assert.All(
            EvaluationCase.All,
            one =>
            {
                var expected = one.Scores.GetProperty("MMVP");
                var mmvp = one.Mmvp;
                Assert.Equal(Truths(expected.GetProperty("per_item_correct")), mmvp.Marked(Marks.Official));
                Assert.Equal(expected.GetProperty("accuracy_exact").GetDouble(), Value(mmvp, PaperMetrics.Mmvp, "accuracy") / 100, Close);
                Assert.Equal(
                    expected.GetProperty("paired_accuracy_exact").GetDouble(),
                    Value(mmvp, PaperMetrics.Mmvp, "accuracy of pairs") / 100,
                    Close
                );

                expected = one.Scores.GetProperty("cvbench");
                var cvBench = one.CvBench;
                var score = cvBench.Score(PaperMetrics.CvBench(Behaviour.Official)[0]);
                var exact = expected.GetProperty("exact");
                Assert.Equal(Truths(expected.GetProperty("per_item_correct")), cvBench.Marked(Marks.Official));
                Assert.Equal(exact.GetProperty("combined").GetDouble(), score.Value / 100, Close);
                var named = score.Categories.ToDictionary(category => category.Key.Split('/')[^1], category => category.Value / 100);
                Assert.All(
                    new[] { exact.GetProperty("sources"), exact.GetProperty("tasks"), exact }
                        .SelectMany(group => group.EnumerateObject())
                        .Where(group => group.Value.ValueKind == JsonValueKind.Number && group.Name != "combined"),
                    group => Assert.Equal(group.Value.GetDouble(), named[group.Name], Close)
                );
                Assert.All(
                    expected.GetProperty("printed").EnumerateObject(),
                    group =>
                        Assert.Equal(
                            group.Value.GetDouble(),
                            PythonRound.Exact(group.Name == "Combined" ? score.Value / 100 : named[group.Name], 3)
                        )
                );

                expected = one.Scores.GetProperty("realworldqa");
                Assert.Equal(Truths(expected.GetProperty("per_item_correct")), one.RealWorldQa.Marked(Marks.Official));
                Assert.Equal(
                    expected.GetProperty("accuracy_exact").GetDouble(),
                    Value(one.RealWorldQa, PaperMetrics.RealWorldQa, "accuracy") / 100,
                    Close
                );

                expected = one.Scores.GetProperty("scienceqa");
                var science = one.ScienceQa;
                Assert.All(
                    science.Verdicts,
                    verdict =>
                        Assert.Equal(
                            expected.GetProperty("per_item").GetProperty(verdict.Item).GetProperty("correct").GetBoolean(),
                            verdict.Marks[Marks.Official] == 1
                        )
                );
                Assert.Equal(
                    expected.GetProperty("accuracy_percent_exact").GetDouble(),
                    Value(science, PaperMetrics.ScienceQa, "accuracy"),
                    100 * Close
                );
                Assert.Equal(
                    expected.GetProperty("img_accuracy_percent_exact").GetDouble(),
                    Value(science, PaperMetrics.ScienceQa, "accuracy, items with an image"),
                    100 * Close
                );

                expected = one.Scores.GetProperty("textvqa");
                Assert.Equal(
                    expected.GetProperty("per_item_score").EnumerateArray().Select(value => value.GetDouble()),
                    one.TextVqa.Marked(Marks.Official)
                );
                Assert.Equal(
                    expected.GetProperty("accuracy_exact").GetDouble(),
                    Value(one.TextVqa, PaperMetrics.TextVqa, "accuracy") / 100,
                    Close
                );
            }
        );

    [GoldenFact("evaluation")]
    public void Every_model_has_the_official_scores_of_the_benchmarks_with_a_judge() =>
        Assert.All(
            EvaluationCase.All,
            one =>
            {
                var expected = one.Scores.GetProperty("mmvet");
                var mmVet = one.MmVet(JudgePrompts.SVco);
                Assert.Equal(
                    expected.GetProperty("grades").EnumerateObject().Select(grade => (grade.Name, Graded.Number(grade.Value))),
                    mmVet.Verdicts.Select(verdict => (verdict.Item, verdict.Marks[Marks.Official]))
                );
                var score = mmVet.Score(PaperMetrics.MmVet(Behaviour.Official)[0]);
                Assert.Equal(expected.GetProperty("total_exact").GetDouble(), score.Value, 100 * Close);
                MmVetSummary.AssertPrinted(expected.GetProperty("capability_scores_printed"), score, name => name);
                MmVetSummary.AssertPrinted(
                    expected.GetProperty("capability_set_scores_printed"),
                    score,
                    name => MmVetTags.OfSet(name.Split('_'))
                );

                expected = one.Scores.GetProperty("llavabench");
                var llava = one.LlavaBench(JudgePrompts.SVco);
                Assert.Equal(
                    expected.GetProperty("tuples").EnumerateArray().Select(pair => (Graded.Number(pair[0]), Graded.Number(pair[1]))),
                    llava.Verdicts.Select(verdict => (verdict.Marks[Marks.OfficialReference], verdict.Marks[Marks.Official]))
                );
                LlavaSummary.AssertPrinted(expected.GetProperty("summary_printed"), llava);
                Assert.Equal(
                    expected.GetProperty("relative_exact").GetDouble(),
                    Value(llava, PaperMetrics.LlavaBench, "relative score"),
                    100 * Close
                );

                expected = one.Scores.GetProperty("mmhal");
                var mmHal = one.MmHal(JudgePrompts.SVco);
                Assert.Equal(expected.GetProperty("per_item_score").EnumerateArray().Select(Graded.Number), mmHal.Marked(Marks.Official));
                Assert.Equal(expected.GetProperty("average_exact").GetDouble(), Value(mmHal, PaperMetrics.MmHal, "score"), Close);
                Assert.Equal(
                    expected.GetProperty("hallucination_exact").GetDouble(),
                    Value(mmHal, PaperMetrics.MmHal, "hallucination rate") / 100,
                    Close
                );
                MmHalSummary.AssertPrinted(expected.GetProperty("printed"), mmHal);
            }
        );

    [GoldenFact("evaluation")]
    public void Judges_are_asked_as_often_and_with_the_model_the_temperature_the_tokens_and_the_roles_of_the_official_code() =>
        Assert.All(
            EvaluationCase.All,
            one =>
            {
                one.MmVet(JudgePrompts.SVco);
                one.LlavaBench(JudgePrompts.SVco);
                one.MmHal(JudgePrompts.SVco);

                Assert.NotEmpty(one.Requests);
                Assert.All(
                    one.Requests,
                    asked =>
                    {
                        Assert.Equal(asked.Recorded.GetProperty("model").GetString(), asked.Request.Model);
                        Assert.Equal(asked.Recorded.GetProperty("temperature").GetDouble(), asked.Request.Temperature);
                        Assert.Equal(asked.Recorded.GetProperty("max_tokens").GetInt32(), asked.Request.MaxTokens);
                        Assert.Equal(
                            asked.Recorded.GetProperty("messages").EnumerateArray().Select(message => message[0].GetString()),
                            asked.Request.Messages.Select(message => message.Role)
                        );
                    }
                );
                // The official texts are not here; but around an item's texts they are the same for every item, so the lengths differ alike.
                Assert.All(
                    one.Requests.GroupBy(asked => (asked.Benchmark, Hinted: IsHinted(asked.Request))),
                    alike => Assert.Single(alike.Select(asked => LengthBeyondOurs(asked.Request, asked.Recorded)).Distinct())
                );
            }
        );

    static bool IsHinted(JudgeRequest request) =>
        request.Messages[^1].Text.EndsWith(JudgePrompts.SVco.MmVet.Hint, StringComparison.Ordinal);

    static int LengthBeyondOurs(JudgeRequest request, JsonElement recorded) =>
        recorded.GetProperty("messages").EnumerateArray().Last()[1].GetInt32()
        - request.Messages[^1].Text.EnumerateRunes().Count()
        // Our three instructions differ in their length.
        + (request.Messages.Length > 1 ? OwnLength(request.Messages[^1].Text) : 0);

    static int OwnLength(string message) =>
        new[] { JudgePrompts.SVco.LlavaConversation, JudgePrompts.SVco.LlavaDetail, JudgePrompts.SVco.LlavaComplex }
            .Select(prompt => prompt.User)
            .Single(user => message.EndsWith(user[user.LastIndexOf('}')..][1..], StringComparison.Ordinal))
            .Length;

    static double Value(Graded graded, Func<Behaviour, ImmutableArray<Metric>> metrics, string name) =>
        graded.Score(metrics(Behaviour.Official).Single(metric => metric.Name == name)).Value;
}
