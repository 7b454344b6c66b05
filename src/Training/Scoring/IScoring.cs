using System.Collections.Immutable;
using SVco.Core.Objectives;
using SVco.Models;

namespace SVco.Training;

/// <summary>Scores cells of a batch of pairs: the one place where the model meets the table.</summary>
public interface IScoring
{
    /// <summary>The forward pass.</summary>
    /// <param name="model">The policy.</param>
    /// <param name="batch">The pairs.</param>
    /// <param name="cells">The cells that the objective asks for.</param>
    /// <param name="images">The vision features of the pairs' images.</param>
    /// <param name="gradients">Whether a backward pass may follow; without, nothing is kept for it.</param>
    IScored Forward(
        VisionLanguageModel model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        IImageFeatures images,
        bool gradients = true
    );
}

/// <summary>What can be done with any <see cref="IScoring"/>.</summary>
public static class Scorings
{
    /// <summary>The log-probabilities alone.</summary>
    /// <returns>For each pair the summed log-probability of each cell.</returns>
    public static IReadOnlyList<ImmutableDictionary<Cell, double>> Score(
        this IScoring scoring,
        VisionLanguageModel model,
        IReadOnlyList<PreparedPair> batch,
        IReadOnlyCollection<Cell> cells,
        IImageFeatures images
    )
    {
        using var scored = scoring.Forward(model, batch, cells, images, gradients: false);
        return scored.LogProbs;
    }
}

/// <summary>
/// A batch between its forward and its backward pass. Its tensors live in a dispose scope that stays open until it is disposed, so that
/// it goes before any scope that is older.
/// </summary>
public interface IScored : IDisposable
{
    /// <summary>For each pair the summed log-probability of each cell.</summary>
    IReadOnlyList<ImmutableDictionary<Cell, double>> LogProbs { get; }

    /// <summary>
    /// Adds the gradient of sum(share * weight * log p) to the gradients of the trainable parameters; once only. With the objective's
    /// derivatives as weights it is the loss's exact gradient, since the loss depends on the model only through the table.
    /// </summary>
    /// <param name="weights">For each pair d loss / d log p of its cells; a cell without one has 0.</param>
    /// <param name="share">What all weights are multiplied by: the batch's share in the step.</param>
    /// <param name="complete">
    /// May be told, while the pass goes on, of parameters to whose gradients it adds no more; those it was not told of are complete at its end.
    /// </param>
    void Backward(
        IReadOnlyList<ImmutableDictionary<Cell, double>> weights,
        double share,
        Action<IEnumerable<TorchSharp.torch.Tensor>>? complete = null
    );
}
