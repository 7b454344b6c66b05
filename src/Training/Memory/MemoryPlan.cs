using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Lora;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>What decides how much memory a run takes.</summary>
/// <param name="Config">The model.</param>
/// <param name="Trained">The parts that are trained; with an adapter none of their parameters is.</param>
/// <param name="Pairs">Pairs in a batch.</param>
/// <param name="Tokens">Tokens of the largest batch, as laid out in trees.</param>
/// <param name="LargestTree">Tokens of its largest tree.</param>
/// <param name="Images">Its distinct images.</param>
/// <param name="Image">The processed size of the one that takes the most tokens.</param>
/// <param name="Predictors">Its tokens whose logits are needed.</param>
public sealed record MemoryPlan(
    ModelConfig Config,
    Part Trained,
    int Pairs,
    long Tokens,
    long LargestTree,
    long Images,
    ImageSize Image,
    long Predictors
)
{
    /// <summary>The float type of language model and projector.</summary>
    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>The float type of the vision tower.</summary>
    public ScalarType VisionType { get; init; } = ScalarType.Float32;

    /// <summary>The adapter that is trained in place of the parameters, if any.</summary>
    public LoraConfig? Lora { get; init; }

    /// <summary>Whether the gradients of several micro batches are added up.</summary>
    public bool Accumulates { get; init; }

    /// <summary>How many processes train together; each has a part of the sums, moments and master weights.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>How pairs are scored.</summary>
    public PackedScoring Scoring { get; init; } = new();

    /// <summary>A plan for batches of those pairs that have the most tokens.</summary>
    /// <param name="config">The model.</param>
    /// <param name="trained">The parts that are trained.</param>
    /// <param name="pairs">All pairs.</param>
    /// <param name="sizeOf">The size of an image after processing.</param>
    /// <param name="cells">The cells that are scored.</param>
    /// <param name="batchSize">Pairs in a batch.</param>
    public static MemoryPlan For(
        ModelConfig config,
        Part trained,
        IEnumerable<PreparedPair> pairs,
        Func<ImageSource, ImageSize> sizeOf,
        IReadOnlyCollection<Cell> cells,
        int batchSize
    )
    {
        ImmutableArray<PreparedPair> batch =
        [
            .. pairs.OrderByDescending(pair => pair.TokenCount(cells, image => config.ImageTokens(sizeOf(image)).Count)).Take(batchSize),
        ];
        var (rows, images) = PackedScoring.Rows(batch, cells);
        ImageSize[] sizes = [.. images.Select(sizeOf)];
        var trees = config.Trees(rows, sizes);
        return new(
            config,
            trained,
            batch.Length,
            trees.Sum(tree => (long)tree.Length),
            trees.Max(tree => tree.Length),
            images.Count,
            sizes.OrderByDescending(size => config.ImageTokens(size).Count).FirstOrDefault(config.UsualImage),
            trees.Sum(tree => (long)tree.Predictors.Length)
        );
    }
}
