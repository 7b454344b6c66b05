using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>A forward pass of <see cref="VisionLanguageModel.DecodeTrees"/>, and its backward pass.</summary>
/// <param name="hidden">[predictors, hidden] after the final norm: the predictors of all trees in order.</param>
/// <param name="needsGradient">Whether anything below can take a gradient.</param>
public abstract class TreeRun(Tensor hidden, bool needsGradient)
{
    /// <summary>[predictors, hidden] after the final norm: the predictors of all trees in order.</summary>
    public Tensor Hidden => hidden;

    /// <summary>Whether anything below can take a gradient.</summary>
    public bool NeedsGradient => needsGradient;

    /// <summary>Takes the gradient of <see cref="Hidden"/> and adds to those of all trainable parameters below; once only.</summary>
    public abstract void Backward(Tensor gradient);
}
