using SVco.Core.Data;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>Images that are encoded each time, those that are asked for together in one pass of the tower.</summary>
/// <param name="model">Its vision tower.</param>
/// <param name="loadPixels">The pixels of an image as the tower wants them [3 * size * size]; called on any thread.</param>
public sealed class LiveFeatures(Llava model, Func<ImageSource, float[]> loadPixels) : IImageFeatures
{
    /// <inheritdoc/>
    public IImageFeatures Prefetch(IEnumerable<ImageSource> images)
    {
        var pixels = images.Distinct().ToDictionary(image => image, loadPixels);
        return new LiveFeatures(model, image => pixels[image]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Of(IReadOnlyList<ImageSource> images) => Encode(model, images.Select(loadPixels));

    /// <summary>One pass of the tower.</summary>
    internal static Tensor[] Encode(Llava model, IEnumerable<float[]> images)
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(is_grad_enabled() && model.HasTrainableVision);
        var vision = model.Config.Vision;
        var pixels = images.Select(image => tensor(image, [vision.Channels, vision.ImageSize, vision.ImageSize], device: model.Device));
        return [.. model.VisionFeatures(stack(pixels)).unbind(0).Select(image => image.MoveToOuterDisposeScope())];
    }
}
