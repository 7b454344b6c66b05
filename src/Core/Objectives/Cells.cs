using System.Collections.Immutable;

namespace SVco.Core.Objectives;

public abstract partial record Objective
{
    /// <summary>The cells the policy must score, in a fixed order: what a step costs. DPO has two, S-VCO six, SFT one.</summary>
    public ImmutableArray<Cell> Cells() => CellsOf(ModelRole.Policy);

    /// <summary>The cells the reference must score, in the same order; none for SFT and the reference-free objectives.</summary>
    public ImmutableArray<Cell> ReferenceCells() => CellsOf(ModelRole.Reference);

    /// <summary>Whether a reference model (or its cached log-probabilities) is needed at all.</summary>
    public bool NeedsReference => !ReferenceCells().IsEmpty;

    /// <summary>The response lengths that a table must give.</summary>
    public ImmutableArray<(Side Response, Tokens Tokens)> Lengths() =>
        [.. Leaves().OfType<Length>().Select(length => (length.Response, length.Tokens)).Distinct().Order()];

    ImmutableArray<Cell> CellsOf(ModelRole model) =>
        [
            .. Leaves()
                .OfType<LogProb>()
                .Where(leaf => leaf.Model == model)
                .Select(leaf => leaf.Cell)
                .Distinct()
                .OrderBy(cell => (cell.Response, cell.Image, cell.Tokens)),
        ];
}
