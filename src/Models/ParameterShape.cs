using System.Collections.Immutable;

namespace SVco.Models;

/// <summary>A parameter without its values.</summary>
/// <param name="Name">The Hugging Face name.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Part">The part of the model that it belongs to.</param>
/// <param name="Map">The name of the linear map whose weight it is, which a LoRA may adapt; null for others.</param>
public sealed record ParameterShape(string Name, ImmutableArray<long> Shape, Part Part, string? Map)
{
    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}
