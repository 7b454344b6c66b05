using System.Text.Json;
using SVco.Core.Metrics;
using SVco.Core.Objectives;
using SVco.Core.Tests;
using SVco.Tests;

namespace SVco.Training.Tests;

using static SVco.Core.Objectives.Objectives;

public class OfficialMetricsTests
{
    /// <summary>
    /// golden/svco/*/trajectory.json: every logged step and evaluation from the recorded cells. The official means were taken in float32
    /// (24 bits: 6e-8 relative) over log-probabilities of some hundred nats, whose differences then keep about 1e-4 absolute at worst;
    /// the Trainer rounds the loss to 4 digits.
    /// </summary>
    [Fact]
    public void Logged_metrics_of_the_official_run_are_the_means_over_micro_batches()
    {
        foreach (var folder in Golden.Folders("svco").Where(folder => File.Exists(Path.Combine(folder, "trajectory.json"))))
        {
            var golden = Golden.Json(Path.Combine(folder, "trajectory.json"));
            var betas = GoldenTables.Numbers(golden.GetProperty("betas"));
            var training = Micro(golden, "micro", SVco(betas[0], betas[1], betas[2], betas[3]));
            var evaluation = Micro(golden, "eval_micro", OfficialEvaluation.Of(SVco(betas[0], betas[1], betas[2], betas[3])));
            var perStep = golden
                .GetProperty("steps")
                .EnumerateArray()
                .ToDictionary(step => step.GetProperty("step").GetInt32(), step => step.GetProperty("micro_batches_so_far").GetInt32());

            var (logged, lastStep) = (0, 0);
            foreach (var entry in golden.GetProperty("log_history").EnumerateArray())
            {
                var step = entry.GetProperty("step").GetInt32();
                if (entry.TryGetProperty("loss", out var loss))
                {
                    var mean = TableMetrics.Mean([.. training[logged..perStep[step]].Select(micro => micro.Metrics)]);
                    Check(entry, mean.Official("train"), "train_", complete: betas.All(beta => beta > 0));

                    // Each micro batch counts by the accumulation, also in a window that has fewer of them.
                    var steps = (step - lastStep) * golden.GetProperty("accumulation").GetDouble();
                    Assert.Equal(loss.GetDouble(), training[logged..perStep[step]].Sum(micro => micro.Metrics.Loss) / steps, 1e-4);
                    lastStep = step;
                    logged = perStep[step];
                }
                else if (entry.TryGetProperty("eval_loss", out var evaluationLoss))
                {
                    var mean = TableMetrics.EvaluationMean([
                        .. evaluation.Where(micro => micro.Step == step).Select(micro => micro.Metrics),
                    ]);
                    Check(entry, mean.Official("eval"), "eval_", complete: true);
                    Assert.Equal(evaluationLoss.GetDouble(), mean.Loss, 1e-5);
                }
            }

            Assert.True(logged > 0, $"{folder} logs no step");
        }
    }

    static (int Step, TableMetrics Metrics)[] Micro(JsonElement golden, string name, Objective objective)
    {
        var cells = GoldenTables.CellsOf(golden.GetProperty("cell_order"));
        return
        [
            .. golden
                .GetProperty(name)
                .EnumerateArray()
                .Select(micro =>
                {
                    var models = micro
                        .GetProperty("cells")
                        .EnumerateArray()
                        .Select(model => model.EnumerateArray().Select(GoldenTables.Numbers).ToArray())
                        .ToArray();
                    var pairs = Enumerable
                        .Range(0, models[0][0].Length)
                        .Select(pair =>
                            GoldenTables.Pair(cells, [.. models[0].Select(cell => cell[pair])], [.. models[1].Select(cell => cell[pair])])
                        );
                    return (micro.GetProperty("global_step").GetInt32(), TableMetrics.Of(objective, new LogProbTable([.. pairs])));
                }),
        ];
    }

    static void Check(JsonElement entry, IReadOnlyDictionary<string, double> actual, string prefix, bool complete)
    {
        var expected = entry
            .EnumerateObject()
            .Where(metric => metric.Name.StartsWith(prefix) && metric.Name.Contains('/'))
            .ToDictionary(metric => metric.Name, metric => metric.Value.GetDouble());
        if (complete)
        {
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys);
        }

        Assert.All(actual, metric => Assert.Equal(expected[metric.Key], metric.Value, 1e-4));
    }
}
