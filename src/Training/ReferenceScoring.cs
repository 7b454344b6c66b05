using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Objectives;

namespace SVco.Training;

/// <summary>
/// The reference is the model before its first update, and its log-probabilities never change: they are scored once before training, so
/// that no second model is ever in memory.
/// </summary>
public static class ReferenceScoring
{
    /// <summary>Scores the cells of every pair; yields the pairs of one batch after the other.</summary>
    /// <param name="job">The job, its model not yet trained (or its adapters switched off).</param>
    public static IEnumerable<(PreparedPair Pair, ImmutableDictionary<Cell, double> Cells)> Score(TrainingJob job) =>
        job.Evaluated.NeedsReference
            ? job
                .ScoredPairs.Chunk(job.Settings.BatchSize)
                .SelectMany(batch => batch.Zip(job.Score(job.Model, batch, job.Evaluated.ReferenceCells(), job.LoadPixels)))
                .Select(scored => IsFinite(scored.Second) ? scored : throw NotFinite(scored.First))
            : [];

    static bool IsFinite(ImmutableDictionary<Cell, double> cells) => cells.Values.All(double.IsFinite);

    static UserException NotFinite(PreparedPair pair) =>
        new(
            $"The base model's log-probabilities of the pair {pair.Pair.Id} are not finite, so nothing can be trained. "
                + "Check the checkpoint for weights that are not finite, and the pair's images."
        );
}
