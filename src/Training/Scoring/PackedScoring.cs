using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;

namespace SVco.Training;

/// <summary>
/// Scoring at the price of the distinct tokens: the sequences under one image share their prefixes in a tree (<see cref="PackLayout"/>),
/// each image is encoded once, and logits exist only where a summed token is predicted, a few rows at a time.
/// </summary>
public sealed record PackedScoring : IScoring
{
    /// <summary>The most tokens that go through the model together; a larger tree goes alone.</summary>
    public int TokenBudget { get; init; } = 8192;

    /// <summary>
    /// Keeps nothing but the inputs of the decoder's layers, and runs each layer again for its gradients once the weights are known: a third
    /// more operations, and the peak is one layer's activations instead of all layers'. Where a batch is more than one pack, not even these are
    /// kept: all packs are scored first, and then each goes forward and backward alone. At the same budget the results are the same to the bit.
    /// </summary>
    public bool MemorySmall { get; init; }

    /// <summary>The most logits computed at a time; 2^24 in fp32 are 64 MiB, and softmax and gradient take as much again each.</summary>
    public long LogitBudget { get; init; } = 1 << 24;

    /// <inheritdoc/>
    public IScored Forward(
        VisionLanguageModel model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        IImageFeatures images,
        bool gradients = true
    ) => OpenScope.For(scope => new PackedScored(scope, this, model, batch, cells, images, gradients));

    /// <summary>The batch as rows to lay out, and its distinct images.</summary>
    internal static (IEnumerable<PackRow> Rows, IReadOnlyList<ImageSource> Images) Rows(
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells
    )
    {
        var images = batch.SelectMany(pair => cells.Select(pair.Image)).OfType<ImageSource>().Distinct().ToArray();
        var indices = images.Index().ToDictionary(image => image.Item, image => image.Index);
        var rows = batch
            .Index()
            .SelectMany(pair =>
                cells
                    .GroupBy(cell => cell with { Tokens = Tokens.All })
                    .Select(row => new PackRow(
                        pair.Index,
                        pair.Item.Image(row.Key) is { } image ? [indices[image]] : [],
                        pair.Item.Row(row.Key),
                        row.ToImmutableDictionary(cell => cell, pair.Item.Summed)
                    ))
            );
        return (rows, images);
    }

    /// <summary>How many images the tower encodes together: as many of the usual size as the token budget allows.</summary>
    internal int ImagesTogether(ModelConfig config) => Math.Max(1, TokenBudget / config.UsualImageTokens);

    /// <summary>How many predictors have logits together.</summary>
    internal int RowsTogether(ModelConfig config) => (int)Math.Max(1, LogitBudget / config.Text.VocabularySize);
}
