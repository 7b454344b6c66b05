using static TorchSharp.torch;

namespace SVco.Models;

/// <summary>A tensor and its name in a checkpoint.</summary>
/// <param name="Name">The Hugging Face name.</param>
/// <param name="Value">The tensor.</param>
public sealed record NamedTensor(string Name, Tensor Value);
