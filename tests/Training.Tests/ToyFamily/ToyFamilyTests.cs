using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Tests;
using static TorchSharp.torch;
using Objectives = SVco.Core.Objectives.Objectives;

namespace SVco.Training.Tests.ToyFamily;

/// <summary>A family that nothing in src knows goes through packing, both scorings, the memory estimate, LoRA, training, saving and loading.</summary>
public class ToyFamilyTests
{
    const Part All = Part.VisionTower | Part.Projector | Part.LanguageModel;

    static readonly ImmutableArray<Cell> Cells = Objectives.SVco(0.1, 0.1).Cells();

    static readonly ImageLoader Loader = new(Load, SizeOf);

    [Fact]
    public void Packed_scoring_equals_plain_scoring_in_values_and_gradients_for_images_of_different_sizes()
    {
        using var scope = NewDisposeScope();
        using var model = Model(ScalarType.Float64);
        var images = new LiveFeatures(model, Loader);
        var (plain, expected) = Scored(new PlainScoring());
        foreach (var scoring in (PackedScoring[])[new(), new() { TokenBudget = 1 }, new() { MemorySmall = true, TokenBudget = 1 }])
        {
            var (packed, gradients) = Scored(scoring);
            foreach (var (one, other) in plain.Zip(packed))
            {
                Assert.All(Cells, cell => Assert.Equal(one[cell], other[cell], 1e-10));
            }

            Assert.Equal(expected.Length, gradients.Length);
            Assert.All(expected.Zip(gradients), pair => Assert.True((pair.First - pair.Second).abs().max().item<double>() < 1e-10));
        }

        (IReadOnlyList<ImmutableDictionary<Cell, double>>, Tensor[]) Scored(IScoring scoring)
        {
            using var scored = scoring.Forward(model, Pairs, Cells, images);
            scored.Backward([.. Pairs.Select((_, pair) => Cells.ToImmutableDictionary(cell => cell, cell => pair - 0.7))], share: 1);
            Tensor[] gradients = [.. model.Parameters.Select(parameter => parameter.Value.grad!.clone().MoveToOuterDisposeScope())];
            foreach (var parameter in model.Parameters)
            {
                parameter.Value.grad = null;
            }

            return (scored.LogProbs, gradients);
        }
    }

    [Fact]
    public void Training_lowers_the_loss()
    {
        using var scope = NewDisposeScope();
        using var model = Model(ScalarType.Float32);
        var job = new TrainingSetup
        {
            Model = model,
            Objective = Objectives.SVco(0.1, 0.1),
            Train = Pairs,
            Settings = new()
            {
                LearningRate = 1e-2,
                Epochs = 40,
                BatchSize = 2,
                Accumulation = 1,
            },
            Images = new LiveFeatures(model, Loader),
        };
        var reference = ReferenceTable.Of(job.Pairs.Length, [.. ReferenceScoring.Score(job, cache: null)]);
        using var trainer = new Trainer(job, model.Parameters, reference);
        double[] losses = [.. trainer.Run(default).OfType<TrainingEvent.Stepped>().Select(step => step.Metrics.Loss)];
        Assert.Equal(4 * Math.Log(2), losses[0], 1e-4);
        Assert.InRange(losses[^4..].Average(), 0, 0.5 * losses[0]);
    }

    [Fact]
    public void A_saved_model_is_found_by_its_registered_type_and_scores_the_same()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = Model(ScalarType.Float32);
        ModelFamilies.Register(ToyConfig.Family);
        model.Save(folder.At("toy"));
        using var loaded = VisionLanguageModel.Load(folder.At("toy"), new LoadOptions());
        Assert.IsType<ToyModel>(loaded);
        Assert.All(
            model.Parameters.Zip(loaded.Parameters),
            pair => Assert.True(pair.First.Value.equal(pair.Second.Value).all().item<bool>())
        );
        // fp32 products differ in their last bits with where their operands lie in memory.
        Assert.All(Scored(model).Zip(Scored(loaded)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));

        double[] Scored(VisionLanguageModel one) =>
            [
                .. new PackedScoring()
                    .Score(one, Pairs, Cells, new LiveFeatures(one, Loader))
                    .SelectMany(cells => Cells.Select(cell => cells[cell])),
            ];
    }

    [Fact]
    public void A_lora_outside_the_frozen_parts_adapts_its_decoder_alone_and_the_estimate_counts_it()
    {
        using var model = Model(ScalarType.Float32);
        var lora = LoraConfig.Outside(model.Config, Part.VisionTower | Part.Projector, 2, 4, "all-linear");
        using var adapter = LoraAdapter.Create(model, lora, seed: 0);
        Assert.All(adapter.Parameters, parameter => Assert.Contains(".tongue.", parameter.Name));
        var plan = MemoryPlan.For(model.Config, Part.LanguageModel, Pairs, SizeOf, Cells, batchSize: 2) with { Lora = lora };
        var estimate = MemoryEstimate.Of(plan);
        Assert.Equal(4 * adapter.Parameters.Sum(parameter => parameter.Value.numel()), estimate.Gradients);
        Assert.Equal(
            4 * (model.Parameters.Sum(parameter => parameter.Value.numel()) + adapter.Parameters.Sum(parameter => parameter.Value.numel())),
            estimate.Weights
        );
    }

    static VisionLanguageModel Model(ScalarType type)
    {
        var model = VisionLanguageModel.Random(new ToyConfig(), seed: 1, new LoadOptions { Dtype = type });
        model.SetTrainable(All);
        return model;
    }

    /// <summary>An image is named by its size and a seed: 6x4-1.</summary>
    static ImageSize SizeOf(ImageSource image) =>
        ((ImageSource.File)image).Path.Split('-')[0].Split('x') is [var width, var height]
            ? new(int.Parse(width), int.Parse(height))
            : throw new ArgumentException($"{image}");

    static ProcessedImage Load(ImageSource image)
    {
        var size = SizeOf(image);
        var random = new Random(int.Parse(((ImageSource.File)image).Path.Split('-')[1]));
        var patches = size.Width * size.Height / 4;
        float[] values = [.. Enumerable.Range(0, patches * ToyConfig.PatchValues).Select(_ => random.NextSingle() - 0.5f)];
        return new(values, [patches, ToyConfig.PatchValues], size);
    }

    static ImmutableArray<PreparedPair> Pairs { get; } =
    [
        Pair("6x4-1", "4x8-2", [1, 2], [3, 4, 5], [3, 6]),
        Pair("2x2-3", "8x2-4", [7], [8], [9, 10, 11, 12]),
        Pair("6x4-1", "2x6-5", [1, 2], [3, 4], [3, 4, 13]),
    ];

    static PreparedPair Pair(string w, string l, int[] query, int[] responseW, int[] responseL)
    {
        var image = new ToyConfig().ImageTokenId;
        TokenSequence Row(int[] before, int[] response) =>
            new(
                [.. before, .. response],
                [.. before.Select(_ => false), .. response.Select(_ => true)],
                [.. before.Concat(response).Select(_ => true)]
            );
        ResponseRows Rows(int[] response) => new(Row([0, image, .. query], response), Row([0, .. query], response));
        PairSide Side(string name) => new(new ImageSource.File(name), "");
        return new(new ContrastPair($"{w} {l}", "", Side(w), Side(l)), Rows(responseW), Rows(responseL));
    }
}
