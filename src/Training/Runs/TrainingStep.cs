using SVco.Core.Objectives;
using SVco.Models;

namespace SVco.Training;

/// <summary>What a training step does to a model: gradients of one or more batches, then <see cref="Optimizer.Update"/>.</summary>
/// <param name="Model">The policy.</param>
/// <param name="Objective">The formula to minimise.</param>
/// <param name="Scoring">How the table is scored.</param>
/// <param name="Optimizer">The trainable parameters.</param>
public sealed record TrainingStep(VisionLanguageModel Model, Objective Objective, IScoring Scoring, Optimizer Optimizer)
{
    /// <summary>Adds a batch's share of the loss's gradient to those of the parameters.</summary>
    /// <param name="batch">The pairs.</param>
    /// <param name="reference">The reference's log-probabilities.</param>
    /// <param name="share">What its gradient is multiplied by.</param>
    /// <param name="isLast">Whether the gradients are added to the optimiser's sums next, and may go to other processes meanwhile.</param>
    /// <returns>The table the loss was computed on.</returns>
    public LogProbTable Accumulate(PairBatch batch, ReferenceTable reference, double share, bool isLast = true)
    {
        using var scored = Scoring.Forward(Model, batch.Pairs, Objective.Cells(), batch.Images);
        var table = batch.Table(Objective, scored.LogProbs, reference);
        scored.Backward(Objective.Gradient(table), share, isLast ? Optimizer.Complete : null);
        return table;
    }
}
