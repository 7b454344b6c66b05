using System.Collections.Immutable;

namespace SVco.Models.Checkpoints;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The element type as the header names it (F32, BF16, I64, ...).</param>
/// <param name="Shape">Its sizes; empty for a scalar.</param>
/// <param name="Offset">The first byte, counted from the file's start.</param>
/// <param name="Length">The number of bytes.</param>
public sealed record TensorEntry(string Name, string Type, ImmutableArray<long> Shape, long Offset, long Length)
{
    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}
