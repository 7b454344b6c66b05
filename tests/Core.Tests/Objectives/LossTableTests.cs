using System.Text.Json;
using SVco.Core.Metrics;
using SVco.Core.Objectives;

namespace SVco.Core.Tests;

using static SVco.Core.Objectives.Formula;
using static SVco.Core.Objectives.Objectives;

/// <summary>
/// golden/svco/loss_tables.json: the official loss functions in float64. Both sides compute in float64 with other groupings of the same
/// few operations, so only rounding differs: 1e-12 relative is some thousand units in the last place. Gradients of a cell that two terms
/// share may cancel, so they are judged against the largest gradient of their table.
/// </summary>
public class LossTableTests
{
    const double Rounding = 1e-12;

    [Fact]
    public void SVco_equals_the_official_losses_terms_and_gradients()
    {
        foreach (var golden in GoldenTables.Cases("svco"))
        {
            double[] betas = GoldenTables.Numbers(golden.GetProperty("betas"));
            var inTraining = golden.GetProperty("mode").GetString() == "train";
            var trained = Variant(golden, SVco(betas[0], betas[1], betas[2], betas[3]));
            Check(golden, inTraining ? trained : OfficialEvaluation.Of(trained));

            Func<double, Objective>[] terms = [Attend, Reject, beta => Attend(beta).Swap(), beta => Reject(beta).Swap()];
            foreach (var (term, beta, expected) in terms.Zip(betas, golden.GetProperty("loss_terms").EnumerateArray()))
            {
                Objective part = (beta, inTraining) switch
                {
                    (0, true) => 0,
                    (0, false) => term(0.1),
                    _ => term(beta),
                };
                AssertClose(GoldenTables.Numbers(expected), [.. Variant(golden, part).PairValues(GoldenTables.Batch)]);
            }
        }
    }

    [Fact]
    public void Dpo_equals_the_official_losses_and_gradients()
    {
        foreach (var golden in GoldenTables.Cases("dpo"))
        {
            Check(golden, Variant(golden, Dpo(golden.GetProperty("beta").GetDouble())));
        }
    }

    [Fact]
    public void Mdpo_equals_the_official_losses_and_gradients()
    {
        foreach (var golden in GoldenTables.Cases("mdpo"))
        {
            // The official reference-free mDPO keeps the reference in its anchor.
            var beta = golden.GetProperty("beta").GetDouble();
            Check(golden, Variant(golden, Dpo(beta) + VisualConditional(beta)) + Anchor(beta));
        }
    }

    static void Check(JsonElement golden, Objective objective)
    {
        var batch = GoldenTables.Batch;
        AssertClose(GoldenTables.Numbers(golden.GetProperty("losses")), [.. objective.PairValues(batch)]);
        if (golden.TryGetProperty("mean_loss", out var mean))
        {
            AssertClose([mean.GetDouble()], [objective.Value(batch)]);
        }

        foreach (var (expected, gradient) in golden.GetProperty("grad_of_mean_wrt_policy").EnumerateArray().Zip(objective.Gradient(batch)))
        {
            AssertClose(
                GoldenTables.Numbers(expected),
                [.. GoldenTables.Cells.Select(cell => gradient.GetValueOrDefault(cell))],
                GoldenTables.Numbers(expected).Max(Math.Abs)
            );
        }
    }

    static Objective Variant(JsonElement golden, Objective objective) =>
        golden.GetProperty("reference_free").GetBoolean() ? ReferenceFree(objective) : objective;

    static void AssertClose(double[] expected, double[] actual, double scale = 0)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(
            expected.Zip(actual),
            pair => Assert.True(pair.Second.IsCloseTo(pair.First, Rounding, scale), $"{pair.Second} is not {pair.First}")
        );
    }
}
