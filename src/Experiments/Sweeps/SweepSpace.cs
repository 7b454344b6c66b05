using System.Collections.Immutable;
using SVco.Core;
using SVco.Files;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>The disk of a sweep before its runs begin.</summary>
/// <param name="sweep">The sweep.</param>
/// <param name="missing">The runs that are to be made, with what each puts on the disk.</param>
/// <param name="jobs">The most runs at once.</param>
sealed class SweepSpace(Sweep sweep, ImmutableArray<(SweepRun Run, RunRoom Room)> missing, int jobs)
{
    readonly int atOnce = Math.Min(jobs, missing.Length);

    /// <summary>What the runs need together.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="estimates">The runs that are to be made.</param>
    /// <param name="jobs">The most runs at once.</param>
    public static SweepSpace Of(Sweep sweep, IReadOnlyDictionary<SweepRun, SweepEstimate> estimates, int jobs) =>
        new(sweep, [.. estimates.Select(one => (one.Key, one.Value.Room))], jobs);

    /// <summary>The most that lies there at a time, on top of what lies there now.</summary>
    public long Needed =>
        sweep.Halving is not null ? NeededForHalving
        : sweep.Keep == SweepKeep.All ? NeededForAll
        : Math.Min(NeededForAll, NeededForWinner);

    /// <summary>All models, and what the runs under way need beside theirs.</summary>
    long NeededForAll =>
        missing.Sum(one => one.Room.End) + Largest(missing.Select(one => one.Room.Peak(isSaved: false) - one.Room.End), atOnce) - Saved;

    /// <summary>The best point's models, those of points under way that wait for their other seeds, and the runs under way.</summary>
    long NeededForWinner
    {
        get
        {
            var seeds = Math.Max(1, sweep.Seeds.Length);
            return (seeds + atOnce * (seeds - 1L)) * Largest(missing.Select(one => one.Room.End), 1)
                + Largest(missing.Select(one => one.Room.Peak(isSaved: false)), atOnce)
                - Saved;
        }
    }

    /// <summary>States of runs under way that lie there already.</summary>
    long Saved => missing.Where(IsSaved).Select(one => one.Room.State).Order().Take(atOnce).Sum();

    /// <summary>Every point's state lies there until its rung has ended, and those under way are written anew beside it.</summary>
    long NeededForHalving =>
        missing.Where(one => !IsSaved(one)).Sum(one => one.Room.State) + atOnce * Largest(missing.Select(one => one.Room.State), 1);

    static long Largest(IEnumerable<long> sizes, int count) => sizes.OrderDescending().Take(count).Sum();

    static bool IsSaved((SweepRun Run, RunRoom Room) one) => RunFolder.StateIn(one.Run.Experiment.Folder).Newest is not null;

    /// <summary>What is needed and what is there, for people.</summary>
    public string Text =>
        $"The runs need up to {DiskSpace.Text(Needed)} on the disk of {Path.GetFullPath(sweep.Folder)}, where {DiskSpace.Text(DiskSpace.Free(sweep.Folder))} are free{Advice}.";

    string Advice =>
        sweep.Keep == SweepKeep.All && NeededForWinner < NeededForAll && sweep.Halving is null
            ? $"; with `keep: winner` up to {DiskSpace.Text(NeededForWinner)}"
            : "";

    /// <summary>Whether all fits.</summary>
    public bool Fits => Needed <= DiskSpace.Free(sweep.Folder);

    /// <summary>Makes sure that all fits.</summary>
    /// <exception cref="UserException">It does not.</exception>
    public void Require()
    {
        if (!Fits)
        {
            throw new UserException(
                $"{Text} A finished model is {DiskSpace.Text(missing.Max(one => one.Room.Model))}, a state to go on from {DiskSpace.Text(missing.Max(one => one.Room.State))}. Make room, make fewer runs at once (--jobs), or choose a folder on another disk with --output."
            );
        }
    }
}
