using System.Collections.Immutable;
using SVco.Core.Objectives;

namespace SVco.Training;

/// <summary>What the policy says of a batch.</summary>
/// <param name="LogProbs">For each pair the summed log-probability of each cell.</param>
/// <param name="Tokens">The tokens of the scored rows.</param>
sealed record ScoredBatch(IReadOnlyList<ImmutableDictionary<Cell, double>> LogProbs, long Tokens)
{
    /// <summary>That of a table.</summary>
    public static ScoredBatch Of(LogProbTable table, long tokens) => new([.. table.Pairs.Select(pair => pair.Policy)], tokens);

    /// <summary>As numbers, for another rank.</summary>
    public IEnumerable<double> Numbers(ImmutableArray<Cell> cells) =>
        LogProbs.SelectMany(pair => cells.Select(cell => pair[cell])).Append(Tokens);

    /// <summary>From another rank's numbers.</summary>
    /// <param name="numbers">Those of this batch, and perhaps more.</param>
    /// <param name="pairs">How many pairs it has.</param>
    /// <param name="cells">The cells of each.</param>
    public static ScoredBatch From(ReadOnlySpan<double> numbers, int pairs, ImmutableArray<Cell> cells)
    {
        var all = numbers.ToArray();
        return new(
            [
                .. Enumerable
                    .Range(0, pairs)
                    .Select(pair =>
                        cells
                            .Select((cell, index) => (cell, index))
                            .ToImmutableDictionary(one => one.cell, one => all[pair * cells.Length + one.index])
                    ),
            ],
            (long)all[pairs * cells.Length]
        );
    }
}
