using System.Collections.Immutable;
using SVco.Core;
using SVco.Core.Objectives;
using SVco.Training;
using SVco.Training.Distributed;

namespace SVco.Experiments;

/// <summary>The reference's log-probabilities of a run, from its folder, or scored by all ranks.</summary>
/// <param name="job">The job; its model not yet trained.</param>
/// <param name="folder">The run's folder.</param>
/// <param name="keys">Names pairs by their contents.</param>
/// <param name="progress">Is told what happens.</param>
/// <param name="stop">Asks to end; what is scored is in the cache.</param>
sealed class RunReference(TrainingSetup job, RunFolder folder, ReferenceKeys keys, RunProgress progress, CancellationToken stop)
{
    readonly ImmutableArray<string> names = [.. job.Pairs.Select(pair => keys.OfPair(pair, job.Evaluated.ReferenceCells()))];

    /// <summary>The table, which then is in the folder for all ranks.</summary>
    /// <exception cref="UserException">A log-probability is not finite, or this rank does not see rank 0's folder.</exception>
    public ReferenceTable Get(ReferenceCache cache)
    {
        if (!job.Ranks.SaysFirst(job.Ranks.Rank == 0 && IsKnown()))
        {
            Score(cache);
        }

        // What is to be said of the file was said above.
        return ReferenceTable.Read(folder.ReferenceFile, names, _ => { })
            ?? throw new UserException(
                $"{folder.ReferenceFile} is not as rank 0 has written it. All ranks must see one folder: keep it on a shared disk."
            );
    }

    bool IsKnown() =>
        ReferenceTable.Read(folder.ReferenceFile, names, progress.Note) is { } before && before.Has(job.Evaluated.ReferenceCells());

    void Score(ReferenceCache cache)
    {
        var scored = new List<(int Pair, ImmutableDictionary<Cell, double> Cells)>();
        if (job.Evaluated.NeedsReference)
        {
            progress.Go(
                "reference",
                done: 0,
                job.Pairs.Length,
                ReferenceScoring.Score(job, cache),
                entry =>
                {
                    // With a large model and many pairs this takes hours.
                    stop.ThrowIfCancellationRequested();
                    scored.Add(entry);
                    progress.Tell(new RunEvent.Advanced());
                }
            );
        }

        if (job.Ranks.Rank == 0)
        {
            ReferenceTable.Of(job.Pairs.Length, scored).Write(folder.ReferenceFile, names);
        }

        job.Ranks.Max(0);
    }
}
