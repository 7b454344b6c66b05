using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>A conversation to score.</summary>
/// <param name="Tokens">Its tokens, the image a single placeholder.</param>
/// <param name="Image">Its image; null without one.</param>
public sealed record RowToScore(TokenSequence Tokens, ImageSource? Image);

/// <summary>
/// Log-probabilities of responses token by token, at the price of the distinct tokens: as in training, the conversations under one image
/// share their prefixes in a tree, so that the options of a question cost little more than the question.
/// </summary>
public static class TokenScoring
{
    // The layout sums over cells; a row has one.
    static readonly Cell Whole = new(Side.W, ImageCondition.Match);

    /// <summary>
    /// log p(token, image) - log p(token, no image) for each labelled token of a response. They add up to log p(Match) - log p(NoImage) of the
    /// response where the image is its own.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="withImage">The conversation with the image's placeholder.</param>
    /// <param name="withoutImage">The same conversation without an image.</param>
    /// <param name="image">The image.</param>
    /// <param name="features">The vision features of images.</param>
    public static ImmutableArray<double> Sensitivity(
        VisionLanguageModel model,
        TokenSequence withImage,
        TokenSequence withoutImage,
        ImageSource image,
        IImageFeatures features
    )
    {
        var scores = LogProbs(model, [new(withImage, image), new(withoutImage, null)], features);
        return [.. scores[0].Zip(scores[1], (seen, unseen) => seen - unseen)];
    }

    /// <summary>log p of each labelled token given those before it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">The conversations; those with one image are best put together.</param>
    /// <param name="features">The vision features of images.</param>
    /// <param name="tokenBudget">The most tokens that go through the model together; a larger tree goes alone.</param>
    /// <returns>For each row the log-probabilities of its labels, in order.</returns>
    public static ImmutableArray<ImmutableArray<double>> LogProbs(
        VisionLanguageModel model,
        IReadOnlyList<RowToScore> rows,
        IImageFeatures features,
        int tokenBudget = 8192
    )
    {
        using var noGradient = no_grad();
        var images = rows.Select(row => row.Image).OfType<ImageSource>().Distinct().ToArray();
        var indices = images.Index().ToDictionary(image => image.Item, image => image.Index);
        var packRows = rows.Select(
            (row, index) =>
                new PackRow(
                    index,
                    row.Image is null ? [] : [indices[row.Image]],
                    row.Tokens,
                    ImmutableDictionary.CreateRange([KeyValuePair.Create(Whole, row.Tokens.Labelled)])
                )
        );
        var trees = model.Config.Trees(packRows, images.Select(features.SizeOf));
        var scores = rows.Select(_ => ImmutableArray<double>.Empty).ToArray();
        var head = new PackedHead(model, new PackedScoring().RowsTogether(model.Config));
        foreach (var pack in PackLayout.Packs(trees.Where(tree => !tree.Predictors.IsEmpty), tokenBudget).Select(pack => new Pack(pack)))
        {
            using var scope = NewDisposeScope();
            var run = pack.Decode(model, shown => features.Of([.. shown.Select(image => images[image])]), recompute: false);
            double[] logProbs = [.. head.Forward(run, pack.Predictions, keep: false).SelectMany(chunk => chunk.LogProbs)];
            foreach (var row in pack.Cells)
            {
                scores[row.Pair] = [.. row.Predictions.Select(prediction => logProbs[prediction])];
            }
        }

        return [.. scores];
    }
}
