using System.Collections.Immutable;
using FsCheck.Xunit;
using SVco.Core.Statistics;

namespace SVco.Core.Tests.Statistics;

public sealed class StatisticsLaws
{
    const double Close = 1e-9;

    static double[] Values(byte[] drawn) => [.. drawn.Select(value => value / 255.0)];

    static bool AreClose(double one, double other) => Math.Abs(one - other) < Close || (double.IsNaN(one) && double.IsNaN(other));

    [Property]
    public bool Wilsons_interval_holds_the_share_and_lies_within_0_and_1(byte right, byte wrong)
    {
        var count = right + wrong;
        if (count == 0)
        {
            return true;
        }

        var share = right / (double)count;
        var bounds = Bounds.Wilson(share, count);
        return bounds.Covers(share) && bounds.Low >= 0 && bounds.High <= 1 && bounds.Low < bounds.High;
    }

    [Property]
    public bool Items_that_are_each_their_own_cluster_have_the_plain_standard_error(byte[] drawn)
    {
        var values = Values(drawn);
        int[] alone = [.. Enumerable.Range(0, values.Length)];
        return values.Length < 2 || AreClose(StandardError.Clustered(values, alone), StandardError.OfMean(values));
    }

    [Property]
    public bool Every_item_asked_twice_in_one_cluster_tells_no_more_than_once(byte[] drawn)
    {
        var values = Values(drawn);
        double[] twice = [.. values.Concat(values)];
        int[] clusters = [.. Enumerable.Range(0, values.Length).Concat(Enumerable.Range(0, values.Length))];
        return values.Length < 2 || AreClose(StandardError.Sandwich(twice, clusters, smallSample: true), StandardError.OfMean(values));
    }

    [Property]
    public bool One_stratum_of_weight_1_is_the_plain_mean(byte[] drawn)
    {
        ImmutableArray<Stratum> one = [new(1, [.. Values(drawn)])];
        return drawn.Length < 2
            || (
                AreClose(WeightedStrata.Mean(one), Values(drawn).Average())
                && AreClose(WeightedStrata.StandardError(one), StandardError.OfMean(Values(drawn)))
            );
    }

    [Property]
    public bool McNemars_p_does_not_care_which_model_is_first_and_lies_in_0_to_1(byte[] first, byte[] second)
    {
        var answers = first.Zip(second, (one, other) => (one % 2 == 1, other % 2 == 1)).ToArray();
        var (there, back) = (McNemar.Of(answers), McNemar.Of(answers.Select(answer => (answer.Item2, answer.Item1))));
        return AreClose(there.ExactP, back.ExactP)
            && there.MidP <= there.ExactP
            && there is { ExactP: > 0 and <= 1, MidP: > 0 }
            && there.ChiSquareCorrected.GetValueOrDefault() <= there.ChiSquare.GetValueOrDefault();
    }

    [Property(MaxTest = 40)]
    public bool All_signs_of_right_and_wrong_answers_give_McNemars_exact_p(byte[] first, byte[] second)
    {
        var answers = first.Take(12).Zip(second, (one, other) => (one % 2 == 1, other % 2 == 1)).ToArray();
        double[] differences = [.. answers.Select(answer => (answer.Item2 ? 1.0 : 0) - (answer.Item1 ? 1 : 0))];
        return answers.Length == 0 || AreClose(Permutation.SignFlip(differences), McNemar.Of(answers).ExactP);
    }

    [Property(MaxTest = 20)]
    public bool Random_signs_come_near_all_signs(byte[] drawn)
    {
        double[] differences = [.. Values(drawn).Take(10).Select(value => value - 0.3)];
        return differences.Length == 0
            // Four standard deviations of a share of 4000.
            || Math.Abs(Permutation.SignFlip(differences, 4000, 3) - Permutation.SignFlip([.. differences, .. new double[70]], 4000, 3))
                < 0.035;
    }

