using SVco.Evaluation.Results;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>How a run ended.</summary>
public enum RunState
{
    /// <summary>The model is trained and saved.</summary>
    Finished,

    /// <summary>It was asked to stop; the same experiment goes on from there.</summary>
    Interrupted,

    /// <summary>An earlier run had finished; nothing was done.</summary>
    AlreadyFinished,
}

/// <summary>What came of a run.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="State">How it ended.</param>
/// <param name="Train">The numbers of the last training step; null when there was none.</param>
/// <param name="Validation">The numbers of the last validation; null when there was none.</param>
/// <param name="Checkpoint">The finished model's folder; null when it was interrupted, or an earlier run's was given away.</param>
public sealed record RunResult(string Folder, RunState State, MetricsLine? Train, MetricsLine? Validation, string? Checkpoint)
{
    /// <summary>What the benchmarks gave; null where the experiment names none, or the run has not come to its end.</summary>
    public EvaluationResult? Evaluation { get; init; }

    /// <summary>Reads the numbers off the folder's <c>metrics.jsonl</c>.</summary>
    internal static RunResult Of(string folder, RunState state, string? checkpoint)
    {
        var lines = MetricsLog.Read(folder);
        return new(
            folder,
            state,
            lines.LastOrDefault(line => !line.IsValidation),
            lines.LastOrDefault(line => line.IsValidation),
            checkpoint
        );
    }
}
