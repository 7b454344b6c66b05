using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Packing;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>A batch that <see cref="PackedScoring"/> has scored.</summary>
sealed class PackedScored : IScored
{
    readonly IDisposable _scope;
    readonly PackedScoring _scoring;
    readonly VisionLanguageModel _model;
    readonly PackedHead _head;
    readonly Func<int[], IReadOnlyList<EncodedImage>> _features;
    readonly ImmutableArray<ScoredPack> _packs;

    /// <param name="Pack">The trees.</param>
    /// <param name="Run">Their forward pass; null where it is made again for the gradients.</param>
    /// <param name="Chunks">Their predictions' log-probabilities.</param>
    sealed record ScoredPack(Pack Pack, TreeRun? Run, ImmutableArray<PackedHead.ScoredChunk> Chunks);

    /// <summary>The forward pass.</summary>
    /// <param name="scope">Is disposed with this.</param>
    /// <param name="scoring">Budgets.</param>
    /// <param name="model">The policy.</param>
    /// <param name="batch">The pairs.</param>
    /// <param name="cells">The cells.</param>
    /// <param name="images">The vision features of the pairs' images.</param>
    /// <param name="gradients">Whether a backward pass may follow.</param>
    public PackedScored(
        IDisposable scope,
        PackedScoring scoring,
        VisionLanguageModel model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        IImageFeatures images,
        bool gradients
    )
    {
        (_scope, _scoring, _model, _head) = (scope, scoring, model, new(model, scoring.RowsTogether(model.Config)));
        var (rows, sources) = PackedScoring.Rows(batch, cells);
        var trees = model.Config.Trees(rows, sources.Select(images.SizeOf));
        _features = Features(sources, images, gradients);
        // A tree without predictors holds empty sums only.
        var packs = PackLayout.Packs(trees.Where(tree => !tree.Predictors.IsEmpty), scoring.TokenBudget).Select(pack => new Pack(pack));
        _packs = Score([.. packs], gradients);
        LogProbs = Sums(batch, cells);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ImmutableDictionary<Cell, double>> LogProbs { get; }

    /// <inheritdoc/>
    public void Backward(
        IReadOnlyList<ImmutableDictionary<Cell, double>> weights,
        double share,
        Action<IEnumerable<Tensor>>? complete = null
    )
    {
        if (IsLarge)
        {
            NativeHeap.Trim();
        }

        using var mode = enable_grad();
        foreach (var (index, scored) in _packs.Index())
        {
            using var scope = NewDisposeScope();
            _head.Backward(
                scored.Run ?? Run(scored.Pack),
                scored.Chunks,
                PredictionWeights(scored.Pack, weights, share),
                index == _packs.Length - 1 ? complete : null
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scope.Dispose();

    /// <summary>Whether the activations are so large that giving freed memory back is worth its time; in a small model it takes longer than a step.</summary>
    bool IsLarge => _packs.Sum(scored => scored.Pack.Length) * _model.Config.Text.Layers * _model.Config.Text.HiddenSize > 1 << 21;

    /// <summary>
    /// Gives the vision features of some images. Of a frozen tower they are computed once, as many images together as the token budget
    /// allows, and nothing else is kept.
    /// </summary>
    Func<int[], IReadOnlyList<EncodedImage>> Features(IReadOnlyList<ImageSource> sources, IImageFeatures images, bool gradients)
    {
        if (gradients && _model.HasTrainableVision)
        {
            return some => images.Of([.. some.Select(image => sources[image])]);
        }

        using var noGrad = no_grad();
        var features = sources.Chunk(_scoring.ImagesTogether(_model.Config)).SelectMany(images.Of).ToArray();
        return some => [.. some.Select(image => features[image])];
    }

    ImmutableArray<ScoredPack> Score(ImmutableArray<Pack> packs, bool gradients)
    {
        var keeps = gradients && !(_scoring.MemorySmall && packs.Length > 1);
        var keepsLogits = keeps && packs.Length == 1 && !_scoring.MemorySmall;
        using var mode = set_grad_enabled(keeps);
        return
        [
            .. packs.Select(pack =>
            {
                using var scope = keeps ? null : NewDisposeScope();
                var run = Run(pack);
                return new ScoredPack(pack, keeps ? run : null, _head.Forward(run, pack.Predictions, keepsLogits));
            }),
        ];
    }

    TreeRun Run(Pack pack) => pack.Decode(_model, _features, _scoring.MemorySmall);

    /// <summary>A cell without any summed token is in no pack and is 0, an empty sum.</summary>
    ImmutableDictionary<Cell, double>[] Sums(IReadOnlyList<PreparedPair> batch, IReadOnlyCollection<Cell> cells)
    {
        var sums = _packs
            .SelectMany(scored =>
            {
                double[] logProbs = [.. scored.Chunks.SelectMany(chunk => chunk.LogProbs)];
                return scored.Pack.Cells.Select(cell => ((cell.Pair, cell.Cell), Sum: cell.Predictions.Sum(index => logProbs[index])));
            })
            .ToDictionary(cell => cell.Item1, cell => cell.Sum);
        return [.. batch.Select((_, pair) => cells.ToImmutableDictionary(cell => cell, cell => sums.GetValueOrDefault((pair, cell))))];
    }

    /// <summary>A prediction's weight is the sum of the weights of the cells that sum it.</summary>
    static double[] PredictionWeights(Pack pack, IReadOnlyList<ImmutableDictionary<Cell, double>> weights, double share)
    {
        var sums = new double[pack.Predictions.Length];
        foreach (var cell in pack.Cells)
        {
            foreach (var prediction in cell.Predictions)
            {
                sums[prediction] += weights[cell.Pair].GetValueOrDefault(cell.Cell) * share;
            }
        }

        return sums;
    }
}
