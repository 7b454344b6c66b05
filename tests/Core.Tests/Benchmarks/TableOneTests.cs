using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core.Benchmarks;
using SVco.Tests;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>From official answers and recorded replies to the paper's table (golden/evaluation/table1.json).</summary>
public sealed class TableOneTests
{
    const double Close = 1e-9;

    // Enough to have an interval at all.
    const int Resamples = 50;

    static readonly ImmutableDictionary<(string Benchmark, string Metric), string> Names = new Dictionary<(string, string), string>
    {
        [("MMHal", "score")] = "mmhal_score",
        [("MMHal", "hallucination rate")] = "mmhal_hallucination",
        [("CV-Bench", "accuracy")] = "cvbench",
        [("MMVP", "accuracy")] = "mmvp",
        [("MMVP", "accuracy of pairs")] = "mmvp_paired",
        [("RealWorldQA", "accuracy")] = "realworldqa",
        [("MM-Vet", "score")] = "mmvet",
        [("LLaVA-Bench", "relative score")] = "llavabench",
        [("TextVQA", "accuracy")] = "textvqa",
        [("ScienceQA", "accuracy, items with an image")] = "scienceqa",
    }.ToImmutableDictionary();

    static JsonElement Expected => Golden.Json(Golden.PathOf("evaluation", "table1.json"));

    static ModelVerdicts Model(string family, string model, bool pairs)
    {
        var (with, without) = (new EvaluationCase($"{family}/{model}/with_image"), new EvaluationCase($"{family}/{model}/without_image"));
        return new(
            model,
            [
                One("MMHal", PaperMetrics.MmHal(Behaviour.Official), one => one.MmHal(JudgePrompts.SVco)),
                One("CV-Bench", PaperMetrics.CvBench(Behaviour.Official), one => one.CvBench),
                One("MMVP", pairs ? ByPairs : PaperMetrics.Mmvp(Behaviour.Official), one => one.Mmvp),
                One("RealWorldQA", PaperMetrics.RealWorldQa(Behaviour.Official), one => one.RealWorldQa),
                One("MM-Vet", PaperMetrics.MmVet(Behaviour.Official), one => one.MmVet(JudgePrompts.SVco)),
                One("LLaVA-Bench", PaperMetrics.LlavaBench(Behaviour.Official), one => one.LlavaBench(JudgePrompts.SVco)),
                One("TextVQA", PaperMetrics.TextVqa(Behaviour.Official), one => one.TextVqa),
                One("ScienceQA", PaperMetrics.ScienceQa(Behaviour.Official), one => one.ScienceQa),
            ]
        );

        BenchmarkVerdicts One(string name, ImmutableArray<Metric> metrics, Func<EvaluationCase, Graded> graded)
        {
            var seen = graded(with);
            return new(new(name, "general", seen.Items, metrics), seen.Verdicts, graded(without).Verdicts);
        }
    }

    static ImmutableArray<Metric> ByPairs { get; } =
    [
        .. PaperMetrics
            .Mmvp(Behaviour.Official)
            .Select(metric => metric with { Averaged = metric is { Mark: Marks.Official, Over: Over.Categories } }),
    ];

    static TableOne Table(string family, bool pairs = false) =>
        TableOne.Of([Model(family, "base", pairs), Model(family, "tuned", pairs)], Resamples);

    static Dictionary<string, TableCell> Cells(TableOne table, int row) =>
        table
            .Columns.Zip(table.Rows[row].Cells)
            .ToDictionary(one => Names[(one.First.Benchmark, one.First.Metric.Name)], one => one.Second!);

    static void AssertValues(JsonElement expected, IReadOnlyDictionary<string, double?> actual)
    {
        Assert.Equal(
            expected.EnumerateObject().Select(one => one.Name).Order(),
            actual.Where(one => one.Value is not null).Select(one => one.Key).Order()
        );
        Assert.All(expected.EnumerateObject(), one => Assert.Equal(one.Value.GetDouble(), actual[one.Name]!.Value, Close));
    }

