using System.Collections.Immutable;
using SVco.Core.Packing;
using SVco.Models;
using SVco.Models.Llava;
using SVco.Tests;
using SVco.Training.Bench;

namespace SVco.Training.Tests;

public class BenchTests
{
    static readonly BenchSettings Small = new()
    {
        Geometry = "small",
        Query = 6,
        Response = 5,
        Text = 16,
        Steps = 1,
    };

    /// <summary>Policy and reference are equal before training, so each of the four terms is ln 2 up to fp32 rounding of sums near -50.</summary>
    [Fact]
    public void Every_way_measures_a_step_that_starts_at_four_times_the_logarithm_of_two()
    {
        foreach (
            var settings in (BenchSettings[])
                [
                    Small with
                    {
                        Way = BenchWay.Plain,
                    },
                    Small,
                    Small with
                    {
                        ReferenceCached = true,
                        FeaturesCached = true,
                    },
                    Small with
                    {
                        LoraRank = 2,
                    },
                ]
        )
        {
            var result = BenchStep.Run(settings);
            Assert.Equal(4 * Math.Log(2), result.Loss, 1e-4);
            Assert.Single(result.Seconds);
            Assert.True(result.Operations > 0 && result.MachineRate > 0 && result.PeakBytes > result.OwnBytes, $"{settings}: {result}");
        }
    }

    [Fact]
    public void The_engine_runs_the_distinct_tokens_and_the_plain_way_the_padded_ones()
    {
        // Two trees of 144 image tokens, one without an image; each a query and two responses whose last tokens are only predicted.
        Assert.Equal(2 * 144 + 3 * (6 + 2 * (5 - 1)), BenchStep.Run(Small).Tokens);
        // Rows without an image are padded to the longest row too.
        Assert.Equal(6 * (144 + 16), BenchStep.Run(Small with { Way = BenchWay.Plain }).Tokens);
    }

    static readonly LlavaConfig ByHand = new(
        VisionConfig.Siglip with
        {
            HiddenSize = 2,
            IntermediateSize = 3,
            Layers = 2,
            Heads = 1,
            ImageSize = 4,
            PatchSize = 2,
        },
        TextConfig.Llama with
        {
            VocabularySize = 10,
            HiddenSize = 4,
            IntermediateSize = 6,
            Layers = 3,
            Heads = 2,
            KeyValueHeads = 1,
            HeadSize = 2,
        },
        ImageTokenId: 9,
        FeatureLayer: -1,
        DropFirstToken: false
    );

    /// <summary>
    /// A layer has 2 x 4 x 2 weights for keys and values, 2 x 4 x 4 + 3 x 4 x 6 others, and 4 x 4 operations for each pair of tokens that attends:
    /// half of the trunk's 3 x 3, and all 5 for each of the branches' 2. Two tokens have logits, and go through the last layer.
    /// </summary>
    [Fact]
    public void A_trees_cost_is_that_of_its_matrix_products_counted_by_hand()
    {
        var tree = new PackedTree(
            [new(0, 0, 2)],
            [9, 9, 1, 2, 3],
            [-1, 0, 1, 2, 2],
            [
                [0, 1, 2, 3, 3],
            ],
            [true, true, true, true, true],
            3,
            [2, 3],
            [],
            []
        );
        var layer = 2 * 5 * (16 + 104) + 16 * (3 * 3 / 2.0 + 2 * 5);
        var last = 2 * 5 * 16 + 2 * 2 * 104 + 16 * 2 * 5;
        var tower = 2 * (2 * 4 * (4 * 2 * 2 + 2 * 2 * 3) + 4 * 4 * 4 * 2) + 2 * 4 * (3 * 2 * 2) * 2;
        var expected = new BenchCost(5, 2 * layer + last, 2 * 2 * 4 * 10, 2 * 4 * (2 * 4 + 4 * 4), tower);
        Assert.Equal(expected, BenchCost.Of(ByHand, [tree]));
        Assert.Equal(0, BenchCost.Of(ByHand, [tree with { Images = [] }]).Vision);
    }

    /// <summary>Every token goes through every layer and has logits, and every row attends over its whole length, as PyTorch computes it.</summary>
    [Fact]
    public void The_cost_of_padded_rows_is_counted_by_hand()
    {
        var tower = 2 * (2 * 4 * (4 * 2 * 2 + 2 * 2 * 3) + 4 * 4 * 4 * 2) + 2 * 4 * (3 * 2 * 2) * 2;
        var expected = new BenchCost(
            10,
            3 * (2 * 10 * 120 + 16 * (6 * 6 + 4 * 4)),
            2 * 10 * 4 * 10,
            2 * 2 * 4 * (2 * 4 + 4 * 4),
            2 * tower
        );
        Assert.Equal(expected, BenchCost.Of(ByHand, [6, 4], images: 2));
    }

    [Theory]
    [InlineData(false, 0, false, 3 * 111)]
    [InlineData(true, 1, false, 4 * 111 + 1000)]
    [InlineData(true, 2, true, 3 * 111 + 2000)]
    public void A_step_is_a_forward_pass_and_twice_that_backward(bool referenceLive, int visionPasses, bool frozen, double expected) =>
        Assert.Equal(expected, new BenchCost(7, 100, 10, 1, 1000).Step(referenceLive, visionPasses, frozen));

