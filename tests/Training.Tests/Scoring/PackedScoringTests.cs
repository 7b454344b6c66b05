using System.Collections.Immutable;
using SVco.Core.Objectives;
using SVco.Models;
using SVco.Models.Lora;
using static TorchSharp.torch;

namespace SVco.Training.Tests;

/// <summary>The law of the packed tree: the same table and the same gradients as the plain path's, whatever the batch.</summary>
public class PackedScoringTests
{
    /// <summary>Packs of one tree and logits of a few rows, so that every boundary is crossed.</summary>
    static readonly PackedScoring Cut = new() { TokenBudget = 1, LogitBudget = 100 };

    static readonly PackedScoring[] Ways = [new(), Cut, new() { TokenBudget = 24, MemorySmall = true }];

    [Fact]
    public void In_float64_every_log_prob_and_every_gradient_is_the_plain_one()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            AssertLikePlain(seed, ScalarType.Float64, 1e-10);
        }
    }

    /// <summary>Rounding errors of 2^-24 grow through a few layers and sums; both paths make them.</summary>
    [Fact]
    public void In_float32_packed_and_plain_log_probs_are_equal_to_rounding()
    {
        for (var seed = 100; seed < 130; seed++)
        {
            AssertLikePlain(seed, ScalarType.Float32, 1e-4);
        }
    }

    /// <summary>The same operations in the same order: a run may change to the small memory on its way without another result.</summary>
    [Fact]
    public void With_small_memory_all_is_equal_to_the_bit()
    {
        for (var seed = 300; seed < 330; seed++)
        {
            using var scope = NewDisposeScope();
            using var random = new PackedCase(seed, ScalarType.Float32);
            // Whole batches, and packs of a tree each, which small memory takes in two passes.
            var scoring = seed % 2 == 0 ? new PackedScoring() : Cut;
            var normal = random.Score(scoring);
            var small = random.Score(scoring with { MemorySmall = true });
            Assert.Equal(
                normal.Table.SelectMany(pair => random.Cells.Select(cell => pair[cell])),
                small.Table.SelectMany(pair => random.Cells.Select(cell => pair[cell]))
            );
            Assert.Equal(normal.Gradients.Keys.Order(), small.Gradients.Keys.Order());
            Assert.All(normal.Gradients, gradient => Assert.True(gradient.Value.bytes.SequenceEqual(small.Gradients[gradient.Key].bytes)));
        }
    }

    [Fact]
    public void An_adapter_gets_the_plain_gradients_and_the_base_gets_none()
    {
        for (var seed = 200; seed < 210; seed++)
        {
            using var scope = NewDisposeScope();
            using var random = new PackedCase(seed, ScalarType.Float64);
            string[] targets = ["q_proj", "v_proj", "down_proj", .. random.Config.Text.TieWordEmbeddings ? (string[])[] : ["lm_head"]];
            using var adapter = LoraAdapter.Create(random.Model, 2, 4, targets, seed);
            adapter.Train();
            foreach (var parameter in adapter.Parameters)
            {
                using var noGrad = no_grad();
                parameter.Value.normal_(0, 0.3);
            }

            var plain = random.Score(new PlainScoring(), adapter.Parameters);
            var packed = random.Score(Cut, adapter.Parameters);
            AssertEqual(plain.Table, packed.Table, 1e-10, random);
            AssertEqual(plain.Gradients, packed.Gradients, 1e-10, random);
            Assert.All(random.Model.Parameters, parameter => Assert.Null(parameter.Value.grad));
            Assert.All(
                adapter.Parameters.Where(parameter => parameter.Name.Contains("language_model")),
                parameter => Assert.Contains(random.Complete, told => ReferenceEquals(told, parameter.Value))
            );
        }
    }

    /// <summary>What is exchanged between processes while the pass goes on. The embeddings wait for its end.</summary>
    [Fact]
    public void A_pass_tells_of_each_complete_gradient_of_the_decoder_the_last_layer_first()
    {
        using var scope = NewDisposeScope();
        using var random = new PackedCase(5, ScalarType.Float64);
        random.Score(Cut);
        string[] told = [.. random.Complete.Select(one => random.Model.Parameters.Single(named => ReferenceEquals(named.Value, one)).Name)];
        var layers = random
            .Model.Parameters.Select(parameter => parameter.Name)
            .Where(name => name.Contains("language_model") && !name.Contains("embed_tokens"));
        Assert.Equal(layers.Order(), told.Order());
        int[] order = [.. told.Where(name => name.Contains(".layers.")).Select(name => int.Parse(name.Split('.')[3]))];
        Assert.True(random.Config.Text.Layers > 1);
        Assert.Equal(order.OrderDescending(), order);
    }

    [Fact]
    public void Scored_alone_nothing_gets_a_gradient()
    {
        using var scope = NewDisposeScope();
        using var random = new PackedCase(1, ScalarType.Float64);
        var table = new PackedScoring().Score(random.Model, random.Batch, random.Cells, random.Images);
        AssertEqual(new PlainScoring().Score(random.Model, random.Batch, random.Cells, random.Images), table, 1e-10, random);
        Assert.All(random.Model.Parameters, parameter => Assert.Null(parameter.Value.grad));
    }

    /// <summary>A trained tower runs again where its tree does: once to score, once for the gradients.</summary>
    [Theory]
    [InlineData(false, false, false, 1)]
    [InlineData(false, false, true, 1)]
    [InlineData(true, false, false, 1)]
    [InlineData(true, false, true, 1)]
    [InlineData(true, true, false, 1)]
    [InlineData(true, true, true, 2)]
    public void An_image_is_encoded_once_however_many_rows_show_it(bool trains, bool tower, bool treeByTree, int times)
    {
        using var scope = NewDisposeScope();
        using var random = new PackedCase(2, ScalarType.Float64);
        random.Model.SetTrainable(Part.Projector | Part.LanguageModel | (tower ? Part.VisionTower : Part.None));
        var loaded = new List<Core.Data.ImageSource>();
        var images = new LiveFeatures(
            random.Model,
            random.Loader(image =>
            {
                loaded.Add(image);
                return random.LoadPixels(image);
            })
        );
        var scoring = new PackedScoring { MemorySmall = treeByTree, TokenBudget = treeByTree ? 1 : 8192 };
        PreparedPair[] batch = [.. random.Batch, .. random.Batch];
        if (trains)
        {
            using var scored = scoring.Forward(random.Model, batch, random.Cells, images);
            scored.Backward([.. random.Weights, .. random.Weights], share: 1);
        }
        else
        {
            scoring.Score(random.Model, batch, random.Cells, images);
        }

        Assert.NotEmpty(loaded);
        Assert.All(loaded.CountBy(image => image), image => Assert.Equal(times, image.Value));
    }

    static void AssertLikePlain(int seed, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var random = new PackedCase(seed, type);
        var plain = random.Score(new PlainScoring());
        foreach (var way in Ways)
        {
            var packed = random.Score(way);
            AssertEqual(plain.Table, packed.Table, tolerance, (seed, way, random));
            AssertEqual(plain.Gradients, packed.Gradients, tolerance, (seed, way, random));
        }
    }

    static void AssertEqual(
        IReadOnlyList<ImmutableDictionary<Cell, double>> expected,
        IReadOnlyList<ImmutableDictionary<Cell, double>> actual,
        double tolerance,
        object which
    )
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (plain, packed) in expected.Zip(actual))
        {
            Assert.Equal(plain.Keys.ToHashSet(), packed.Keys.ToHashSet());
            foreach (var (cell, value) in plain)
            {
                Assert.True(
                    Math.Abs(value - packed[cell]) <= tolerance * (1 + Math.Abs(value)),
                    $"{which}: {cell} {packed[cell]}, not {value}"
                );
            }
        }
    }

    static void AssertEqual(
        ImmutableDictionary<string, Tensor> expected,
        ImmutableDictionary<string, Tensor> actual,
        double tolerance,
        object which
    )
    {
        // The plain path gives exact zeros where the packed one, which never ran the part, gives nothing.
        foreach (var (name, gradient) in expected)
        {
            var largest = gradient.abs().max().to(ScalarType.Float64).item<double>();
            var other = actual.GetValueOrDefault(name) ?? zeros_like(gradient);
            var difference = (other - gradient).abs().max().to(ScalarType.Float64).item<double>();
            Assert.True(
                difference <= tolerance * (1 + largest),
                $"{which}: the gradient of {name} differs by {difference:e2} of {largest:e2}"
            );
        }

        Assert.Empty(actual.Keys.Except(expected.Keys));
    }
}
