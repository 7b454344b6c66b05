using System.Text.Json;
using SVco.Core.Benchmarks;
using SVco.Evaluation.Benchmarks;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Benchmarks;

/// <summary>
/// golden/evaluation: the official answers to the items as they are read here, and the recorded judge's replies, give the nine numbers of
/// table1.json.
/// </summary>
public sealed class TableOneTests : IDisposable
{
    readonly Copies copies = new();

    public void Dispose() => copies.Dispose();

    [GoldenFact("evaluation")]
    public void The_averaged_metrics_of_the_eight_are_the_nine_of_the_table()
    {
        var table = Golden.Json(Golden.PathOf("evaluation", "table1.json"));
        Benchmark[] benchmarks = [.. AllBenchmarks.Find(Copies.Data).Select(finding => finding.Read(copies.Pictures))];

        foreach (var family in table.EnumerateObject().Where(family => family.Value.ValueKind == JsonValueKind.Object))
        {
            foreach (var (model, vision, suffix) in Runs)
            {
                var expected = family.Value.GetProperty($"{model}{suffix}").EnumerateObject().Select(metric => metric.Value.GetDouble());
                var actual = benchmarks.SelectMany(benchmark => Scores(benchmark, $"{family.Name}/{model}/{vision}"));

                // Exact but for the order in which doubles are added.
                Assert.All(expected.Zip(actual, (one, other) => one - other), difference => Assert.Equal(0, difference, 1e-11));
                Assert.Equal(expected.Count(), actual.Count());
            }
        }
    }

    static IEnumerable<(string Model, string Vision, string Suffix)> Runs =>
        [
            ("base", "with_image", ""),
            ("tuned", "with_image", ""),
            ("base", "without_image", "_without_image"),
            ("tuned", "without_image", "_without_image"),
        ];

    static IEnumerable<double> Scores(Benchmark benchmark, string key)
    {
        var file = Copies.AnswerFiles[benchmark.Name];
        var answers = File.ReadLines(Golden.PathOf(["evaluation", "answers", .. key.Split('/'), $"{file}.jsonl"]))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(answer => (answer.TryGetProperty("response", out var text) ? text : answer.GetProperty("text")).GetString()!);
        var replies = Golden.Json(Golden.PathOf("evaluation", "judge.json")).GetProperty(key).TryGetProperty(file, out var recorded)
            ? recorded.EnumerateArray().Select(item => item.GetProperty("replies").EnumerateArray().Select(reply => reply.GetString()!))
            : benchmark.Items.Select(_ => Enumerable.Empty<string>());
        Verdict[] verdicts =
        [
            .. benchmark
                .Items.Zip(answers, replies)
                .Select(one =>
                {
                    var left = new Queue<string>(one.Third);
                    return Verdict.Of(one.First, new(one.First.Id, 0, one.Second, []), _ => left.Dequeue());
                }),
        ];
        return benchmark.Metrics.Where(metric => metric.Averaged).Select(metric => Score.Of(metric, benchmark.Items, verdicts).Value);
    }
}
