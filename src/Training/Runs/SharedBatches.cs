using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SVco.Core.Metrics;
using SVco.Core.Objectives;

namespace SVco.Training;

/// <summary>
/// How ranks divide batches: batch b is rank b mod N's, so that the sums of gradients, added in the order of ranks round by round, are those of one
/// process, and what is logged is made from all batches in their order on every rank.
/// </summary>
sealed class SharedBatches(TrainingSetup job)
{
    readonly ImmutableArray<PreparedPair> pairs = job.Pairs;

    /// <summary>This rank's of some batches.</summary>
    public IEnumerable<ImmutableArray<int>> Own(IEnumerable<ImmutableArray<int>> batches) =>
        batches.Where((_, index) => index % job.Ranks.Size == job.Ranks.Rank);

    /// <summary>The rounds in which ranks have a batch each: this rank's batch in each, null where none is left for it.</summary>
    public IEnumerable<(int? Batch, bool IsLast)> Rounds(int batches)
    {
        for (var first = 0; first < batches; first += job.Ranks.Size)
        {
            yield return (first + job.Ranks.Rank is var own && own < batches ? own : null, first + job.Ranks.Size >= batches);
        }
    }

    /// <summary>Whether any rank is asked to stop; all get the same answer.</summary>
    public bool IsAsked(CancellationToken stop) => job.Ranks.Max(stop.IsCancellationRequested ? 1 : 0) > 0;

    /// <summary>What is logged of all batches, in their order, on every rank.</summary>
    /// <param name="objective">The formula.</param>
    /// <param name="batches">The indices of each batch's pairs.</param>
    /// <param name="own">What this rank has scored of its own ones.</param>
    /// <param name="reference">The reference's log-probabilities.</param>
    public ImmutableArray<(TableMetrics Metrics, long Tokens)> All(
        Objective objective,
        ImmutableArray<ImmutableArray<int>> batches,
        IReadOnlyList<ScoredBatch> own,
        ReferenceTable reference
    )
    {
        ImmutableArray<Cell> cells = [.. objective.Cells()];
        var all = job.Ranks.Size == 1 ? own : Exchanged(batches, own, cells);
        return
        [
            .. batches.Select(
                (indices, batch) =>
                {
                    ImmutableArray<PreparedPair> some = [.. indices.Select(index => pairs[index])];
                    var table = new PairBatch(indices, some, job.Images).Table(objective, all[batch].LogProbs, reference);
                    return (TableMetrics.Of(objective, table), all[batch].Tokens);
                }
            ),
        ];
    }

    ScoredBatch[] Exchanged(ImmutableArray<ImmutableArray<int>> batches, IReadOnlyList<ScoredBatch> own, ImmutableArray<Cell> cells)
    {
        double[] numbers = [.. own.SelectMany(batch => batch.Numbers(cells))];
        var all = job.Ranks.Gather(MemoryMarshal.AsBytes(numbers.AsSpan()));
        var places = new int[job.Ranks.Size];
        return
        [
            .. batches.Select(
                (indices, batch) =>
                {
                    var rank = batch % job.Ranks.Size;
                    var of = MemoryMarshal.Cast<byte, double>(all[rank])[places[rank]..];
                    places[rank] += indices.Length * cells.Length + 1;
                    return ScoredBatch.From(of, indices.Length, cells);
                }
            ),
        ];
    }
}
