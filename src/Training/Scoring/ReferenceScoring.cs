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
    /// <summary>Gives the cells of every pair, from the cache or else scored, which then goes into the cache.</summary>
    /// <param name="job">The job, its model not yet trained.</param>
    /// <param name="cache">Log-probabilities of earlier runs; null scores all.</param>
    /// <returns>A pair's index in <see cref="TrainingSetup.Pairs"/> and its cells; those that were known come first.</returns>
    /// <exception cref="UserException">A log-probability is not finite.</exception>
    public static IEnumerable<(int Pair, ImmutableDictionary<Cell, double> Cells)> Score(TrainingSetup job, ReferenceCache? cache)
    {
        var cells = job.Evaluated.ReferenceCells();
        if (cells.IsEmpty)
        {
            yield break;
        }

        var unknown = new List<int>();
        foreach (var (index, pair) in job.Pairs.Index())
        {
            if (cache?.Find(pair, cells) is { } known)
            {
                yield return (index, known);
            }
            else
            {
                unknown.Add(index);
            }
        }

        // Each pair alone, so that its numbers do not depend to the last bit on which others were known already.
        foreach (var batch in job.Batches(unknown.Select(pair => ImmutableArray.Create(pair)), cells))
        {
            var (pair, scored) = (batch.Pairs[0], job.Scoring.Score(job.Model, batch.Pairs, cells, batch.Images)[0]);
            if (!scored.Values.All(double.IsFinite))
            {
                throw NotFinite(pair);
            }

            yield return (batch.Indices[0], cache?.Keep(pair, scored) ?? scored);
        }
    }

    static UserException NotFinite(PreparedPair pair) =>
        new(
            $"The base model's log-probabilities of the pair {pair.Pair.Id} are not finite, so nothing can be trained. "
                + "Check the checkpoint for weights that are not finite, and the pair's images."
        );
}
