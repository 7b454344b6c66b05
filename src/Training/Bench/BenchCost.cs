using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;

namespace SVco.Training.Bench;

/// <summary>The matrix products a step needs, in floating-point operations (a multiply-add is two).</summary>
/// <param name="Tokens">Tokens that go through the decoder in a forward pass.</param>
/// <param name="Decoder">Of one forward pass of the decoder's layers, attention included.</param>
/// <param name="Head">Of one forward pass of the output head.</param>
/// <param name="Projector">Of one forward pass of the projector.</param>
/// <param name="Vision">Of one pass of the vision tower.</param>
public sealed record BenchCost(long Tokens, double Decoder, double Head, double Projector, double Vision)
{
    /// <summary>
    /// A step. The backward pass costs as much as the forward one for the gradients of what goes through the weights, and as much again for
    /// those of the weights, where they are trained. What is computed again to save memory is not needed and does not count.
    /// </summary>
    /// <param name="referenceLive">Whether the reference is computed too.</param>
    /// <param name="visionPasses">How often the tower runs.</param>
    /// <param name="frozen">Whether the weights get no gradients (LoRA, whose own products are too small to count).</param>
    public double Step(bool referenceLive, int visionPasses, bool frozen) =>
        Forward * ((referenceLive ? 2 : 1) + (frozen ? 1 : 2)) + Vision * visionPasses;

    /// <summary>A forward pass of the language model and the projector.</summary>
    public double Forward => Decoder + Head + Projector;

    /// <summary>The cost of pairs whose images have the usual size, packed.</summary>
    /// <param name="config">The model.</param>
    /// <param name="batch">The pairs.</param>
    /// <param name="cells">What is scored of each.</param>
    public static BenchCost Of(ModelConfig config, IReadOnlyList<PreparedPair> batch, IReadOnlyCollection<Cell> cells)
    {
        var (rows, images) = PackedScoring.Rows(batch, cells);
        return Of(config, config.Trees(rows, images.Select(_ => config.UsualImage)));
    }

    /// <summary>The cost of trees.</summary>
    public static BenchCost Of(ModelConfig config, IReadOnlyCollection<PackedTree> trees)
    {
        var (images, tokens) = (trees.Sum(tree => tree.Images.Length), trees.Sum(tree => (long)tree.Length));
        double predictors = trees.Sum(tree => (long)tree.Predictors.Length);
        var (keysAndValues, others) = LayerWeights(config.Text);
        double Pairs(PackedTree tree) =>
            tree.TrunkLength * (double)tree.TrunkLength / 2 + (tree.Length - tree.TrunkLength) * (double)tree.Length;
        var attention = 4.0 * config.Text.Heads * config.Text.HeadSize;
        var layer = 2.0 * tokens * (keysAndValues + others) + attention * trees.Sum(Pairs);
        var last =
            2.0 * tokens * keysAndValues
            + 2.0 * predictors * others
            + attention * trees.Sum(tree => tree.Predictors.Length * (double)tree.Length);
        return With(config, tokens, layer * (config.Text.Layers - 1) + last, predictors, images);
    }

    /// <summary>The cost of padded rows with full logits.</summary>
    /// <param name="config">The model.</param>
    /// <param name="rows">Lengths of the rows, images and padding included.</param>
    /// <param name="images">How many images are encoded.</param>
    public static BenchCost Of(ModelConfig config, IReadOnlyCollection<int> rows, int images)
    {
        var tokens = rows.Sum(row => (long)row);
        var (keysAndValues, others) = LayerWeights(config.Text);
        var attention = 4.0 * config.Text.Heads * config.Text.HeadSize * rows.Sum(row => (double)row * row);
        return With(config, tokens, config.Text.Layers * (2.0 * tokens * (keysAndValues + others) + attention), tokens, images);
    }

    static BenchCost With(ModelConfig config, long tokens, double decoder, double logits, int images)
    {
        var (text, vision) = (config.Text, config.VisionOf(config.UsualImage));
        double width = vision.HiddenSize;
        var layer =
            2.0 * vision.Tokens * (4.0 * width * width + 2.0 * width * vision.IntermediateSize)
            + 4.0 * vision.Tokens * vision.Tokens * width;
        var patches = 2.0 * vision.Patches * vision.PatchValues * width;
        return new(
            tokens,
            decoder,
            2.0 * logits * text.HiddenSize * text.VocabularySize,
            2.0 * images * config.UsualImageTokens * vision.ProjectorWeights,
            images * (patches + vision.Layers * layer)
        );
    }

    static (double KeysAndValues, double Others) LayerWeights(TextConfig text)
    {
        double width = text.HiddenSize;
        return (2 * width * text.KeyValueHeads * text.HeadSize, 2 * width * text.Heads * text.HeadSize + 3 * width * text.IntermediateSize);
    }
}
