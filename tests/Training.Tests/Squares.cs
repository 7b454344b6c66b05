using SVco.Core.Data;
using SVco.Models.Images;

namespace SVco.Training.Tests;

/// <summary>Square images of a model whose images all have one size.</summary>
static class Squares
{
    /// <summary>A loader of processed images.</summary>
    /// <param name="side">Their side in pixels.</param>
    /// <param name="pixels">The values of an image [3, side, side].</param>
    public static ImageLoader Of(int side, Func<ImageSource, float[]> pixels) =>
        new(image => new ProcessedImage(pixels(image), [3, side, side], new(side, side)), _ => new(side, side));
}