    [Fact]
    public void The_real_sizes_are_the_published_configs_and_their_parameters()
    {
        foreach (var (name, config) in BenchGeometry.RealSize)
        {
            var published = name == "lvint7b" ? "llava-interleave-qwen-7b-hf" : "llava-1.5-7b-hf";
            Assert.Equal(LlavaConfig.Read(Golden.PathOf("defaults", $"{published}.config.json")), config);
            var parameters = Golden.Json(Golden.PathOf("defaults", $"{published}.shapes.json")).GetProperty("parameters").GetInt64();
            Assert.Equal(parameters, VisionLanguageModel.ParameterShapes(config).Sum(parameter => parameter.Count));
        }
    }

    [Fact]
    public void A_checkpoint_from_disk_takes_the_step_of_the_same_weights_in_memory()
    {
        var folder = Directory.CreateTempSubdirectory("svco-bench").FullName;
        try
        {
            // Without bf16 products in the processor a step of the small geometry takes minutes.
            var tiny = Golden.PathOf("models", "interleave-tiny", "config.json");
            RealSize.Write(tiny, Path.Combine(folder, "model"));
            var settings = Small with { Geometry = tiny, Bf16 = true, LoraRank = 2, MemorySmall = true };
            var (fromDisk, inMemory) = (
                BenchStep.Run(settings with { Checkpoint = Path.Combine(folder, "model") }),
                BenchStep.Run(settings)
            );
            Assert.Equal(inMemory.Loss, fromDisk.Loss);
            Assert.Equal(inMemory.Tokens, fromDisk.Tokens);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Scaling_covers_the_sizes_and_fits_a_line()
    {
        var sizes = Scaling.Sizes(Small).ToArray();
        Assert.Equal((1, 8), (sizes.Min(size => size.Settings.Pairs), sizes.Max(size => size.Settings.Pairs)));
        Assert.Equal(
            (16, 512),
            (sizes.Where(size => size.Varied == "response").Min(size => size.Settings.Response), sizes.Max(size => size.Settings.Response))
        );
        var images = sizes
            .Where(size => size.Varied == "image tokens")
            .Select(size => BenchGeometry.Of(size.Settings).UsualImageTokens)
            .ToArray();
        Assert.Equal((144, 2304), (images.Min(), images.Max()));
        Assert.All(
            sizes.Where(size => size.Varied == "image tokens"),
            size => Assert.Equal(size.Settings.ImageTokens, BenchGeometry.Of(size.Settings).UsualImageTokens)
        );

        BenchResult Result(long tokens) =>
            new([0.5 + 0.002 * tokens], tokens, 1, 1, 1 << 20, 0, null, 0, ImmutableSortedDictionary<string, double>.Empty);
        var scaling = new Scaling([
            .. sizes.Select((size, index) => new ScalingPoint(size.Varied, size.Settings, [Result(100 * (index + 1))])),
        ]);
        Assert.Equal(0.5, scaling.Line.Intercept, 1e-9);
        Assert.Equal(0.002, scaling.Line.Slope, 1e-12);
        Assert.Equal(1, scaling.Determination, 1e-9);
        var lines = scaling.ToCsv().TrimEnd().Split('\n');
        Assert.Equal(sizes.Length + 1, lines.Length);
        Assert.Equal("pairs,1,144,6,5,100,0.7000,1,1", lines[1]);
    }

    [Fact]
    public void The_table_compares_each_row_with_its_rival_round_by_round()
    {
        var rows = BenchRow.All(Small, withScript: true);
        BenchSample Sample(BenchRow row, double slow) =>
            row.Name == "PyTorch official" ? new(4 * slow, 10, 100, 20, null) : new(slow, 10, 50, 10, null);
        ImmutableDictionary<string, BenchSample> Round(double slow) =>
            rows.ToImmutableDictionary(row => row.Name, row => Sample(row, slow));
        // The machine was three times as slow in the second round; the ratios do not see it.
        var lines = new BenchTable(rows, [Round(1), Round(3)]).ToMarkdown().Split('\n');
        Assert.Equal(rows.Length + 2, lines.Length);
        Assert.Equal(
            "| packed | 2.000 | 10 |  |  | 50 |  | 40 | 0.25 | 1.00 | 0.50 | 0.50 |",
            lines.Single(line => line.StartsWith("| packed |"))
        );
    }

    [Fact]
    public void Answers_are_written_and_a_step_of_sixteen_rows_is_measured()
    {
        var result = GenerateStep.Run(
            new()
            {
                Geometry = "small",
                Questions = 18,
                Images = 3,
                NewTokens = 3,
            }
        );

        Assert.Equal(18, result.Tokens.Length);
        Assert.All(result.Tokens, tokens => Assert.Equal(3, tokens.Length));
        // Prompts have 18 to 77 tokens, of which one stands for the image.
        Assert.InRange(result.PromptTokens, 18 * (144 + 17), 18 * (144 + 76));
        Assert.True(result.PeakBytes > result.WeightBytes && result.EstimatedBytes > result.WeightBytes);
        Assert.Equal(16, result.Step.Rows);
        Assert.True(result.Step.Bandwidth > 0 && result.Step.Rate > 0 && result.Step.Bytes > result.WeightBytes / 10, $"{result.Step}");
    }
}
