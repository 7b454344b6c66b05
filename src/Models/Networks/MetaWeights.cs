using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Parameters that have a shape and a type but no memory, to list what a config asks for.</summary>
sealed class MetaWeights(ScalarType type) : IWeights
{
    public Tensor Get(string name, params ReadOnlySpan<long> shape) => empty(shape, type, META);
}
