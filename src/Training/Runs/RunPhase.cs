namespace SVco.Training;

/// <summary>Where a run stands, by its folder.</summary>
public abstract record RunPhase
{
    RunPhase() { }

    /// <summary>There is no folder yet, or nothing in it.</summary>
    public sealed record NotBegun : RunPhase;

    /// <summary>A process holds the folder's lock.</summary>
    /// <param name="Status">What it is at; null in its first moments.</param>
    public sealed record AtWork(RunStatus? Status) : RunPhase;

    /// <summary>The finished model is there, or was.</summary>
    /// <param name="Checkpoint">Its folder; null where the model was given away.</param>
    public sealed record Finished(string? Checkpoint) : RunPhase;

    /// <summary>Its process was asked to stop and has said so.</summary>
    public sealed record Stopped(RunStatus Status) : RunPhase;

    /// <summary>Its process could not go on and has said why.</summary>
    public sealed record Failed(RunStatus Status) : RunPhase;

    /// <summary>Its process is gone without a word: nobody holds the lock, and the status is that of one at work.</summary>
    public sealed record Killed(RunStatus Status) : RunPhase;

    /// <summary>No process is at work on it, and how the last one ended is not known: an earlier version did not write it.</summary>
    public sealed record Left : RunPhase;
}
