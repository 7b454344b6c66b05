using SVco.Training;

namespace SVco.Experiments;

/// <summary>Gives models away while a sweep goes on.</summary>
static class Keeping
{
    /// <summary>
    /// Gives the models and states away of points that are behind: those that successive halving has left, and those whose runs have all been
    /// measured, of which another is better. What could not be measured stays.
    /// </summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="folder">Its folder, whose report is held.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Tidy(Sweep sweep, SweepFolder folder)
    {
        if (sweep.Keep == SweepKeep.All)
        {
            return;
        }

        var progress = SweepProgress.Go(sweep, sweep.Runs(), folder);
        var results = progress.Results("");
        var behind = results
            .Points.Where(point => point.IsFinished && point != results.Winner)
            .SelectMany(point => point.Runs)
            .Select(run => run.Name)
            .ToHashSet();
        foreach (var run in progress.Runs.Where(one => behind.Contains(one.Run.Name) || progress.Dropped.ContainsKey(one.Run.Point)))
        {
            RunFolder.GiveAway(run.Run.Experiment.Folder);
        }
    }
}
