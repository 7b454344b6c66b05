using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Experiments;

/// <summary>The tasks that were submitted for the runs of a sweep.</summary>
/// <param name="Logs">The folder that keeps them.</param>
/// <param name="Known">Those whose runs have not ended, by the run's name.</param>
/// <param name="Queue">Those that wait or run now, by what Slurm calls them.</param>
/// <param name="Silence">Why Slurm does not say which wait or run; null where it does.</param>
sealed record SlurmTasks(
    string Logs,
    ImmutableSortedDictionary<string, SlurmTask> Known,
    ImmutableDictionary<string, QueuedTask> Queue,
    string? Silence
)
{
    /// <summary>Those of a sweep's folder. Ask before the runs are looked at: what has left the queue by then has left its files.</summary>
    public static SlurmTasks In(SweepFolder folder)
    {
        var none = new SlurmTasks(folder.Logs, folder.Tasks(), ImmutableDictionary<string, QueuedTask>.Empty, null);
        try
        {
            return none with { Queue = Slurm.Queue(Jobs(none.Known.Values)) };
        }
        catch (UserException error)
        {
            return none with { Silence = error.Message };
        }
    }

    /// <summary>The task of a run that waits or runs now; null where none does.</summary>
    public QueuedTask? Of(string run) =>
        Known.GetValueOrDefault(run) is { } task && Queue.TryGetValue(task.Id, out var queued) ? queued : null;

    /// <summary>The task that has begun a run and is gone without a word, as one that was killed; null where there is none.</summary>
    public SlurmTask? Killed(string run) =>
        Silence is null && Of(run) is null && Known.GetValueOrDefault(run) is { Stage: SlurmStage.Begun } task ? task : null;

    /// <summary>The runs with a task that waits or runs.</summary>
    public ImmutableHashSet<string> Live => [.. Known.Keys.Where(run => Of(run) is not null)];

    /// <summary>The jobs of the runs with a task that waits or runs, as a person names them to scancel.</summary>
    public string LiveJobs => string.Join(' ', Jobs(Live.Select(run => Known[run])));

    /// <summary>Makes sure that it is known on which runs Slurm works, and where asked that it works on none.</summary>
    /// <param name="isNone">Whether it may work on none.</param>
    /// <exception cref="UserException">Slurm does not say, or works on some.</exception>
    public void Require(bool isNone)
    {
        if (Silence is not null)
        {
            throw new UserException(
                $"Runs of this sweep were submitted as {JobsText}, and whether they still wait or run cannot be told: {Silence} Give the same command on a machine of the cluster; if none is left there, delete {Logs}/*.task."
            );
        }

        if (isNone && !Live.IsEmpty)
        {
            throw new UserException(
                $"{RunData.Count(Live.Count, "run")} of this sweep wait or run in Slurm. Let them end, or take them away first: scancel {LiveJobs}"
            );
        }
    }

    /// <summary>What a reader of the sweep's report must know.</summary>
    public ImmutableArray<string> Notes =>
        Silence is not null ? [$"Whether tasks of Slurm ({JobsText}) still wait or run is not known here: {Silence}"]
        : Live.IsEmpty ? []
        : [$"Slurm works on it: {string.Join("; ", Alike())}. To end that: scancel {LiveJobs} (what is made stays)."];

    IEnumerable<string> Alike() =>
        Live.Select(run => Of(run)!.Value)
            .GroupBy(task => $"{task.Word} {(task.IsPending ? task.Reason : "")}".Trim())
            .OrderByDescending(alike => alike.Key, StringComparer.Ordinal)
            .Select(alike => $"{RunData.Count(alike.Count(), "task")} {alike.Key}");

    string JobsText => $"job {string.Join(", ", Jobs(Known.Values))}";

    static IEnumerable<string> Jobs(IEnumerable<SlurmTask> tasks) =>
        tasks.Select(task => task.Job).Distinct().Order(StringComparer.Ordinal);
}
