using SVco.Core.Metrics;

namespace SVco.Training;

/// <summary>What a run tells while it goes on; whoever shows or logs it reads these.</summary>
public abstract record TrainingEvent
{
    TrainingEvent() { }

    /// <summary>An optimiser step was made.</summary>
    /// <param name="Step">Steps made so far.</param>
    /// <param name="Epoch">Passes over the data so far.</param>
    /// <param name="LearningRate">The rate of this step.</param>
    /// <param name="GradientNorm">Joint L2 norm before clipping.</param>
    /// <param name="Tokens">Tokens of the scored rows, image tokens included.</param>
    /// <param name="Time">How long the step took.</param>
    /// <param name="DataTime">How long of it the step waited for images that another thread was still loading.</param>
    /// <param name="Metrics">Mean over the step's micro batches.</param>
    public sealed record Stepped(
        int Step,
        double Epoch,
        double LearningRate,
        double GradientNorm,
        long Tokens,
        TimeSpan Time,
        TimeSpan DataTime,
        TableMetrics Metrics
    ) : TrainingEvent
    {
        /// <inheritdoc cref="Evaluated.IsReference"/>
        public bool IsReference { get; init; }

        /// <summary>Of several processes; null where one trains alone.</summary>
        public StepTraffic? Traffic { get; init; }
    }

    /// <summary>The validation pairs were scored.</summary>
    public sealed record Evaluated(int Step, TableMetrics Metrics) : TrainingEvent
    {
        /// <summary>
        /// Whether the policy was still the reference, since no step before had a learning rate: its rewards are 0 but for what rounding leaves, and accuracies
        /// count nothing else.
        /// </summary>
        public bool IsReference { get; init; }
    }

    /// <summary>The run was asked to stop and did so between two steps; the same command goes on from the checkpoint.</summary>
    public sealed record Interrupted(int Step) : TrainingEvent;
}
