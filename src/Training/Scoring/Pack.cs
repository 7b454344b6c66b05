using System.Collections.Immutable;
using SVco.Core.Packing;
using SVco.Models;

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

    /// <summary>The forward pass of all trees.</summary>
    /// <param name="model">The model.</param>
    /// <param name="features">Gives the vision features of images by their index.</param>
    /// <param name="recompute">See <see cref="PackedScoring.MemorySmall"/>.</param>
    public TreeRun Decode(VisionLanguageModel model, Func<int[], IReadOnlyList<EncodedImage>> features, bool recompute)
    {
        int[] images = [.. Trees.SelectMany(tree => tree.Images).Select(image => image.Image).Distinct()];
        var projected = images.Length == 0 ? [] : model.Project(features(images));
        return model.DecodeTrees(Trees, images.Zip(projected).ToDictionary(), recompute);
    }

    /// <summary>The number of tokens that go through the decoder.</summary>
    public long Length => Trees.Sum(tree => (long)tree.Length);
}
