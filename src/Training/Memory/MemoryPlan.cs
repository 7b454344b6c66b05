using System.Collections.Immutable;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;
using SVco.Models.Lora;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>What decides how much memory a run takes.</summary>
/// <param name="Config">The model.</param>
/// <param name="IsTrained">Whether a parameter is trained, by its name; with an adapter none is.</param>
/// <param name="Pairs">Pairs in a batch.</param>
/// <param name="Tokens">Tokens of the largest batch, as laid out in trees.</param>
/// <param name="LargestTree">Tokens of its largest tree.</param>
/// <param name="Images">Its distinct images.</param>
/// <param name="Predictors">Its tokens whose logits are needed.</param>
public sealed record MemoryPlan(
    LlavaConfig Config,
    Func<string, bool> IsTrained,
    int Pairs,
    long Tokens,
    long LargestTree,
    long Images,
    long Predictors
)
{
    /// <summary>The float type of language model and projector.</summary>
    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>The float type of the vision tower.</summary>
    public ScalarType VisionType { get; init; } = ScalarType.Float32;

    /// <summary>The adapter that is trained in place of the parameters, if any.</summary>
    public LoraConfig? Lora { get; init; }

    /// <summary>How pairs are scored.</summary>
    public PackedScoring Scoring { get; init; } = new();

    /// <summary>A plan for batches of those pairs that have the most tokens.</summary>
    /// <param name="config">The model.</param>
    /// <param name="isTrained">Whether a parameter is trained.</param>
    /// <param name="pairs">All pairs.</param>
    /// <param name="cells">The cells that are scored.</param>
    /// <param name="batchSize">Pairs in a batch.</param>
    public static MemoryPlan For(
        LlavaConfig config,
        Func<string, bool> isTrained,
        IEnumerable<PreparedPair> pairs,
        IReadOnlyCollection<Cell> cells,
        int batchSize
    )
    {
        ImmutableArray<PreparedPair> batch =
        [
            .. pairs.OrderByDescending(pair => pair.TokenCount(cells, config.ImageTokens)).Take(batchSize),
        ];
        var (rows, images) = PackedScoring.Rows(batch, cells);
        var trees = PackLayout.Trees(rows, config.ImageTokenId, config.ImageTokens);
        return new(
            config,
            isTrained,
            batch.Length,
            trees.Sum(tree => (long)tree.Length),
            trees.Max(tree => tree.Length),
            images.Count,
            trees.Sum(tree => (long)tree.Predictors.Length)
        );
    }
}