    [Property]
    public bool Holm_keeps_the_order_lowers_nothing_and_stays_below_Bonferroni(byte[] drawn)
    {
        var values = Values(drawn);
        var adjusted = Holm.Adjusted(values);
        return values.Zip(adjusted).All(one => one.Second >= one.First && one.Second <= Math.Min(1, values.Length * one.First) + Close)
            && values.Zip(adjusted).OrderBy(one => one.First).Select(one => one.Second).SequenceEqual(adjusted.Order());
    }

    [Property]
    public bool A_test_that_was_not_made_changes_no_other(byte[] drawn)
    {
        var values = Values(drawn);
        return Holm.Adjusted([.. values, double.NaN])[..^1].SequenceEqual(Holm.Adjusted(values));
    }

    [Property(MaxTest = 30)]
    public bool Drawn_samples_of_equal_values_are_all_equal_and_equal_seeds_draw_equally(byte value, byte units, ulong seed)
    {
        var one = Bootstrap.Of(2 + (units % 20), drawn => drawn.Average(_ => value), 10, seed);
        var sums = Enumerable.Range(0, 2).Select(_ => Bootstrap.Of(2 + (units % 20), drawn => drawn.Sum(), 10, seed).Values).ToArray();
        return one.Values.All(drawn => drawn == value) && one.Percentiles() == new Bounds(value, value) && sums[0].SequenceEqual(sums[1]);
    }

    [Property(MaxTest = 30)]
    public bool Of_single_units_there_is_nothing_to_draw_and_no_interval(byte value, byte samples, ulong seed)
    {
        var one = Bootstrap.Of([.. Enumerable.Repeat(1, 1 + (samples % 5))], _ => value, 10, seed);
        return one.Estimate == value && double.IsNaN(one.StandardError) && one.Percentiles() == new Bounds(double.NaN, double.NaN);
    }

    [Property]
    public bool A_ratio_does_not_care_in_which_unit_both_are_measured(byte[] drawn)
    {
        double[] below = [.. Values(drawn).Select(value => 1 + value)];
        double[] above = [.. Values(drawn).Reverse()];
        return drawn.Length < 2
            || (RatioOfMeans.Of(below, above), RatioOfMeans.Of([.. below.Select(x => 7 * x)], [.. above.Select(y => 7 * y)]))
                is var (one, other)
                && AreClose(one.Ratio, other.Ratio)
                && AreClose(one.StandardError, other.StandardError);
    }

    [Property]
    public bool A_paired_difference_exchanged_is_its_opposite(byte[] first, byte[] second)
    {
        var count = Math.Min(first.Length, second.Length);
        double[] one = [.. Values(first).Take(count)];
        double[] other = [.. Values(second).Take(count)];
        if (count < 2)
        {
            return true;
        }

        var (there, back) = (PairedDifference.Of(one, other), PairedDifference.Of(other, one));
        return AreClose(there.Difference, -back.Difference)
            && AreClose(there.StandardError, back.StandardError)
            && AreClose(there.ByT().Low, -back.ByT().High);
    }

    [Property]
    public bool A_judge_that_always_agrees_with_itself_has_no_variance(byte[] drawn)
    {
        if (drawn.Length < 2)
        {
            return true;
        }

        var runs = JudgeRuns.Of([.. Values(drawn).Select(score => (IReadOnlyList<double>)[score, score, score])]);
        return runs.JudgeVariance < Close && AreClose(runs.StandardErrorWith(1), runs.StandardErrorOverItems);
    }

    [Property]
    public bool What_so_many_items_can_show_needs_so_many_items(byte variance, byte items)
    {
        var power = new Power((1 + variance) / 256.0);
        var needed = power.Items(power.Detectable(1 + items));
        // The quotient may round to just above the whole number.
        return needed == 1 + items || needed == 2 + items;
    }

    [Property]
    public bool A_fall_of_a_rate_that_should_fall_is_worth_as_much_as_an_equal_rise_of_one_that_should_rise(byte before, byte change)
    {
        var (up, down) = (
            RelativeChange.Percent(before + change, before, higherIsBetter: true),
            RelativeChange.Percent(before - change, before, higherIsBetter: false)
        );
        return before == 0 ? (up, down) is (null, null) : up == down && AreClose(up!.Value, 100.0 * change / before);
    }
}
