using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;

namespace SVco.Core.Packing;

/// <summary>One token sequence that must be scored, and the cells that sum over it.</summary>
/// <param name="Pair">Index of the pair in the batch.</param>
/// <param name="Image">Index of the image in the batch's list of distinct images; null without an image.</param>
/// <param name="Row">The tokens, the image a single placeholder.</param>
/// <param name="Sums">For each cell the tokens it sums [tokens].</param>
public sealed record PackRow(int Pair, int? Image, TokenSequence Row, ImmutableDictionary<Cell, ImmutableArray<bool>> Sums);
