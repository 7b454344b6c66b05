using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>A forward pass of <see cref="VisionLanguageModel.DecodeTrees"/>; this one has no backward pass.</summary>
/// <param name="hidden">[predictors, hidden] after the final norm: the predictors of all trees in order.</param>
public class TreeRun(Tensor hidden)
{
    /// <summary>[predictors, hidden] after the final norm: the predictors of all trees in order.</summary>
    public Tensor Hidden => hidden;

    /// <summary>Whether anything below can take a gradient.</summary>
    public virtual bool NeedsGradient => false;

    /// <summary>
    /// Takes the gradient of <see cref="Hidden"/> and adds to those of all trainable parameters below; once only. The output head's gradient must be
    /// there before.
    /// </summary>
    /// <param name="gradient">[predictors, hidden]</param>
    /// <param name="complete">Is told of parameters to whose gradients this pass adds no more, the head's and the last layer's first.</param>
    public virtual void Backward(Tensor gradient, Action<IEnumerable<Tensor>>? complete = null) =>
        throw new InvalidOperationException("The forward pass was made without gradients.");
}
