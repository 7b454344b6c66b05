using System.Collections.Immutable;
using SVco.Core.Objectives;
using SVco.Models;

namespace SVco.Training;

/// <summary>Pairs that are scored together.</summary>
/// <param name="Indices">Their indices in <see cref="TrainingSetup.Pairs"/>.</param>
/// <param name="Pairs">The pairs.</param>
/// <param name="Images">The features of their images.</param>
public sealed record PairBatch(ImmutableArray<int> Indices, ImmutableArray<PreparedPair> Pairs, IImageFeatures Images)
{
    /// <summary>The table that an objective is evaluated on.</summary>
    /// <param name="objective">Says which lengths it needs.</param>
    /// <param name="policy">The policy's cells of each pair.</param>
    /// <param name="reference">The reference's.</param>
    public LogProbTable Table(Objective objective, IReadOnlyList<ImmutableDictionary<Cell, double>> policy, ReferenceTable reference) =>
        new([.. Pairs.Select((pair, i) => new ScoredPair(policy[i], reference[Indices[i]], pair.Lengths(objective.Lengths())))]);

    /// <summary>The tokens of the rows that score these cells, an image counting with all its tokens.</summary>
    public long TokenCount(IReadOnlyCollection<Cell> cells, ModelConfig config) =>
        Pairs.Sum(pair => pair.TokenCount(cells, image => config.ImageTokens(Images.SizeOf(image)).Count));
}
