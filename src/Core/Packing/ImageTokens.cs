using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace SVco.Core.Packing;

/// <summary>The tokens that stand for one image in the decoder.</summary>
/// <param name="Offsets">
/// Their rotary positions, counted from where the image begins [dimensions][tokens]. The text after an image goes on after the largest.
/// </param>
public sealed record ImageTokens(ImmutableArray<ImmutableArray<int>> Offsets)
{
    static readonly ConcurrentDictionary<int, ImageTokens> Lines = [];

    /// <summary>Tokens that follow each other like text, as in a decoder whose positions have one dimension.</summary>
    public static ImageTokens InLine(int count) =>
        Lines.GetOrAdd(count, tokens => new(ImmutableArray.Create(Enumerable.Range(0, tokens).ToImmutableArray())));

    /// <summary>How many they are.</summary>
    public int Count => Offsets[0].Length;

    /// <summary>How many positions the image takes.</summary>
    public int Extent => 1 + Offsets.Max(dimension => dimension.Max());
}
