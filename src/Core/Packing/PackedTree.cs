using System.Collections.Immutable;
using SVco.Core.Objectives;

namespace SVco.Core.Packing;

/// <summary>log p(<paramref name="Target"/> | everything up to and including the token at <paramref name="Predictor"/>).</summary>
/// <param name="Predictor">Index into <see cref="PackedTree.Predictors"/>.</param>
/// <param name="Target">The predicted token id.</param>
public readonly record struct Prediction(int Predictor, int Target);

/// <summary>A cell of one pair as a sum over predictions of the tree.</summary>
/// <param name="Pair">Index of the pair in the batch.</param>
/// <param name="Cell">The cell.</param>
/// <param name="Predictions">Indices into <see cref="PackedTree.Predictions"/>.</param>
public sealed record PackedCell(int Pair, Cell Cell, ImmutableArray<int> Predictions);

/// <summary>Tokens of a tree that stand for an image.</summary>
/// <param name="Image">Index of the image in the batch's list of distinct images.</param>
/// <param name="Start">The first token.</param>
/// <param name="Length">How many tokens.</param>
public readonly record struct PackedImage(int Image, int Start, int Length);

/// <summary>
/// All token sequences under the same images as a trie laid out in depth-first order: a token stands once for all sequences through it and
/// attends to its ancestors only. The first <see cref="TrunkLength"/> tokens are a plain chain (image and query); the rest are branches.
/// </summary>
/// <param name="Images">Where images stand, first ones first; an image may stand in several branches.</param>
/// <param name="Ids">Token ids [tokens]; each of an image's tokens holds the placeholder's id.</param>
/// <param name="Parents">Index of the token before [tokens]; -1 for the first.</param>
/// <param name="Positions">Rotary positions [dimensions][tokens]: the depth, as transformers counts it.</param>
/// <param name="Attended">Whether descendants may attend to the token [tokens].</param>
/// <param name="TrunkLength">The number of tokens before the first branching.</param>
/// <param name="Predictors">The tokens whose logits are needed, ascending.</param>
/// <param name="Predictions">The distinct log-probabilities that the cells sum.</param>
/// <param name="Cells">The cells scored by this tree.</param>
public sealed record PackedTree(
    ImmutableArray<PackedImage> Images,
    ImmutableArray<int> Ids,
    ImmutableArray<int> Parents,
    ImmutableArray<ImmutableArray<int>> Positions,
    ImmutableArray<bool> Attended,
    int TrunkLength,
    ImmutableArray<int> Predictors,
    ImmutableArray<Prediction> Predictions,
    ImmutableArray<PackedCell> Cells
)
{
    /// <summary>The number of tokens that go through the decoder.</summary>
    public int Length => Ids.Length;

    /// <summary>
    /// Who attends to whom [queries, tokens]: to attended ancestors and, where it is attended itself or has nothing else, to itself.
    /// </summary>
    public bool[,] Visible(IReadOnlyList<int> queries)
    {
        var visible = new bool[queries.Count, Length];
        for (var row = 0; row < queries.Count; row++)
        {
            var any = false;
            for (var token = queries[row]; token >= 0; token = Parents[token])
            {
                any |= visible[row, token] = Attended[token];
            }

            visible[row, queries[row]] |= !any;
        }

        return visible;
    }
}
