using System.Collections.Immutable;
using System.Text.Json;
using FsCheck.Xunit;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Core.Statistics;
using SVco.Tests;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>Two models' verdicts compared by the method that the benchmark asks for, on the worked numbers of golden/evaluation.</summary>
public sealed class ScoreDifferenceTests
{
    const double Close = 1e-9;

    static readonly Metric OverItems = new("accuracy", "right") { Over = Over.Items, Scale = 1 };
    static readonly Metric OverCategories = OverItems with { Over = Over.Categories };

    static JsonElement Case(string name) => Golden.Json(Golden.PathOf("evaluation", "statistics.json")).GetProperty(name);

    static double[] Numbers(JsonElement one, string field) =>
        [.. one.GetProperty(field).EnumerateArray().Select(value => value.GetDouble())];

    static Item[] Items(
        int count,
        Func<int, string>? group = null,
        Func<int, ImageSource?>? image = null,
        Func<int, string>? category = null
    ) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new Item(
                    $"{i}",
                    category?.Invoke(i) ?? "",
                    group?.Invoke(i) ?? $"{i}",
                    image?.Invoke(i),
                    "?",
                    new ItemTask.Choose(["a"], 0)
                )),
        ];

    static Verdict[] Verdicts(IEnumerable<double> marks, string mark = "right") =>
        [.. marks.Select((value, i) => new Verdict($"{i}", 0, Marks.Of((mark, value))))];

    static void AssertBounds(JsonElement expected, Bounds actual)
    {
        Assert.Equal(expected[0].GetDouble(), actual.Low, Close);
        Assert.Equal(expected[1].GetDouble(), actual.High, Close);
    }

    /// <summary>MM-Vet's official rule lets a judge's "nan" pass.</summary>
    [Fact]
    public void A_mark_that_is_no_number_has_no_p_and_is_not_told_apart()
    {
        var difference = ScoreDifference.Between(
            OverItems,
            Items(8),
            Verdicts([.. Enumerable.Repeat(0.5, 7), double.NaN]),
            Verdicts([0, 0, 0, 0, 0, 0, 0, 1])
        )!;
        Assert.True(double.IsNaN(difference.P));
        Assert.True(double.IsNaN(difference.Value));
    }

    [Fact]
    public void Models_that_agree_everywhere_say_nothing_of_the_least_difference_that_can_be_shown()
    {
        double[] marks = [1, 0, 1, 1];
        Assert.True(double.IsNaN(ScoreDifference.Between(OverItems, Items(4), Verdicts(marks), Verdicts(marks))!.Detectable));
        Assert.True(ScoreDifference.Between(OverItems, Items(4), Verdicts(marks), Verdicts([1, 1, 1, 0]))!.Detectable > 0);
    }

    [Fact]
    public void A_single_cluster_has_no_standard_error_and_no_interval()
    {
        var items = Items(4, group: _ => "one image");
        var difference = ScoreDifference.Between(OverItems, items, Verdicts([0, 0, 1, 0]), Verdicts([1, 0, 1, 1]))!;
        var uncertainty = ScoreUncertainty.Of(OverItems, items, Verdicts([1, 0, 1, 1]))!;
        Assert.All(
            [
                difference.StandardError,
                difference.Interval.Low,
                difference.Interval.High,
                uncertainty.StandardError,
                uncertainty.Interval.Low,
            ],
            number => Assert.True(double.IsNaN(number))
        );
        Assert.False(difference.IsToldApart);
    }

    [GoldenFact("evaluation")]
    public void Right_and_wrong_answers_to_items_alone_are_compared_by_McNemars_test()
    {
        var (one, test, drawn) = (Case("paired_difference"), Case("mcnemar"), Case("paired_bootstrap"));
        var (before, after) = (Numbers(one, "base"), Numbers(one, "tuned"));

        var difference = ScoreDifference.Between(
            OverItems,
            Items(before.Length),
            Verdicts(before),
            Verdicts(after),
            drawn.GetProperty("resamples").GetInt32(),
            drawn.GetProperty("seed").GetUInt64()
        )!;

        Assert.Equal((DifferenceTest.McNemar, before.Length, before.Length), (difference.Test, difference.Units, difference.Clusters));
        Assert.Equal(one.GetProperty("difference").GetDouble(), difference.Value, Close);
        Assert.Equal(one.GetProperty("standard_error").GetDouble(), difference.StandardError, Close);
        Assert.Equal(test.GetProperty("p_exact").GetDouble(), difference.P, Close);
        Assert.Equal(test.GetProperty("p_mid").GetDouble(), difference.Counts!.MidP, Close);
        AssertBounds(drawn.GetProperty("percentile_95"), difference.Interval);
        var spread = difference.StandardError * Math.Sqrt(before.Length);
        Assert.Equal(new Power(spread * spread).Detectable(before.Length), difference.Detectable, Close);
    }

    [GoldenFact("evaluation")]
    public void Questions_of_a_pair_are_drawn_and_exchanged_together()
    {
        var one = Case("pairs_as_clusters");
        var drawn = one.GetProperty("cluster_bootstrap");
        var (before, after) = (Numbers(one, "base"), Numbers(one, "tuned"));
        var pairs = Numbers(one, "pair");
        var items = Items(before.Length, i => $"pair {pairs[i]}");

        var difference = ScoreDifference.Between(
            OverItems,
            items,
            Verdicts(before),
            Verdicts(after),
            drawn.GetProperty("resamples").GetInt32(),
            drawn.GetProperty("seed").GetUInt64()
        )!;

        Assert.Equal((DifferenceTest.Permutation, drawn.GetProperty("units").GetInt32()), (difference.Test, difference.Clusters));
        Assert.Equal(
            one.GetProperty("difference_standard_error_clustered").GetProperty("miller").GetDouble(),
            difference.StandardError,
            Close
        );
        AssertBounds(drawn.GetProperty("percentile_95"), difference.Interval);
        Assert.Equal(
            one.GetProperty("standard_error_clustered").GetProperty("miller").GetDouble(),
            ScoreUncertainty.Of(OverItems, items, Verdicts(after))!.StandardError,
            Close
        );

        // Both right counts: the pair is the item.
        var paired = ScoreDifference.Between(OverCategories, items, Verdicts(before), Verdicts(after))!;
        Assert.Equal(DifferenceTest.McNemar, paired.Test);
        Assert.Equal(one.GetProperty("paired_accuracy").GetDouble(), paired.Second, Close);
        Assert.Equal(one.GetProperty("paired_accuracy_difference").GetDouble(), paired.Value, Close);
        Assert.Equal(one.GetProperty("paired_accuracy_difference_standard_error").GetDouble(), paired.StandardError, Close);
    }

    [GoldenFact("evaluation")]
    public void Questions_on_one_image_are_a_cluster()
    {
        var one = Case("questions_sharing_an_image");
        var (scores, images) = (Numbers(one, "scores"), Numbers(one, "image"));

        var uncertainty = ScoreUncertainty.Of(
            OverItems,
            Items(scores.Length, image: i => new ImageSource.File($"{images[i]}.jpg")),
            Verdicts(scores)
        )!;

        var expected = one.GetProperty("standard_error_clustered");
        Assert.Equal(expected.GetProperty("miller").GetDouble(), uncertainty.StandardError, Close);
        Assert.Equal((expected.GetProperty("clusters").GetInt32(), scores.Length), (uncertainty.Clusters, uncertainty.Units));
    }

    [GoldenFact("evaluation")]
    public void Categories_count_with_their_weights()
    {
        var one = Case("weighted_strata");
        var strata = one.GetProperty("strata").EnumerateObject().ToArray();
        string[] categories =
        [
            .. strata.SelectMany(stratum =>
                Enumerable.Repeat(
                    stratum.Value.GetProperty("weight").GetDouble() == 0.25 ? $"2D/{stratum.Name}" : $"3D/{stratum.Name}",
                    Numbers(stratum.Value, "base").Length
                )
            ),
        ];
        var (before, after) = (All("base"), All("tuned"));
        var items = Items(before.Length, category: i => categories[i]);

        var difference = ScoreDifference.Between(OverCategories, items, Verdicts(before), Verdicts(after))!;

        Assert.Equal(one.GetProperty("combined_tuned").GetDouble(), difference.Second, Close);
        Assert.Equal(one.GetProperty("difference").GetDouble(), difference.Value, Close);
        Assert.Equal(one.GetProperty("difference_standard_error").GetDouble(), difference.StandardError, Close);
        Assert.Equal(DifferenceTest.Permutation, difference.Test);
        Assert.Equal(
            one.GetProperty("standard_error_tuned").GetDouble(),
            ScoreUncertainty.Of(OverCategories, items, Verdicts(after))!.StandardError,
            Close
        );
        // The bootstrap and the formula agree to a few percent.
        Assert.Equal(4 * difference.StandardError, difference.Interval.High - difference.Interval.Low, 0.1 * 4 * difference.StandardError);

        double[] All(string model) => [.. strata.SelectMany(stratum => Numbers(stratum.Value, model))];
    }

    [GoldenFact("evaluation")]
    public void A_score_relative_to_a_reference_has_the_error_of_a_ratio()
    {
        var one = Case("ratio_of_means");
        var (reference, model) = (Numbers(one, "reference"), Numbers(one, "model"));
        var metric = new Metric("relative", "model") { Over = Over.Items, RelativeTo = "reference" };
        Verdict[] verdicts = Rated(model);
        Verdict[] better = Rated([.. model.Select(score => score + 1)]);
        var items = Items(reference.Length);

        var uncertainty = ScoreUncertainty.Of(metric, items, verdicts)!;
        var difference = ScoreDifference.Between(metric, items, verdicts, better)!;
        var same = ScoreDifference.Between(metric, items, verdicts, verdicts)!;

        Assert.Equal(one.GetProperty("standard_error_delta_percent").GetDouble(), uncertainty.StandardError, Close);
        Assert.Equal(100 * reference.Length / reference.Sum(), difference.Value, Close);
        Assert.True(difference.Interval.Low > 0);
        // No exchange of so many items that all differ alike is as far from 0.
        Assert.Equal(1.0 / (1 + Permutation.Draws), difference.P, Close);
        Assert.Equal((0, 1), (same.Value, same.P));

        Verdict[] Rated(double[] scores) =>
            [.. scores.Select((score, i) => new Verdict($"{i}", 0, Marks.Of(("model", score), ("reference", reference[i]))))];
    }

    [GoldenFact("evaluation")]
    public void Several_judgements_of_an_item_tell_the_judges_variance()
    {
        var one = Case("judge_runs");
        var scores = one.GetProperty("scores")
            .EnumerateArray()
            .Select(item => item.EnumerateArray().Select(score => score.GetDouble()).ToArray())
            .ToArray();
        Verdict[] verdicts =
        [
            .. scores.SelectMany((item, i) => item.Select((score, run) => new Verdict($"{i}", run, Marks.Of(("right", score))))),
        ];
        var items = Items(scores.Length);
        var percent = OverItems with { Scale = 100 };

        var runs = ScoreRuns.Of(percent, items, verdicts)!;
        var score = Score.Of(percent, items, verdicts);

        Assert.Equal(one.GetProperty("judge_variance").GetDouble() * 10_000, runs.JudgeVariance, 10_000 * Close);
        Assert.Equal(one.GetProperty("std_of_runs_population").GetDouble(), score.Deviation, Close);
        Assert.Equal(one.GetProperty("mean_of_runs").GetDouble(), score.Value, Close);
        Assert.All(Numbers(one, "run_totals").Zip(score.Runs), total => Assert.Equal(total.First, total.Second, Close));
        Assert.Equal(
            one.GetProperty("standard_error_over_items").GetDouble(),
            ScoreUncertainty.Of(percent, items, verdicts)!.StandardError,
            Close
        );
        Assert.Null(ScoreRuns.Of(percent, items, verdicts.Skip(1)));
        Assert.Null(ScoreRuns.Of(percent, items, verdicts.Where(verdict => verdict.Run == 0)));
    }

    [GoldenFact("evaluation")]
    public void The_average_improvement_of_benchmarks_draws_the_recorded_samples()
    {
        var one = Case("average_improvement");
        BenchmarkVerdicts[] Model(string model) =>
            [
                .. one.GetProperty("benchmarks")
                    .EnumerateObject()
                    .Select(benchmark =>
                    {
                        var marks = Numbers(benchmark.Value, model);
                        var higher = benchmark.Value.GetProperty("better").GetString() == "higher";
                        return new BenchmarkVerdicts(
                            new(benchmark.Name, "general", [.. Items(marks.Length)], [OverItems with { HigherIsBetter = higher }]),
                            [.. Verdicts(marks)]
                        );
                    }),
            ];

        var improvement = AverageImprovement.Of(
            Model("base"),
            Model("tuned"),
            one.GetProperty("resamples").GetInt32(),
            one.GetProperty("seed").GetUInt64()
        );

        Assert.Equal(one.GetProperty("average_improvement_percent").GetDouble(), improvement.Percent, Close);
        Assert.All(
            Numbers(one, "first_values").Zip(improvement.Samples.Values),
            values => Assert.Equal(values.First, values.Second, Close)
        );
        AssertBounds(one.GetProperty("percentile_95"), improvement.Interval);
    }

    [Fact]
    public void Two_metrics_of_the_same_items_share_a_draw()
    {
        double[] marks = [1, 0, 1, 1, 0, 1, 0, 1];
        var items = Items(marks.Length);
        BenchmarkVerdicts Model(double shift, params Metric[] metrics) =>
            new(new("one", "general", [.. items], [.. metrics]), [.. Verdicts(marks.Select(mark => mark + shift))]);

        var single = AverageImprovement.Of([Model(0, OverItems)], [Model(1, OverItems)]);
        var doubled = AverageImprovement.Of(
            [Model(0, OverItems, OverItems with { Name = "again" })],
            [Model(1, OverItems, OverItems with { Name = "again" })]
        );

        Assert.Equal(single.Samples.Values.AsEnumerable(), doubled.Samples.Values);
        Assert.Equal(2, doubled.Metrics);
    }

    [Fact]
    public void Items_are_joined_by_chains_of_common_groups_and_images()
    {
        // 0 and 1 share a group, 1 and 2 an image; 3 stands alone, and so does each item without an image.
        ImageSource?[] images = [null, new ImageSource.File("a"), new ImageSource.File("a"), new ImageSource.File("b"), null];
        var items = Items(5, i => i < 2 ? "pair" : $"{i}", i => images[i]);

        Assert.Equal(3, ScoreUncertainty.Of(OverItems, items, Verdicts([1, 0, 1, 1, 0]))!.Clusters);
    }

    [Fact]
    public void Only_items_with_a_mark_of_both_are_compared()
    {
        var items = Items(3);
        Verdict[] failed = [.. Verdicts([1, 1]), new("2", 0, Marks.None)];

        var difference = ScoreDifference.Between(OverItems, items, failed, Verdicts([0, 1, 1]))!;

        Assert.Equal((2, -0.5), (difference.Units, difference.Value));
        Assert.Null(ScoreDifference.Between(OverItems with { Mark = "other" }, items, failed, failed));
        Assert.Null(ScoreUncertainty.Of(OverItems with { Only = "tag" }, items, failed));
    }

    [Property(MaxTest = 100)]
    public bool An_interval_of_a_score_stays_within_the_marks_and_has_a_width_where_all_are_equal(
        ScoreLaws.Drawn[] drawn,
        bool allRight,
        bool rated
    )
    {
        if (drawn.Length == 0)
        {
            return true;
        }

        var items = drawn
            .Select((one, i) => new Item($"{i}", one.CategoryName, $"{one.Group}", null, "?", new ItemTask.Choose(["a"], 0)))
            .ToArray();
        // A judge's marks go beyond 1: to 6 in MMHal-Bench.
        var most = rated ? 6 : 1;
        var verdicts = Verdicts(drawn.Select(one => allRight ? most : most * one.Value));
        return new[] { OverItems, OverCategories }.All(metric =>
        {
            var percent = metric with { Scale = 100 };
            var uncertainty = ScoreUncertainty.Of(percent, items, verdicts, resamples: 50)!;
            var (value, bounds) = (Score.Of(percent, items, verdicts).Value, uncertainty.Interval);
            return double.IsNaN(uncertainty.StandardError)
                || (
                    bounds.Low >= 0
                    && bounds.High <= 100 * most
                    && (rated || bounds.Covers(value))
                    && (rated || !allRight || bounds.Low < 100)
                );
        });
    }

    [Fact]
    public void A_lead_has_an_interval_also_where_some_answers_have_no_mark()
    {
        var items = Items(40);
        BenchmarkVerdicts[] Model(Func<int, double?> mark) =>
            [
                new(
                    new("one", "general", [.. items], [OverItems]),
                    [.. items.Select((item, i) => new Verdict(item.Id, 0, mark(i) is { } value ? Marks.Of(("right", value)) : Marks.None))]
                ),
            ];

        var before = Model(i => i % 4 == 0 ? 1 : 0);
        var (all, half) = (AverageImprovement.Of(before, Model(_ => 1)), AverageImprovement.Of(before, Model(i => i % 2)));
        var unjudged = AverageImprovement.Of(before, Model(i => i == 3 ? null : i % 2));

        var (whole, without) = (all.IntervalAbove(half)!.Value, all.IntervalAbove(unjudged)!.Value);
        Assert.True(without.Low > 0);
        // One item of 40 less.
        Assert.Equal(whole.Low, without.Low, 0.2 * whole.Low);
        Assert.Equal(whole.High, without.High, 0.2 * whole.High);
        Assert.Null(all.IntervalAbove(AverageImprovement.Of(before, Model(_ => null))));
        // A mean over more numbers is another one.
        Assert.Null(all.IntervalAbove(AverageImprovement.Of(Twice(before), Twice(Model(i => i % 2)))));

        static BenchmarkVerdicts[] Twice(BenchmarkVerdicts[] model) =>
            [.. model, model[0] with { Benchmark = model[0].Benchmark with { Name = "two" } }];
    }

    [Property(MaxTest = 30)]
    public bool Exchanged_models_have_the_opposite_difference_and_the_same_p(ScoreLaws.Drawn[] first)
    {
        if (first.Length == 0)
        {
            return true;
        }

        var items = first
            .Select((one, i) => new Item($"{i}", one.CategoryName, $"{one.Group % 4}", null, "?", new ItemTask.Choose(["a"], 0)))
            .ToArray();
        var (before, after) = (Verdicts(first.Select(one => one.Value)), Verdicts(first.Select(one => one.Value * one.Value)));
        return new[] { OverItems, OverCategories }.All(metric =>
        {
            var there = ScoreDifference.Between(metric, items, before, after, resamples: 20)!;
            var back = ScoreDifference.Between(metric, items, after, before, resamples: 20)!;
            return Math.Abs(there.Value + back.Value) < 1e-12
                && Math.Abs(there.P - back.P) < 1e-12
                && (there.Interval == back.Interval || Math.Abs(there.Interval.Low + back.Interval.High) < 1e-9)
                && (double.IsNaN(there.StandardError) || Math.Abs(there.StandardError - back.StandardError) < 1e-9)
                && there.P is > 0 and <= 1;
        });
    }

    [Property(MaxTest = 50)]
    public bool The_compared_scores_are_the_scores(ScoreLaws.Drawn[] drawn)
    {
        var items = drawn
            .Select(
                (one, i) =>
                    new Item($"{i}", $"{one.Mark % 2}/{one.CategoryName}", $"{one.Group % 4}", null, "?", new ItemTask.Choose(["a"], 0))
            )
            .ToArray();
        var verdicts = Verdicts(drawn.Select(one => one.Value));
        return drawn.Length == 0
            || new[] { OverItems, OverCategories }.All(metric =>
                Math.Abs(
                    ScoreDifference.Between(metric, items, verdicts, verdicts, resamples: 2)!.First
                        - Score.Of(metric, items, verdicts).Value
                ) < 1e-12
            );
    }

    [Fact]
    public void Categories_weigh_equally_on_each_level()
    {
        var weights = CategoryWeights.Of(["2D/ADE20K", "2D/COCO", "3D/Omni3D"]);

        Assert.Equal((0.25, 0.25, 0.5), (weights["2D/ADE20K"], weights["2D/COCO"], weights["3D/Omni3D"]));
        Assert.Equal(1, CategoryWeights.Of([""])[""]);
        // Beside items of its own, a category within counts as much as all of those.
        Assert.Equal(
            (0.25, 0.25, 0.5),
            (
                CategoryWeights.Of(["a", "a/b", "c"])["a"],
                CategoryWeights.Of(["a", "a/b", "c"])["a/b"],
                CategoryWeights.Of(["a", "a/b", "c"])["c"]
            )
        );
    }

    [Fact]
    public void Five_thousand_questions_are_compared_within_seconds()
    {
        var items = Items(5000, image: i => new ImageSource.File($"{i / 2}"));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        var difference = ScoreDifference.Between(
            OverItems,
            items,
            Verdicts(items.Select((_, i) => i % 3 / 3.0)),
            Verdicts(items.Select((_, i) => i % 4 / 4.0))
        )!;

        Assert.Equal(2500, difference.Clusters);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
    }
}
