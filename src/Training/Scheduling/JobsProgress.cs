using System.Collections.Immutable;

namespace SVco.Training.Scheduling;

/// <summary>How far scheduled jobs are.</summary>
/// <param name="Running">The jobs that are worked on, at most one for each worker.</param>
/// <param name="Finished">The number of jobs that were finished since the start.</param>
/// <param name="Jobs">The number of jobs that were missing at the start.</param>
/// <param name="Done">The share of the whole that is done, 0 to 1, by the jobs' costs.</param>
/// <param name="Elapsed">The time since the start.</param>
public sealed record JobsProgress(ImmutableArray<JobProgress> Running, int Finished, int Jobs, double Done, TimeSpan Elapsed)
{
    /// <summary>The time that is probably left; null before there is anything to tell it from.</summary>
    public TimeSpan? Left => JobProgress.TimeLeft(Done, Elapsed);
}

/// <summary>How far a job is.</summary>
/// <param name="Name">The job's name, such as the objective and the seed.</param>
/// <param name="Doing">What is done to it, such as "training" or "measuring".</param>
/// <param name="Done">The share of the job that is done, 0 to 1.</param>
/// <param name="Elapsed">The time since its start.</param>
public sealed record JobProgress(string Name, string Doing, double Done, TimeSpan Elapsed)
{
    /// <summary>The time that is probably left; null before there is anything to tell it from.</summary>
    public TimeSpan? Left => TimeLeft(Done, Elapsed);

    // The first steps are the slowest: a guess from them is off by an order of magnitude.
    internal static TimeSpan? TimeLeft(double done, TimeSpan elapsed) => done > 0.03 ? elapsed * ((1 - done) / done) : null;
}