    [GoldenFact("evaluation")]
    public void The_papers_table_follows_from_verdicts() =>
        Assert.All(
            Expected.EnumerateObject(),
            family =>
            {
                var table = Table(family.Name);
                var (before, after) = (Cells(table, 0), Cells(table, 1));

                AssertValues(family.Value.GetProperty("base"), before.ToDictionary(one => one.Key, one => (double?)one.Value.Score.Value));
                AssertValues(family.Value.GetProperty("tuned"), after.ToDictionary(one => one.Key, one => (double?)one.Value.Score.Value));
                AssertValues(
                    family.Value.GetProperty("base_without_image"),
                    before.ToDictionary(one => one.Key, one => one.Value.WithoutImages)
                );
                AssertValues(
                    family.Value.GetProperty("tuned_without_image"),
                    after.ToDictionary(one => one.Key, one => one.Value.WithoutImages)
                );
                AssertValues(
                    family.Value.GetProperty("relative_change_percent"),
                    after.ToDictionary(one => one.Key, one => one.Value.Change)
                );
                AssertValues(
                    family.Value.GetProperty("visual_dependency_percent"),
                    before.ToDictionary(one => one.Key, one => one.Value.VisualDependency)
                );
                Assert.Equal(
                    family.Value.GetProperty("average_improvement_percent").GetDouble(),
                    table.Rows[1].Improvement!.Percent,
                    Close
                );
                Assert.Equal(table.Rows[1].Improvement!.Percent, table.Rows[1].Improvement!.Samples.Estimate, Close);
                Assert.Equal(after.Count, table.Rows[1].Improvement!.Metrics);
                Assert.Null(table.Rows[0].Improvement);
                Assert.All(before.Values, cell => Assert.Equal((null, null, null), (cell.Change, cell.Difference, cell.AdjustedP)));
                Assert.All(after.Values, cell => Assert.True(cell.AdjustedP >= cell.Difference!.P));
                Assert.All(
                    after.Values.Zip(before.Values),
                    cells => Assert.Equal(cells.First.Score.Value - cells.Second.Score.Value, cells.First.Difference!.Value, Close)
                );
            }
        );

    [GoldenFact("evaluation")]
    public void Pairs_of_MMVP_may_count_instead_of_its_questions() =>
        Assert.All(
            Expected.EnumerateObject(),
            family =>
            {
                var table = Table(family.Name, pairs: true);
                var paired = family.Value.GetProperty("mmvp_paired");

                Assert.Equal(paired.GetProperty("base").GetDouble(), Cells(table, 0)["mmvp_paired"].Score.Value, Close);
                Assert.Equal(paired.GetProperty("tuned").GetDouble(), Cells(table, 1)["mmvp_paired"].Score.Value, Close);
                Assert.Equal(
                    family.Value.GetProperty("relative_change_percent_mmvp_paired").GetDouble(),
                    Cells(table, 1)["mmvp_paired"].Change!.Value,
                    Close
                );
                Assert.Equal(
                    family.Value.GetProperty("average_improvement_percent_mmvp_paired").GetDouble(),
                    table.Rows[1].Improvement!.Percent,
                    Close
                );
            }
        );

    static readonly Benchmark Simple = new(
        "simple",
        "general",
        [.. Enumerable.Range(0, 40).Select(i => Graded.Item($"{i}", new ScienceQaGrader(["x", "y"], 0)))],
        [new("accuracy", "right") { Over = Over.Items }]
    );

    /// <summary>A model that has so many of the items right, the first ones.</summary>
    static ModelVerdicts Right(string model, int right, Benchmark? benchmark = null) =>
        new(
            model,
            [
                new(
                    benchmark ?? Simple,
                    [.. Simple.Items.Select((item, i) => new Verdict(item.Id, 0, Marks.Of(("right", i < right ? 1 : 0))))]
                ),
            ]
        );

    static Standing[] Standings(params int[] right) =>
        [.. TableOne.Of([.. right.Select((count, i) => Right($"{i}", count))]).Rows.Select(row => row.Cells[0]!.Standing)];

    [Fact]
    public void The_best_is_bold_without_a_mark_only_where_its_lead_is_beyond_chance()
    {
        Assert.Equal([Standing.Other, Standing.Second, Standing.Best], Standings(5, 10, 30));
        Assert.Equal([Standing.Other, Standing.BestWithinError, Standing.Second], Standings(5, 21, 20));
        Assert.Equal([Standing.BestWithinError, Standing.BestWithinError, Standing.Second], Standings(20, 20, 10));
        Assert.Equal([Standing.Other], Standings(20));
    }

    [Fact]
    public void For_a_rate_that_should_fall_the_lowest_is_the_best_and_a_fall_is_an_improvement()
    {
        var falls = Simple with { Metrics = [Simple.Metrics[0] with { HigherIsBetter = false }] };

        var table = TableOne.Of([Right("base", 30, falls), Right("tuned", 10, falls)]);

        Assert.Equal([Standing.Second, Standing.Best], table.Rows.Select(row => row.Cells[0]!.Standing));
        Assert.Equal(100 * 20 / 30.0, table.Rows[1].Improvement!.Percent, Close);
        Assert.Equal(-50, table.Rows[1].Cells[0]!.Difference!.Value, Close);
    }

