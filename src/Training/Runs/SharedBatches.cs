using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SVco.Core.Metrics;
using SVco.Core.Objectives;
using SVco.Core.Training;

namespace SVco.Training;

/// <summary>
/// How ranks divide batches: batch b is rank b mod N's, so that the sums of gradients, added in the order of ranks round by round, are those of one
/// process, and what is logged is made from all batches in their order on every rank.
/// </summary>
sealed class SharedBatches(TrainingSetup job)
{
    readonly ImmutableArray<PreparedPair> pairs = job.Pairs;
    readonly int[] tokens = new int[job.Train.Length];

    /// <summary>This rank's of some batches.</summary>
    public IEnumerable<ImmutableArray<int>> Own(IEnumerable<ImmutableArray<int>> batches) =>
        batches.Where((_, index) => index % job.Ranks.Size == job.Ranks.Rank);

    /// <summary>The rounds in which ranks have a batch each.</summary>
    public IEnumerable<Round> Rounds(int batches)
    {
        var isFast = job.Settings.Summation == Summation.Fast;
        for (var first = 0; first < batches; first += job.Ranks.Size)
        {
            var own = first + job.Ranks.Rank;
            var isLast = first + job.Ranks.Size >= batches;
            yield return new(own < batches, IsLastOwn: own + job.Ranks.Size >= batches, AddsUp: !isFast && !isLast);
        }
    }

    /// <summary>
    /// A step's micro batches in the order in which ranks take them: those of the most distinct tokens first, so that those of a round take about as long.
    /// It does not depend on how many ranks there are.
    /// </summary>
    public PlannedStep LongestFirst(PlannedStep step) =>
        step.MicroBatches.Length == 1
            ? step
            : step with
            {
                MicroBatches = [.. step.MicroBatches.OrderByDescending(batch => batch.Sum(Tokens))],
            };

    /// <summary>The distinct tokens that a pair brings into the decoder.</summary>
    int Tokens(int index)
    {
        if (tokens[index] == 0)
        {
            var (rows, images) = PackedScoring.Rows([pairs[index]], job.Objective.Cells());
            tokens[index] = job.Model.Config.Trees(rows, images.Select(job.Images.SizeOf)).Sum(tree => tree.Length);
        }

        return tokens[index];
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

    /// <summary>The mean share of a step that ranks have waited in, and what all have sent; null where there is one process.</summary>
    /// <param name="idle">This rank's share.</param>
    /// <param name="bytes">What this rank has sent.</param>
    public StepTraffic? OfAll(double idle, long bytes)
    {
        if (job.Ranks.Size == 1)
        {
            return null;
        }

        double[] own = [idle, bytes];
        double[][] all =
        [
            .. job.Ranks.Gather(MemoryMarshal.AsBytes(own.AsSpan())).Select(one => MemoryMarshal.Cast<byte, double>(one).ToArray()),
        ];
        return new(all.Average(one => one[0]), (long)all.Sum(one => one[1]));
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
