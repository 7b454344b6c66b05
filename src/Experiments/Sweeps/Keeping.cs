using SVco.Core;
using SVco.Evaluation.Report.Sweeps;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>Gives models away while a sweep goes on.</summary>
static class Keeping
{
    /// <summary>
    /// Gives the models and states away of points that are behind: those that successive halving has left, and those whose runs have all been
    /// measured, of which another is better whose models are there. What could not be measured stays.
    /// </summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="folder">Its folder, whose report is held.</param>
    /// <exception cref="UserException">The disk refuses, or another process works in a run's folder.</exception>
    public static void Tidy(Sweep sweep, SweepFolder folder)
    {
        if (sweep.Keep == SweepKeep.All)
        {
            return;
        }

        var progress = SweepProgress.Go(sweep, sweep.Runs(), folder);
        var results = progress.Results("");
        var best = NamesOf(results.Points.Where(point => point == results.Winner));
        var isBestThere = !progress.Runs.Any(one => best.Contains(one.Run.Name) && RunFolder.IsGivenAway(one.Run.Experiment.Folder));
        var measured = NamesOf(results.Points.Where(point => point.IsFinished && isBestThere));
        foreach (var run in progress.Runs.Select(one => one.Run))
        {
            if (!best.Contains(run.Name) && (measured.Contains(run.Name) || progress.Dropped.ContainsKey(run.Point)))
            {
                RunFolder.GiveAway(run.Experiment.Folder);
            }
        }
    }

    static HashSet<string> NamesOf(IEnumerable<SweptPoint> points) => [.. points.SelectMany(point => point.Runs).Select(run => run.Name)];
}
