using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>
/// Scoring at the price of the distinct tokens: the sequences under one image share their prefixes in a tree (<see cref="PackLayout"/>),
/// each image is encoded once, and logits exist only where a summed token is predicted, a few rows at a time.
/// </summary>
public sealed record PackedScoring
{
    /// <summary>The most tokens that go through the model together; a larger tree goes alone.</summary>
    public int TokenBudget { get; init; } = 8192;

    /// <summary>
    /// Keeps nothing but the inputs of the decoder's layers, and runs each layer again for its gradients once the weights are known: a third
    /// more operations, and the peak is one layer's activations instead of all layers'. Where a batch is more than one pack, not even these are
    /// kept: all packs are scored first, and then each goes forward and back alone. At the same budget the results are the same to the bit.
    /// </summary>
    public bool MemorySmall { get; init; }

    /// <summary>The most logits computed at a time; 2^24 in fp32 are 64 MiB, and softmax and gradient take as much again each.</summary>
    public long LogitBudget { get; init; } = 1 << 24;

    /// <summary>A <see cref="ScoreTable"/>.</summary>
    public IReadOnlyList<ImmutableDictionary<Cell, double>> Score(
        Llava model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        EncodeImages encodeImages,
        Func<IReadOnlyList<ImmutableDictionary<Cell, double>>, IReadOnlyList<ImmutableDictionary<Cell, double>>>? weights = null
    )
    {
        using var scope = NewDisposeScope();
        var (rows, images) = Rows(batch, cells);
        var trees = PackLayout.Trees(rows, model.Config.ImageTokenId, model.ImageTokens);
        // A tree without predictors holds empty sums only.
        var packs = PackLayout.Packs(trees.Where(tree => !tree.Predictors.IsEmpty), TokenBudget).ToArray();
        var features = Features(model, images, encodeImages, graph: weights is not null);
        var head = new PackedHead(model, (int)Math.Max(1, LogitBudget / model.Config.Text.VocabularySize));

        var keeps = weights is not null && !(MemorySmall && packs.Length > 1);
        var (runs, logProbs) = (new TreeRun[packs.Length], new double[packs.Length][]);
        for (var i = 0; i < packs.Length; i++)
        {
            using var mode = set_grad_enabled(keeps);
            using var each = keeps ? null : NewDisposeScope();
            runs[i] = Run(model, packs[i], features);
            logProbs[i] = head.LogProbs(runs[i], Predictions(packs[i]), keep: keeps && packs.Length == 1 && !MemorySmall);
        }

        var sums = Sums(batch.Count, trees, packs.Zip(logProbs).SelectMany(pack => ByTree(pack.First, pack.Second)));
        if (weights is not null)
        {
            var weighted = weights(sums);
            if (IsLarge(model, packs))
            {
                NativeHeap.Trim();
            }

            using var mode = enable_grad();
            foreach (var (pack, scored) in packs.Zip(runs))
            {
                using var each = NewDisposeScope();
                var run = keeps ? scored : Run(model, pack, features);
                head.Backward(run, Predictions(pack), [.. pack.SelectMany(tree => PredictionWeights(tree, weighted))]);
            }
        }

        return sums;
    }

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
                        pair.Item.Image(row.Key) is { } image ? indices[image] : null,
                        pair.Item.Row(row.Key),
                        row.ToImmutableDictionary(cell => cell, pair.Item.Summed)
                    ))
            );
        return (rows, images);
    }

    /// <summary>
    /// Gives the vision features of some images. Of a frozen tower they are computed once, as many images together as the token budget
    /// allows, and nothing else is kept.
    /// </summary>
    Func<IEnumerable<int>, Tensor> Features(Llava model, IReadOnlyList<ImageSource> images, EncodeImages encodeImages, bool graph)
    {
        if (graph && model.HasTrainableVision)
        {
            return some => encodeImages([.. some.Select(image => images[image])]);
        }

        using var noGrad = no_grad();
        var features = images.Chunk(ImagesTogether(model)).SelectMany(chunk => encodeImages(chunk).unbind(0)).ToArray();
        return some => stack(some.Select(image => features[image]));
    }

    /// <summary>How many images the tower encodes together: as many as the token budget allows.</summary>
    internal int ImagesTogether(Llava model) => Math.Max(1, TokenBudget / model.ImageTokens);

    /// <summary>Whether the activations are so many that holes in the heap matter; with fewer, looking for them takes longer than a step.</summary>
    static bool IsLarge(Llava model, IEnumerable<ImmutableArray<PackedTree>> packs) =>
        packs.Sum(pack => pack.Sum(tree => (long)tree.Length)) * model.Config.Text.Layers * model.Config.Text.HiddenSize > 1 << 21;

    TreeRun Run(Llava model, ImmutableArray<PackedTree> pack, Func<IEnumerable<int>, Tensor> features)
    {
        int[] images = [.. pack.Select(tree => tree.Image).OfType<int>()];
        var projected = images.Length == 0 ? null : model.Project(features(images));
        return model.DecodeTrees(pack, projected, MemorySmall);
    }

    static ImmutableArray<Prediction> Predictions(ImmutableArray<PackedTree> pack)
    {
        var firsts = pack.Select((_, index) => pack.Take(index).Sum(tree => tree.Predictors.Length));
        return
        [
            .. pack.Zip(firsts)
                .SelectMany(tree =>
                    tree.First.Predictions.Select(prediction => prediction with { Predictor = prediction.Predictor + tree.Second })
                ),
        ];
    }

    static IEnumerable<(PackedTree Tree, ArraySegment<double> LogProbs)> ByTree(ImmutableArray<PackedTree> pack, double[] logProbs)
    {
        var first = 0;
        foreach (var tree in pack)
        {
            yield return (tree, new(logProbs, first, tree.Predictions.Length));
            first += tree.Predictions.Length;
        }
    }

    static ImmutableDictionary<Cell, double>[] Sums(
        int pairs,
        IEnumerable<PackedTree> trees,
        IEnumerable<(PackedTree Tree, ArraySegment<double> LogProbs)> scored
    )
    {
        var logProbs = scored.ToDictionary<(PackedTree Tree, ArraySegment<double> LogProbs), PackedTree, ArraySegment<double>>(
            tree => tree.Tree,
            tree => tree.LogProbs,
            ReferenceEqualityComparer.Instance
        );
        var cells = trees
            .SelectMany(tree =>
                tree.Cells.Select(cell => (cell.Pair, cell.Cell, Sum: cell.Predictions.Sum(index => logProbs[tree][index])))
            )
            .ToLookup(cell => cell.Pair);
        return [.. Enumerable.Range(0, pairs).Select(pair => cells[pair].ToImmutableDictionary(cell => cell.Cell, cell => cell.Sum))];
    }

    /// <summary>A prediction's weight is the sum of the weights of the cells that sum it.</summary>
    static double[] PredictionWeights(PackedTree tree, IReadOnlyList<ImmutableDictionary<Cell, double>> weights)
    {
        var shares = new double[tree.Predictions.Length];
        foreach (var cell in tree.Cells)
        {
            foreach (var prediction in cell.Predictions)
            {
                shares[prediction] += weights[cell.Pair].GetValueOrDefault(cell.Cell);
            }
        }

        return shares;
    }
}