    [Fact]
    public void A_base_of_zero_has_no_relative_change_and_no_part_in_the_average()
    {
        var other = Simple with { Name = "other" };
        ModelVerdicts Two(string model, int first, int second) =>
            new(model, [Right(model, first).Benchmarks[0], Right(model, second, other).Benchmarks[0]]);

        var table = TableOne.Of([Two("base", 0, 20), Two("tuned", 10, 30)]);

        Assert.Null(table.Rows[1].Cells[0]!.Change);
        Assert.Equal((50, 1), (table.Rows[1].Improvement!.Percent, table.Rows[1].Improvement!.Metrics));
        Assert.All(table.Rows[1].Improvement!.Samples.Values, value => Assert.False(double.IsNaN(value)));
    }

    [Fact]
    public void A_benchmark_that_a_model_was_not_asked_is_an_empty_entry()
    {
        var table = TableOne.Of([Right("base", 10), new("absent", []), Right("tuned", 20)]);

        Assert.Null(table.Rows[1].Cells[0]);
        Assert.Equal((true, 0), (double.IsNaN(table.Rows[1].Improvement!.Percent), table.Rows[1].Improvement!.Metrics));
        Assert.NotNull(table.Rows[2].Cells[0]!.Difference);
    }

    [Fact]
    public void An_average_improvement_is_bold_without_a_mark_only_where_its_lead_is_beyond_chance()
    {
        Standing[] Improvements(params int[] right) =>
            [.. TableOne.Of([.. right.Select((count, i) => Right($"{i}", count))]).Rows.Select(row => row.ImprovementStanding)];

        Assert.Equal([Standing.Other, Standing.Second, Standing.Best], Improvements(10, 11, 30));
        Assert.Equal([Standing.Other, Standing.BestWithinError, Standing.Second], Improvements(10, 21, 20));
        Assert.Equal([Standing.Other, Standing.Other], Improvements(10, 20));
    }

    [Fact]
    public void Average_improvements_over_different_metrics_are_not_ranked()
    {
        var other = Simple with { Name = "other" };
        ModelVerdicts Two(string model, int first, int second) =>
            new(model, [Right(model, first).Benchmarks[0], Right(model, second, other).Benchmarks[0]]);

        var table = TableOne.Of([Two("base", 10, 10), Two("both", 20, 11), Right("one", 40)]);

        Assert.All(table.Rows, row => Assert.Equal(Standing.Other, row.ImprovementStanding));
        Assert.False(table.Rows[1].Improvement!.IsComparableWith(table.Rows[2].Improvement!));
        Assert.Equal((Simple.Metrics[0], "simple"), Assert.Single(table.Rows[2].Improvement!.Over));
    }

    [Fact]
    public void A_lead_of_a_single_cluster_or_of_too_few_has_no_bold_number()
    {
        Assert.Equal([Standing.Second, Standing.BestWithinError], Clustered(1));
        // All of five clusters one way: p is 2 / 2^5; of six 2 / 2^6.
        Assert.Equal([Standing.Second, Standing.BestWithinError], Clustered(5));
        Assert.Equal([Standing.Second, Standing.Best], Clustered(6));

        static Standing[] Clustered(int clusters)
        {
            var grouped = Simple with { Items = [.. Simple.Items.Select((item, i) => item with { Group = $"{i % clusters}" })] };
            return [.. TableOne.Of([Right("base", 0, grouped), Right("tuned", 40, grouped)]).Rows.Select(row => row.Cells[0]!.Standing)];
        }
    }

    [Fact]
    public void An_average_improvement_over_too_few_clusters_is_not_told_apart()
    {
        Assert.Equal(Standing.BestWithinError, Best(5));
        Assert.Equal(Standing.Best, Best(6));

        static Standing Best(int clusters)
        {
            var grouped = Simple with { Items = [.. Simple.Items.Select((item, i) => item with { Group = $"{i % clusters}" })] };
            return TableOne
                .Of([Right("base", 10, grouped), Right("worse", 10, grouped), Right("tuned", 40, grouped)])
                .Rows[2]
                .ImprovementStanding;
        }
    }

    [Fact]
    public void Equal_seeds_give_equal_tables()
    {
        ImmutableArray<double> Samples(ulong seed) =>
            TableOne.Of([Right("base", 10), Right("tuned", 20)], Resamples, seed).Rows[1].Improvement!.Samples.Values;

        Assert.Equal(Samples(1).AsEnumerable(), Samples(1));
        Assert.NotEqual(Samples(1).AsEnumerable(), Samples(2));
    }
}
