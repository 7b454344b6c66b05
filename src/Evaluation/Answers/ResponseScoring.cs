using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;
using SVco.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Evaluation.Answers;

/// <summary>A conversation to score.</summary>
/// <param name="Tokens">Its tokens, the image a single placeholder.</param>
/// <param name="Image">Its image; null without one.</param>
public sealed record ScoredRow(TokenSequence Tokens, ImageSource? Image);

/// <summary>
/// Log-probabilities of responses token by token, at the price of the distinct tokens: as in training, the conversations under one image
/// share their prefixes in a tree, so that the options of a question cost little more than the question.
/// </summary>
public static class ResponseScoring
{
    const long LogitBudget = 1 << 24;

    // The layout sums over cells; a row has one.
    static readonly Cell Whole = new(Side.W, ImageCondition.Match);

    /// <summary>log p of each labelled token given those before it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">The conversations; those with one image are best put together.</param>
    /// <param name="features">The vision features of images.</param>
    /// <param name="tokenBudget">The most tokens that go through the model together; a larger tree goes alone.</param>
    /// <returns>For each row the log-probabilities of its labels, in order.</returns>
    public static ImmutableArray<ImmutableArray<double>> LogProbs(
        VisionLanguageModel model,
        IReadOnlyList<ScoredRow> rows,
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
        foreach (var pack in PackLayout.Packs(trees.Where(tree => !tree.Predictors.IsEmpty), tokenBudget))
        {
            using var scope = NewDisposeScope();
            int[] shown = [.. pack.SelectMany(tree => tree.Images).Select(image => image.Image).Distinct()];
            var projected = shown.Length == 0 ? [] : model.Project(features.Of([.. shown.Select(image => images[image])]));
            var run = model.DecodeTrees(pack, shown.Zip(projected).ToDictionary(), recompute: false);
            var first = 0L;
            foreach (var tree in pack)
            {
                var logProbs = LogProbs(model, run.Hidden.narrow(0, first, tree.Predictors.Length), tree.Predictions);
                first += tree.Predictors.Length;
                foreach (var cell in tree.Cells)
                {
                    scores[cell.Pair] = [.. cell.Predictions.Select(prediction => logProbs[prediction])];
                }
            }
        }

        return [.. scores];
    }

    /// <summary>log p of each prediction, with the logits of a few predictors at a time.</summary>
    static double[] LogProbs(VisionLanguageModel model, Tensor hidden, ImmutableArray<Prediction> predictions)
    {
        var together = (int)Math.Max(1, LogitBudget / model.Config.Text.VocabularySize);
        return
        [
            .. predictions
                .GroupBy(prediction => prediction.Predictor / together)
                .SelectMany(chunk =>
                {
                    using var scope = NewDisposeScope();
                    var start = chunk.Key * together;
                    var logits = model.Logits(hidden.narrow(0, start, Math.Min(together, hidden.shape[0] - start)));
                    var places = chunk.Select(one => ((one.Predictor - start) * logits.shape[1]) + one.Target).ToArray();
                    var chosen = log_softmax(logits, -1).view(-1).index_select(0, tensor(places, device: logits.device));
                    return chosen.to(float64).cpu().data<double>().ToArray();
                }),
        ];
    }
}
