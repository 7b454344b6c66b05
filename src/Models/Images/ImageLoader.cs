using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>From the description of an image to a model's input; called on any thread.</summary>
/// <param name="Load">Decodes and processes the image.</param>
/// <param name="SizeOf">The size that the image will have after processing, which costs less than to load it.</param>
public sealed record ImageLoader(Func<ImageSource, ProcessedImage> Load, Func<ImageSource, ImageSize> SizeOf);
