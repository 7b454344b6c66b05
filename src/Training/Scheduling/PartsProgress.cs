using System.Collections.Immutable;

namespace SVco.Training.Scheduling;

/// <summary>How far scheduled parts are.</summary>
/// <param name="Running">The parts that are worked on, at most one for each worker.</param>
/// <param name="Finished">The number of parts that were finished since the start.</param>
/// <param name="Parts">The number of parts that were missing at the start.</param>
/// <param name="Done">The share of the whole that is done, 0 to 1, by the parts' costs.</param>
/// <param name="Elapsed">The time since the start.</param>
public sealed record PartsProgress(ImmutableArray<PartProgress> Running, int Finished, int Parts, double Done, TimeSpan Elapsed)
{
    /// <summary>The time that is probably left; null before there is anything to tell it from.</summary>
    public TimeSpan? Left => PartProgress.TimeLeft(Done, Elapsed);
}

/// <summary>How far a part is.</summary>
/// <param name="Name">The part's name, such as the objective and the seed.</param>
/// <param name="Doing">What is done to it, such as "training" or "measuring".</param>
/// <param name="Done">The share of the part that is done, 0 to 1.</param>
/// <param name="Elapsed">The time since its start.</param>
public sealed record PartProgress(string Name, string Doing, double Done, TimeSpan Elapsed)
{
    /// <summary>The time that is probably left; null before there is anything to tell it from.</summary>
    public TimeSpan? Left => TimeLeft(Done, Elapsed);

    // The first steps are the slowest: a guess from them is off by an order of magnitude.
    internal static TimeSpan? TimeLeft(double done, TimeSpan elapsed) => done > 0.03 ? elapsed * ((1 - done) / done) : null;
}
