using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;

namespace SVco.Core.Packing;

/// <summary>One token sequence that must be scored, and the cells that sum over it.</summary>
/// <param name="Pair">Index of the pair in the batch.</param>
/// <param name="Images">
/// Indices into the batch's list of distinct images: the k-th placeholder of the row stands for the k-th of these. A placeholder beyond them
/// is a token like any other.
/// </param>
/// <param name="Row">The tokens, each image a single placeholder.</param>
/// <param name="Sums">For each cell the tokens it sums [tokens].</param>
public sealed record PackRow(int Pair, ImmutableArray<int> Images, TokenSequence Row, ImmutableDictionary<Cell, ImmutableArray<bool>> Sums);
