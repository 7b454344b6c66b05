using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>A forward pass of <see cref="Llava.DecodeTrees"/> and the way back.</summary>
/// <param name="Hidden">[predictors, hidden] after the final norm: the predictors of all trees in order.</param>
/// <param name="NeedsGradient">Whether anything below can take a gradient.</param>
/// <param name="Backward">Takes the gradient of <paramref name="Hidden"/> and adds to those of all trainable parameters below; once only.</param>
public sealed record TreeRun(Tensor Hidden, bool NeedsGradient, Action<Tensor> Backward);
