using System.Text.Json.Serialization;

namespace SVco.Experiments;

/// <summary>The task of an array job that is to make a run; the sweep's folder keeps it.</summary>
/// <param name="Job">The number of the array job.</param>
/// <param name="Index">The task's number in it.</param>
/// <param name="Stage">How far the task itself says that it came.</param>
sealed record SlurmTask(string Job, int Index, SlurmStage Stage)
{
    /// <summary>What Slurm calls it.</summary>
    [JsonIgnore]
    public string Id => $"{Job}_{Index}";

    /// <summary>The task that this process is; null where it is none.</summary>
    public static SlurmTask? Own =>
        Environment.GetEnvironmentVariable("SLURM_ARRAY_JOB_ID") is { } job
        && int.TryParse(Environment.GetEnvironmentVariable("SLURM_ARRAY_TASK_ID"), out var index)
            ? new(job, index, SlurmStage.Begun)
            : null;

    /// <summary>The cores that this process was given; one where Slurm says nothing.</summary>
    public static int OwnCores => int.TryParse(Environment.GetEnvironmentVariable("SLURM_CPUS_PER_TASK"), out var cores) ? cores : 1;
}

/// <summary>What a task has said of itself.</summary>
enum SlurmStage
{
    /// <summary>Nothing yet: it was submitted.</summary>
    Submitted,

    /// <summary>It has begun. One that says no more and is not in the queue was killed.</summary>
    Begun,

    /// <summary>It was asked to end, and has saved its state.</summary>
    Stopped,
}

/// <summary>A task that waits or runs.</summary>
/// <param name="State">In Slurm's words, such as PENDING.</param>
/// <param name="Reason">Why it waits, such as (Resources), or the machine that it runs on.</param>
readonly record struct QueuedTask(string State, string Reason)
{
    /// <summary>Whether it waits.</summary>
    public bool IsPending => State == "PENDING";

    /// <summary>In our words.</summary>
    public string Word =>
        IsPending ? "queued"
        : State is "COMPLETING" or "CONFIGURING" ? "running"
        : State.ToLowerInvariant();
}
