using System.Collections.Immutable;

namespace SVco.Models;

/// <summary>What the vision tower and the projector do with one image, in numbers: for estimates of memory and work.</summary>
/// <param name="InputShape">The sizes of the processed image.</param>
/// <param name="Patches">Patches that are embedded.</param>
/// <param name="PatchValues">Values in a patch.</param>
/// <param name="Tokens">Tokens that the tower works on.</param>
/// <param name="Layers">Layers that run.</param>
/// <param name="HiddenSize">Their width.</param>
/// <param name="IntermediateSize">Their width inside the MLP.</param>
/// <param name="ProjectorWeights">Weights of the projector that each image token is multiplied by.</param>
public sealed record VisionGeometry(
    ImmutableArray<long> InputShape,
    int Patches,
    int PatchValues,
    int Tokens,
    int Layers,
    int HiddenSize,
    int IntermediateSize,
    long ProjectorWeights
)
{
    /// <summary>The values of the processed image.</summary>
    public long Inputs => InputShape.Aggregate(1L, (product, size) => product * size);
}
