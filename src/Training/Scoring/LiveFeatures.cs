using SVco.Core.Data;
using SVco.Models;
using SVco.Models.Images;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>Images that are encoded each time, those that are asked for together in one pass of the tower.</summary>
/// <param name="model">Its vision tower.</param>
/// <param name="loader">Loads images; called on any thread.</param>
public sealed class LiveFeatures(VisionLanguageModel model, ImageLoader loader) : IImageFeatures
{
    /// <inheritdoc/>
    public IImageFeatures Prefetch(IEnumerable<ImageSource> images)
    {
        var loaded = images.Distinct().ToDictionary(image => image, loader.Load);
        return new LiveFeatures(model, new(image => loaded[image], image => loaded[image].Size));
    }

    /// <inheritdoc/>
    public ImageSize SizeOf(ImageSource image) => loader.SizeOf(image);

    /// <inheritdoc/>
    public IReadOnlyList<EncodedImage> Of(IReadOnlyList<ImageSource> images) => Encode(model, [.. images.Select(loader.Load)]);

    /// <summary>One pass of the tower.</summary>
    internal static EncodedImage[] Encode(VisionLanguageModel model, IReadOnlyList<ProcessedImage> images)
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(is_grad_enabled() && model.HasTrainableVision);
        return [.. model.VisionFeatures(images).Select(image => image with { Features = image.Features.MoveToOuterDisposeScope() })];
    }
}
