using System.Collections.Immutable;
using SVco.Core.Packing;

namespace SVco.Training;

/// <summary>Trees that go through the model together, end to end; predictors and predictions are numbered through all of them.</summary>
sealed class Pack
{
    public Pack(ImmutableArray<PackedTree> trees)
    {
        var predictions = ImmutableArray.CreateBuilder<Prediction>();
        var cells = ImmutableArray.CreateBuilder<PackedCell>();
        var predictors = 0;
        foreach (var tree in trees)
        {
            var first = predictions.Count;
            var before = predictors;
            cells.AddRange(tree.Cells.Select(cell => cell with { Predictions = [.. cell.Predictions.Select(index => first + index)] }));
            predictions.AddRange(tree.Predictions.Select(prediction => prediction with { Predictor = before + prediction.Predictor }));
            predictors += tree.Predictors.Length;
        }

        (Trees, Predictions, Cells) = (trees, predictions.ToImmutable(), cells.ToImmutable());
    }

    public ImmutableArray<PackedTree> Trees { get; }

    /// <summary>Ordered by predictor.</summary>
    public ImmutableArray<Prediction> Predictions { get; }

    /// <summary>The cells that the trees score, as sums over <see cref="Predictions"/>.</summary>
    public ImmutableArray<PackedCell> Cells { get; }

    /// <summary>The number of tokens that go through the decoder.</summary>
    public long Length => Trees.Sum(tree => (long)tree.Length);
}
