using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Parameters that have a shape but no memory, to list what a config asks for.</summary>
sealed class MetaWeights : IWeights
{
    public Tensor Get(string name, params ReadOnlySpan<long> shape) => empty(shape, device: META);
}
