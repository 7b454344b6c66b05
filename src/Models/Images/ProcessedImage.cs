using System.Collections.Immutable;

namespace SVco.Models.Images;

/// <summary>The sides of an image in pixels.</summary>
public readonly record struct ImageSize(int Width, int Height);

/// <summary>What an image processor gives: a model's input for one image.</summary>
/// <param name="Values">The numbers, the last dimension's next to each other.</param>
/// <param name="Shape">Their sizes: [channels, height, width], or [patches, values of a patch].</param>
/// <param name="Size">The sides after resizing, which decide how many tokens the image takes in the decoder.</param>
public sealed record ProcessedImage(float[] Values, ImmutableArray<long> Shape, ImageSize Size);
