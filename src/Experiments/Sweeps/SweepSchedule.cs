namespace SVco.Experiments;

/// <summary>How many runs go on at once on a machine.</summary>
/// <param name="Jobs">Runs at once, each a process of its own.</param>
/// <param name="Threads">Threads of each.</param>
public readonly record struct SweepSchedule(int Jobs, int Threads)
{
    /// <summary>
    /// As many runs as there are cores, or as were asked for, as long as any so many of them fit into the memory together; and one at
    /// least, since a run itself refuses what cannot fit.
    /// </summary>
    /// <param name="cores">The machine's cores.</param>
    /// <param name="free">Its free memory, in bytes.</param>
    /// <param name="memories">What each run takes, in bytes.</param>
    /// <param name="asked">The most runs at once; null for one on each core.</param>
    public static SweepSchedule Of(int cores, long free, IEnumerable<long> memories, int? asked = null)
    {
        var jobs = 0;
        foreach (var memory in memories.OrderDescending().Take(asked ?? cores))
        {
            free -= memory;
            if (free < 0)
            {
                break;
            }

            jobs++;
        }

        jobs = Math.Max(1, jobs);
        return new(jobs, Math.Max(1, cores / jobs));
    }
}
