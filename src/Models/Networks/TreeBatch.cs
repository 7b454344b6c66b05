using SVco.Core.Packing;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>What a decoder needs to know of trees laid end to end, on its device and in its type.</summary>
/// <param name="Positions">int64 [tokens], or [dimensions, tokens].</param>
/// <param name="Predictors">int64 [predictors]: the tokens whose final hidden state is wanted.</param>
/// <param name="All">Attention where every token is a query.</param>
/// <param name="Last">Attention where only the predictors are.</param>
sealed record TreeBatch(Tensor Positions, Tensor Predictors, TreeAttention All, TreeAttention Last)
{
    /// <summary>Lays the trees end to end; none may be without predictors.</summary>
    public static TreeBatch Of(IReadOnlyList<PackedTree> trees, ScalarType type, Device device)
    {
        var starts = trees.Select((_, index) => trees.Take(index).Sum(tree => tree.Length));
        return new(
            PositionsOf(trees).to(device),
            tensor(
                trees
                    .Zip(starts, (tree, start) => tree.Predictors.Select(token => (long)start + token))
                    .SelectMany(tokens => tokens)
                    .ToArray(),
                device: device
            ),
            TreeAttention.OfAll(trees, type, device),
            TreeAttention.OfPredictors(trees, type, device)
        );
    }

    static Tensor PositionsOf(IReadOnlyList<PackedTree> trees)
    {
        var dimensions = trees[0].Positions.Length;
        var positions = Enumerable
            .Range(0, dimensions)
            .SelectMany(dimension => trees.SelectMany(tree => tree.Positions[dimension]))
            .Select(position => (long)position)
            .ToArray();
        return dimensions == 1 ? tensor(positions) : tensor(positions).view(dimensions, -1);
    }
}
