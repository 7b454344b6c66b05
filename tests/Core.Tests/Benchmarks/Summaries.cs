using System.Globalization;
using System.Text.Json;
using SVco.Core.Benchmarks;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>What LLaVA-Bench's script prints.</summary>
static class LlavaSummary
{
    public static void AssertPrinted(JsonElement expected, Graded graded)
    {
        var scores = PaperMetrics.LlavaBench(Behaviour.Official).ToDictionary(metric => metric.Name, graded.Score);
        foreach (var group in expected.EnumerateObject())
        {
            var (model, reference) = (PythonRound.Exact(Of("score") / 10, 3), PythonRound.Exact(Of("reference score") / 10, 3));
            Assert.Equal(
                (
                    group.Value.GetProperty("relative").GetDouble(),
                    group.Value.GetProperty("gpt4_x10").GetDouble(),
                    group.Value.GetProperty("model_x10").GetDouble()
                ),
                (PythonRound.Exact(model / reference * 100, 1), PythonRound.Exact(reference * 10, 1), PythonRound.Exact(model * 10, 1))
            );
            // The script rounds the means first.
            Assert.Equal(model / reference * 100, Of("relative score"), 0.05);

            double Of(string metric) =>
                group.Name == "all" ? scores[metric].Value
                : scores[metric].Categories.TryGetValue(group.Name, out var value) ? value
                : scores[metric].Categories[group.Name.Replace("llava_bench_", "")];
        }
    }
}

/// <summary>What MMHal's scripts print.</summary>
static class MmHalSummary
{
    public static void AssertPrinted(JsonElement expected, Graded graded)
    {
        var scores = PaperMetrics.MmHal(Behaviour.Official).ToDictionary(metric => metric.Name, graded.Score);
        var types = graded.Items.Select(item => item.Category).Distinct();

        Assert.Equal(expected.GetProperty("average_score").GetDouble(), PythonRound.Exact(scores["score"].Value, 2));
        Assert.Equal(
            expected.GetProperty("hallucination_rate").GetDouble(),
            PythonRound.Exact(scores["hallucination rate"].Value / 100, 2)
        );
        Assert.Equal(expected.GetProperty("informativeness").GetDouble(), PythonRound.Exact(scores["informativeness"].Value, 2));
        Assert.Equal(
            expected.GetProperty("average_by_question_type").EnumerateArray().Select(one => one.GetDouble()),
            types.Select(type => PythonRound.Exact(scores["score"].Categories[type], 2))
        );
    }
}

/// <summary>What MM-Vet's script writes of capabilities and of their sets.</summary>
static class MmVetSummary
{
    public static void AssertPrinted(JsonElement printed, Score score, Func<string, string> tag) =>
        Assert.All(
            printed.EnumerateObject(),
            one =>
                Assert.Equal(
                    one.Value.ValueKind == JsonValueKind.String
                        ? one.Value.GetString()
                        : one.Value.GetDouble().ToString(CultureInfo.InvariantCulture),
                    one.Name switch
                    {
                        "std" => PythonRound.Numpy(score.Deviation, 2).ToString(CultureInfo.InvariantCulture),
                        "runs" => Runs(score),
                        "total" => PythonRound.Numpy(score.Runs.Average(), 2).ToString(CultureInfo.InvariantCulture),
                        _ => PythonRound.Numpy(score.Categories[tag(one.Name)], 2).ToString(CultureInfo.InvariantCulture),
                    }
                )
        );

    static string Runs(Score score) =>
        $"[{string.Join(", ", score.Runs.Select(run => PythonRound.Numpy(run, 2).ToString("0.0#", CultureInfo.InvariantCulture)))}]";
}
