using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Frees a layer's intermediate tensors when the layer is done; what autograd needs it keeps itself.</summary>
static class Scoped
{
    public static Tensor Run(Func<Tensor> layer)
    {
        using var scope = NewDisposeScope();
        return layer().MoveToOuterDisposeScope();
    }
}
