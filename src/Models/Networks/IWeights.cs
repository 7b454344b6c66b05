using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>
/// Where a network gets its parameters from. A network asks for each by name and shape exactly once, in the order of the checkpoint, so
/// names and shapes are written down in one place only: the network itself.
/// </summary>
public interface IWeights
{
    /// <summary>The parameter of this name; the caller of the network's constructor owns it.</summary>
    /// <param name="name">Its Hugging Face name.</param>
    /// <param name="shape">Its sizes.</param>
    Tensor Get(string name, params ReadOnlySpan<long> shape);
}
