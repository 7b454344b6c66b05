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
    public long Needed => sweep.Keep == SweepKeep.All ? NeededForAll : Math.Min(NeededForAll, NeededForWinner);

    long NeededForAll => sweep.Halving is not null ? NeededForHalving : missing.Sum(one => one.Room.End) + Working;

    /// <summary>The best point's models, those of points that wait for their other seeds, and the runs under way.</summary>
    long NeededForWinner
    {
        get
        {
            var seeds = Math.Max(1, sweep.Seeds.Length);
            return sweep.Halving is not null
                ? NeededForHalving
                : (seeds + atOnce * (seeds - 1L)) * missing.Select(one => one.Room.End).DefaultIfEmpty(0).Max() + Working;
        }
    }

    /// <summary>Every point's state lies there until its rung has ended.</summary>
    long NeededForHalving =>
        missing.Where(one => !IsSaved(one.Run)).Sum(one => one.Room.State)
        + (long)atOnce * missing.Select(one => one.Room.State).DefaultIfEmpty(0).Max();

    /// <summary>What the runs under way need beside what they leave.</summary>
    long Working =>
        missing.Select(one => one.Room.Peak(IsSaved(one.Run)) - one.Room.End).OrderDescending().Take(atOnce).Sum(more => Math.Max(0, more));

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

    static bool IsSaved(SweepRun run) => RunFolder.StateIn(run.Experiment.Folder).Newest is not null;
}
