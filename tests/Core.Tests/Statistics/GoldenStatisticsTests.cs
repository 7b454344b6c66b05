using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MathNet.Numerics.Statistics;
using SVco.Core.Statistics;
using SVco.Tests;

namespace SVco.Core.Tests.Statistics;

/// <summary>Every worked number of golden/evaluation/statistics.json, which two other programs agree on to 1e-10.</summary>
public sealed class GoldenStatisticsTests
{
    const double Close = 1e-9;

    static JsonElement Case(string name) => Golden.Json(Golden.PathOf("evaluation", "statistics.json")).GetProperty(name);

    static double Number(JsonElement one, string field) => one.GetProperty(field).GetDouble();

    static ImmutableArray<double> Numbers(JsonElement one, string field) => Numbers(one.GetProperty(field));

    static ImmutableArray<double> Numbers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];

    static ImmutableArray<int> Clusters(JsonElement one, string field) =>
        [.. one.GetProperty(field).EnumerateArray().Select(value => value.GetInt32())];

    static void AssertClose(JsonElement one, string field, double actual) => Assert.Equal(Number(one, field), actual, Close);

    static void AssertClose(JsonElement one, string field, Bounds actual)
    {
        var expected = Numbers(one, field);
        Assert.Equal(expected[0], actual.Low, Close);
        Assert.Equal(expected[1], actual.High, Close);
    }

    static void AssertBootstrap(JsonElement one, Bootstrap actual, double scale = 1)
    {
        AssertClose(one, "estimate", scale * actual.Estimate);
        Assert.All(Numbers(one, "first_values").Zip(actual.Values), values => Assert.Equal(values.First, scale * values.Second, Close));
        AssertClose(one, "mean", scale * actual.Mean);
        AssertClose(one, "standard_error", scale * actual.StandardError);
        var percentiles = actual.Percentiles();
        AssertClose(one, "percentile_95", new Bounds(scale * percentiles.Low, scale * percentiles.High));
        AssertClose(one, "share_not_above_0", actual.ShareNotAbove(0));
    }

    static Bootstrap Drawn(JsonElement one, Func<int[], double> statistic) =>
        Bootstrap.Of(
            one.GetProperty("units").GetInt32(),
            statistic,
            one.GetProperty("resamples").GetInt32(),
            one.GetProperty("seed").GetUInt64()
        );

    [GoldenFact("evaluation")]
    public void An_accuracy_has_its_standard_errors_and_intervals()
    {
        var one = Case("accuracy");
        var scores = Numbers(one, "scores");
        var mean = scores.Average();

        AssertClose(one, "mean", mean);
        AssertClose(one, "standard_error", StandardError.OfMean(scores));
        AssertClose(one, "standard_error_binomial", StandardError.OfShare(mean, scores.Length));
        // This one interval is made of the plain standard error.
        AssertClose(one, "normal_95", Bounds.Normal(mean, StandardError.OfMean(scores)));
        AssertClose(one, "wilson_95", Bounds.Wilson(mean, scores.Length));
    }

    [GoldenFact("evaluation")]
    public void A_paired_difference_has_its_intervals_and_tests()
    {
        var one = Case("paired_difference");
        var paired = PairedDifference.Of(Numbers(one, "base"), Numbers(one, "tuned"));

        AssertClose(one, "difference", paired.Difference);
        AssertClose(one, "standard_error", paired.StandardError);
        AssertClose(one, "standard_error_unpaired", paired.Unpaired);
        AssertClose(one, "correlation", paired.Correlation);
        AssertClose(one, "normal_95", paired.ByNormal());
        AssertClose(one, "t", paired.T);
        Assert.Equal(one.GetProperty("degrees_of_freedom").GetInt32(), paired.DegreesOfFreedom);
        AssertClose(one, "t_95", paired.ByT());
        AssertClose(one, "p_t", paired.PByT);
        AssertClose(one, "p_normal", paired.PByNormal);
    }

    [GoldenFact("evaluation")]
    public void McNemars_test_has_its_counts_and_p_values()
    {
        var one = Case("mcnemar");
        var test = Test(one);

        Assert.Equal(
            new[] { "both_right", "only_base", "only_tuned", "both_wrong" }.Select(field => one.GetProperty(field).GetInt32()),
            [test.BothRight, test.OnlyFirst, test.OnlySecond, test.BothWrong]
        );
        AssertClose(one, "p_exact", test.ExactP);
        AssertClose(one, "p_mid", test.MidP);
        AssertClose(one, "chi_square", test.ChiSquare!.Value);
        AssertClose(one, "p_chi_square", test.ChiSquareP!.Value);
        AssertClose(one, "chi_square_corrected", test.ChiSquareCorrected!.Value);
        AssertClose(one, "p_chi_square_corrected", test.ChiSquareCorrectedP!.Value);

        var none = Test(Case("mcnemar_without_discordant"));
        Assert.Equal((0, 1, null, null), (none.Discordant, none.ExactP, none.ChiSquare, none.ChiSquareP));

        static McNemar Test(JsonElement one) =>
            McNemar.Of(Numbers(one, "base").Zip(Numbers(one, "tuned"), (first, second) => (first == 1, second == 1)));
    }

    [GoldenFact("evaluation")]
    public void A_paired_bootstrap_draws_the_recorded_samples()
    {
        var one = Case("paired_bootstrap");
        double[] differences = [.. Numbers(one, "base").Zip(Numbers(one, "tuned"), (first, second) => second - first)];

        AssertBootstrap(one, Drawn(one, drawn => drawn.Average(unit => differences[unit])));
    }

    [GoldenFact("evaluation")]
    public void All_samples_and_all_signs_of_a_few_items_give_the_exact_interval_and_p()
    {
        var one = Case("exact_bootstrap_and_permutation");
        var differences = Numbers(one, "differences");
        var bootstrap = Bootstrap.Exact(differences.Length, drawn => drawn.Average(unit => differences[unit]));

        AssertClose(one, "mean", bootstrap.Estimate);
        Assert.Equal(one.GetProperty("resamples").GetInt32(), bootstrap.Values.Length);
        AssertClose(one, "bootstrap_mean", bootstrap.Mean);
        AssertClose(one, "bootstrap_standard_error_population", bootstrap.Values.PopulationStandardDeviation());
        AssertClose(one, "percentile_95", bootstrap.Percentiles());
        AssertClose(one, "p_sign_flip", Permutation.SignFlip(differences));
    }

    [GoldenFact("evaluation")]
    public void Pairs_and_questions_on_one_image_have_clustered_standard_errors()
    {
        var one = Case("pairs_as_clusters");
        var (first, second, pairs) = (Numbers(one, "base"), Numbers(one, "tuned"), Clusters(one, "pair"));
        double[] differences = [.. first.Zip(second, (before, after) => after - before)];
        AssertClose(one, "accuracy", second.Average());
        AssertClose(one, "standard_error_plain", StandardError.OfMean(second));
        AssertClustered(one.GetProperty("standard_error_clustered"), second, pairs);
        AssertClose(one, "difference", differences.Average());
        AssertClose(one, "difference_standard_error_plain", StandardError.OfMean(differences));
        AssertClustered(one.GetProperty("difference_standard_error_clustered"), differences, pairs);

        var groups = pairs.Index().GroupBy(pair => pair.Item, pair => pair.Index).Select(group => group.ToArray()).ToArray();
        double[] both = [.. groups.Select(group => group.Min(item => second[item]))];
        double[] gained = [.. groups.Select(group => group.Min(item => second[item]) - group.Min(item => first[item]))];
        AssertClose(one, "paired_accuracy", both.Average());
        AssertClose(one, "paired_accuracy_standard_error", StandardError.OfMean(both));
        AssertClose(one, "paired_accuracy_difference", gained.Average());
        AssertClose(one, "paired_accuracy_difference_standard_error", StandardError.OfMean(gained));

        var bootstrap = one.GetProperty("cluster_bootstrap");
        AssertBootstrap(bootstrap, Drawn(bootstrap, drawn => drawn.SelectMany(pair => groups[pair]).Average(item => differences[item])));

        one = Case("questions_sharing_an_image");
        var scores = Numbers(one, "scores");
        AssertClose(one, "mean", scores.Average());
        AssertClose(one, "standard_error_plain", StandardError.OfMean(scores));
        AssertClustered(one.GetProperty("standard_error_clustered"), scores, Clusters(one, "image"));

        static void AssertClustered(JsonElement one, IReadOnlyList<double> values, ImmutableArray<int> clusters)
        {
            Assert.Equal(one.GetProperty("clusters").GetInt32(), clusters.Distinct().Count());
            AssertClose(one, "miller", StandardError.Clustered(values, clusters));
            AssertClose(one, "sandwich", StandardError.Sandwich(values, clusters, smallSample: false));
            AssertClose(one, "sandwich_small_sample", StandardError.Sandwich(values, clusters, smallSample: true));
        }
    }

    [GoldenFact("evaluation")]
    public void Strata_count_with_their_weights()
    {
        var one = Case("weighted_strata");
        var strata = one.GetProperty("strata").EnumerateObject().Select(stratum => stratum.Value).ToArray();
        Stratum[] tuned = [.. strata.Select(stratum => new Stratum(Number(stratum, "weight"), Numbers(stratum, "tuned")))];
        Stratum[] differences =
        [
            .. strata.Select(stratum => new Stratum(
                Number(stratum, "weight"),
                [.. Numbers(stratum, "base").Zip(Numbers(stratum, "tuned"), (first, second) => second - first)]
            )),
        ];

        AssertClose(one, "combined_tuned", WeightedStrata.Mean(tuned));
        AssertClose(one, "standard_error_tuned", WeightedStrata.StandardError(tuned));
        AssertClose(one, "difference", WeightedStrata.Mean(differences));
        AssertClose(one, "difference_standard_error", WeightedStrata.StandardError(differences));
    }

    [GoldenFact("evaluation")]
    public void A_ratio_of_means_has_its_standard_error_by_the_delta_method()
    {
        var one = Case("ratio_of_means");
        var (reference, model) = (Numbers(one, "reference"), Numbers(one, "model"));
        var ratio = RatioOfMeans.Of(reference, model);

        AssertClose(one, "relative_percent", 100 * ratio.Ratio);
        AssertClose(one, "standard_error_delta_percent", 100 * ratio.StandardError);
        var bootstrap = one.GetProperty("bootstrap");
        AssertBootstrap(
            bootstrap,
            Drawn(bootstrap, drawn => drawn.Sum(unit => model[unit]) / drawn.Sum(unit => reference[unit])),
            scale: 100
        );
    }

    [GoldenFact("evaluation")]
    public void Runs_of_a_judge_part_its_variance_from_that_of_the_items()
    {
        var one = Case("judge_runs");
        var runs = JudgeRuns.Of([.. one.GetProperty("scores").EnumerateArray().Select(item => (IReadOnlyList<double>)Numbers(item))]);

        Assert.All(Numbers(one, "run_totals").Zip(runs.Runs), total => Assert.Equal(total.First, 100 * total.Second, Close));
        AssertClose(one, "mean_of_runs", 100 * runs.Mean);
        AssertClose(one, "std_of_runs_population", 100 * runs.Deviation);
        AssertClose(one, "standard_error_over_items", 100 * runs.StandardErrorOverItems);
        AssertClose(one, "judge_variance", runs.JudgeVariance);
        AssertClose(one, "item_variance_without_judge", runs.ItemVariance);
        AssertClose(one, "standard_error_expected_with_1_run", 100 * runs.StandardErrorWith(1));
    }

    [GoldenFact("evaluation")]
    public void The_average_improvement_draws_the_same_items_for_both_models_benchmark_by_benchmark()
    {
        var one = Case("average_improvement");
        var benchmarks = one.GetProperty("benchmarks").EnumerateObject().Select(benchmark => benchmark.Value).ToArray();
        var items = benchmarks
            .Select(benchmark =>
                (
                    Base: Numbers(benchmark, "base"),
                    Tuned: Numbers(benchmark, "tuned"),
                    Higher: benchmark.GetProperty("better").GetString() == "higher"
                )
            )
            .ToArray();
        var bootstrap = Bootstrap.Of(
            [.. items.Select(benchmark => benchmark.Base.Length)],
            drawn =>
                items
                    .Select(
                        (benchmark, at) =>
                            RelativeChange.Percent(
                                drawn[at].Average(item => benchmark.Tuned[item]),
                                drawn[at].Average(item => benchmark.Base[item]),
                                benchmark.Higher
                            )
                    )
                    .Average()!
                    .Value,
            one.GetProperty("resamples").GetInt32(),
            one.GetProperty("seed").GetUInt64()
        );

        AssertClose(one, "average_improvement_percent", bootstrap.Estimate);
        Assert.All(Numbers(one, "first_values").Zip(bootstrap.Values), values => Assert.Equal(values.First, values.Second, Close));
        AssertClose(one, "percentile_95", bootstrap.Percentiles());
    }

    [GoldenFact("evaluation")]
    public void Holms_adjustment_and_the_power_of_a_test()
    {
        var one = Case("holm");
        Assert.All(
            Numbers(one, "adjusted").Zip(Holm.Adjusted(Numbers(one, "p"))),
            values => Assert.Equal(values.First, values.Second, Close)
        );

        one = Case("power");
        var power = new Power(Number(one, "variance_of_differences"));
        Assert.Equal(Number(one, "z_alpha") + Number(one, "z_beta"), power.Z, Close);
        Assert.All(
            one.GetProperty("items_for_difference").EnumerateObject(),
            items => Assert.Equal(items.Value.GetInt32(), power.Items(double.Parse(items.Name, CultureInfo.InvariantCulture)))
        );
        Assert.All(
            one.GetProperty("detectable_with_items").EnumerateObject(),
            items => Assert.Equal(items.Value.GetDouble(), power.Detectable(int.Parse(items.Name, CultureInfo.InvariantCulture)), Close)
        );
    }
}
