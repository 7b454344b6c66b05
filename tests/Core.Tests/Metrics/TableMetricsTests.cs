using SVco.Core.Metrics;
using SVco.Core.Objectives;

namespace SVco.Core.Tests;

using static SVco.Core.Objectives.Formula;
using static SVco.Core.Objectives.Objectives;

public class TableMetricsTests
{
    [Fact]
    public void Rewards_and_distances_of_SVco_equal_the_official_ones()
    {
        foreach (var golden in GoldenTables.Cases("svco").Where(golden => golden.TryGetProperty("rewards", out _)))
        {
            var singles = GoldenTables
                .Batch.Pairs.Select(pair => TableMetrics.Of(SVco(0.1, 0.1, 0.1, 0.1), new LogProbTable([pair])))
                .ToList();
            foreach (var (cell, expected) in GoldenTables.Cells.Zip(golden.GetProperty("rewards").EnumerateArray()))
            {
                AssertClose(GoldenTables.Numbers(expected), singles.Select(single => single.Cells.Single(one => one.Cell == cell).Reward));
            }

            foreach (var (term, expected) in golden.GetProperty("distances").EnumerateArray().Select((expected, term) => (term, expected)))
            {
                AssertClose(GoldenTables.Numbers(expected), singles.Select(single => single.Terms[term].Distance!.Value));
            }
        }
    }

    [Fact]
    public void Rewards_of_Dpo_and_Mdpo_are_multiplied_by_beta_as_TRL_does()
    {
        foreach (var (kind, make) in new (string, Func<double, Objective>)[] { ("dpo", Dpo), ("mdpo", Mdpo) })
        {
            foreach (var golden in GoldenTables.Cases(kind))
            {
                // The official rewards are taken against the reference even where the loss is reference-free.
                var objective = make(golden.GetProperty("beta").GetDouble());
                var singles = GoldenTables.Batch.Pairs.Select(pair => TableMetrics.Of(objective, new LogProbTable([pair]))).ToList();
                foreach (
                    var (name, cell) in new[]
                    {
                        ("chosen_rewards", "W.Match"),
                        ("rejected_rewards", "L.Mismatch"),
                        ("imageless_rewards", "W.Mismatch"),
                    }
                )
                {
                    if (golden.TryGetProperty(name, out var expected))
                    {
                        AssertClose(
                            GoldenTables.Numbers(expected),
                            singles.Select(single => single.Cells.Single(one => one.Cell.ToString() == cell).Reward)
                        );
                    }
                }
            }
        }
    }

    [Fact]
    public void Terms_have_short_names()
    {
        string[] Names(Objective objective) => [.. TableMetrics.Of(objective, OnePair).Terms.Select(term => term.Name)];

        Assert.Equal(["attend W", "reject W", "attend L", "reject L"], Names(SVco(0.1, 0.2)));
        Assert.Equal(["preference", "visual-conditional", "anchor"], Names(Mdpo(0.1)));
        Assert.Equal(["preference", "preference L"], Names(Symmetric(Dpo(0.1))));
        Assert.Equal(["attend W (contrast tokens)"], Names(Attend(0.1).Over(Tokens.Contrast)));
        Assert.Equal(["preference"], Names(SimPo(2, 0.5)));
        Assert.Equal(["visual-conditional", "0.01 * Square(r.W.Match)"], Names(VisualConditional(0.1) + 0.01 * Square(r.W.Match)));
        Assert.Equal(["attend W", "attend W (2)"], Names(Attend(0.1) + 0.5 * Attend(0.2)));
        Assert.Equal(["TokenMean(-pi.W.Match, length.W)"], Names(Sft()));
    }

    [Fact]
    public void A_tie_is_no_success()
    {
        var pair = OnePair.Pairs[0];
        Assert.Equal(0, TableMetrics.Of(Dpo(0.1), new LogProbTable([pair with { Policy = pair.Reference }])).Terms[0].Accuracy);
    }

    [Fact]
    public void SimPos_accuracy_compares_log_probabilities_by_length()
    {
        // The longer response is less likely as a whole and more likely a token.

        var pair = OnePair.Pairs[0];
        var (w, l) = (new Cell(Side.W, ImageCondition.Match), new Cell(Side.L, ImageCondition.Mismatch));
        var longer = pair with
        {
            Policy = pair.Policy.SetItem(w, -20).SetItem(l, -15),
            Lengths = pair.Lengths.SetItem((Side.W, Tokens.All), 20).SetItem((Side.L, Tokens.All), 5),
        };
        Assert.Equal(1, TableMetrics.Of(SimPo(2, 0.5), new LogProbTable([longer])).Terms[0].Accuracy);
    }

    [Law]
    public bool The_losses_of_the_terms_add_up(Objective objective, LogProbTable table) =>
        TableMetrics.Of(objective, table) is var metrics
        && metrics.Terms.Sum(term => term.Loss).IsCloseTo(metrics.Loss, 1e-9, metrics.Terms.Max(term => Math.Abs(term.Loss)))
        && metrics.Terms.Select(term => term.Name).Distinct().Count() == metrics.Terms.Length;

    [Law]
    public bool The_mean_of_equal_batches_is_the_batch(LogProbTable table)
    {
        var metrics = TableMetrics.Of(SVco(0.1, 0.2), table);
        var mean = TableMetrics.Mean([metrics, metrics]);
        return mean.Pairs == 2 * metrics.Pairs && Numbers(mean).Zip(Numbers(metrics)).All(pair => pair.First.IsCloseTo(pair.Second));

        static IEnumerable<double> Numbers(TableMetrics metrics) =>
            metrics
                .Terms.SelectMany(term => (double[])[term.Loss, term.Accuracy!.Value, term.Margin!.Value, term.Distance!.Value])
                .Concat(metrics.Cells.SelectMany(cell => (double[])[cell.Reward, cell.LogProb]));
    }

    [Law]
    public bool The_evaluation_loss_is_the_mean_over_all_pairs(LogProbTable one, LogProbTable other) =>
        TableMetrics
            .EvaluationMean([TableMetrics.Of(Dpo(0.1), one), TableMetrics.Of(Dpo(0.1), other)])
            .Loss.IsCloseTo(Dpo(0.1).Value(new LogProbTable([.. one.Pairs, .. other.Pairs])));

    static LogProbTable OnePair
    {
        get
        {
            var cells = Generators.AllCells;
            var pair = GoldenTables.Pair(
                cells,
                [.. cells.Select((_, index) => -10.0 - index)],
                [.. cells.Select((_, index) => -20.0 + index)]
            );
            var lengths = from side in Enum.GetValues<Side>() from tokens in Enum.GetValues<Tokens>() select (side, tokens);
            return new([pair with { Lengths = pair.Lengths.AddRange(lengths.Select(key => KeyValuePair.Create(key, 4))) }]);
        }
    }

    static void AssertClose(double[] expected, IEnumerable<double> actual) =>
        Assert.All(
            expected.Zip(actual.ToArray()),
            pair => Assert.True(pair.Second.IsCloseTo(pair.First), $"{pair.Second} is not {pair.First}")
        );
}
