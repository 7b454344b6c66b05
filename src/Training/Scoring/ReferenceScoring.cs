using System.Collections.Immutable;
using System.Runtime.InteropServices;
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

        if (job.Ranks.Size > 1)
        {
            foreach (var entry in ScoreTogether(job, cache, cells))
            {
                yield return entry;
            }

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

        foreach (var (index, scored) in Scored(job, unknown, cells))
        {
            yield return (index, cache?.Keep(job.Pairs[index], scored) ?? scored);
        }
    }

    /// <summary>Rank 0 knows the cache and gives all entries; the others score their share and give none.</summary>
    static IEnumerable<(int Pair, ImmutableDictionary<Cell, double> Cells)> ScoreTogether(
        TrainingSetup job,
        ReferenceCache? cache,
        IReadOnlyCollection<Cell> cells
    )
    {
        var unknown = new List<int>();
        foreach (var (index, pair) in job.Pairs.Index().Where(_ => job.Ranks.Rank == 0))
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

        var asked = MemoryMarshal.Cast<byte, int>(job.Ranks.Gather(MemoryMarshal.AsBytes([.. unknown]))[0]).ToArray();
        ImmutableArray<Cell> order = [.. cells];
        double[] own =
        [
            .. Scored(job, asked.Where((_, at) => at % job.Ranks.Size == job.Ranks.Rank), cells)
                .SelectMany(scored => order.Select(cell => scored.Cells[cell])),
        ];
        var all = job.Ranks.Gather(MemoryMarshal.AsBytes(own.AsSpan()));
        foreach (var (at, index) in asked.Index().Where(_ => job.Ranks.Rank == 0))
        {
            var numbers = MemoryMarshal.Cast<byte, double>(all[at % job.Ranks.Size])[(at / job.Ranks.Size * order.Length)..].ToArray();
            var scored = order.Select((cell, i) => (cell, i)).ToImmutableDictionary(one => one.cell, one => numbers[one.i]);
            yield return (index, cache?.Keep(job.Pairs[index], scored) ?? scored);
        }
    }

    /// <summary>Each pair alone, so that its numbers do not depend to the last bit on which others were known already.</summary>
    static IEnumerable<(int Pair, ImmutableDictionary<Cell, double> Cells)> Scored(
        TrainingSetup job,
        IEnumerable<int> pairs,
        IReadOnlyCollection<Cell> cells
    )
    {
        foreach (var batch in job.Batches(pairs.Select(pair => ImmutableArray.Create(pair)), cells))
        {
            var scored = job.Scoring.Score(job.Model, batch.Pairs, cells, batch.Images)[0];
            yield return scored.Values.All(double.IsFinite) ? (batch.Indices[0], scored) : throw NotFinite(batch.Pairs[0]);
        }
    }

    static UserException NotFinite(PreparedPair pair) =>
        new(
            $"The base model's log-probabilities of the pair {pair.Pair.Id} are not finite, so nothing can be trained. "
                + "Check the checkpoint for weights that are not finite, and the pair's images."
        );
}
