using SVco.Core.Data;
using SVco.Files;
using SVco.Models;
using SVco.Training.Caching;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>Ways to get at the vision features of images.</summary>
public static class VisionFeatures
{
    /// <summary>
    /// Loads images ahead, then encodes them each time; what a frozen tower made of an image comes from the cache, where there is one.
    /// </summary>
    /// <param name="model">Its vision tower.</param>
    /// <param name="loadPixels">The pixels of an image as the tower wants them [3 * size * size]; called on any thread.</param>
    /// <param name="cache">Where features are kept, if anywhere.</param>
    /// <param name="fingerprint">Names what makes them: model, precision, image processing.</param>
    public static LoadImages Loading(Llava model, Func<ImageSource, float[]> loadPixels, DiskCache? cache, string fingerprint)
    {
        Loaded Load(ImageSource image)
        {
            var key = cache is null || model.HasTrainableVision ? null : ContentHash.Of($"{fingerprint}\n{ImageContent.Of(image)}");
            var known = key is null ? null : cache!.Find(key);
            return new(key, known, known is null ? loadPixels(image) : null);
        }

        return images =>
        {
            var loaded = images.Distinct().ToDictionary(image => image, Load);
            return some => Encode(model, [.. some.Select(image => loaded[image])], cache);
        };
    }

    /// <summary>An image before the tower: its features from the cache, or its pixels and where its features are to be kept.</summary>
    sealed record Loaded(string? Key, byte[]? Features, float[]? Pixels)
    {
        public Tensor ToTensor(Llava model)
        {
            var vision = model.Config.Vision;
            return tensor(Pixels!, [vision.Channels, vision.ImageSize, vision.ImageSize], device: model.Device);
        }
    }

    /// <summary>Encodes the images each time.</summary>
    public static EncodeImages Live(Llava model, Func<ImageSource, Tensor> loadPixels) =>
        images =>
        {
            using var scope = NewDisposeScope();
            using var mode = set_grad_enabled(is_grad_enabled() && model.HasTrainableVision);
            return model.VisionFeatures(stack(images.Select(loadPixels))).MoveToOuterDisposeScope();
        };

    static Tensor Encode(Llava model, IReadOnlyList<Loaded> images, DiskCache? cache)
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(is_grad_enabled() && model.HasTrainableVision);
        Tensor Frozen(Loaded image)
        {
            if (image.Features is { } known)
            {
                return FromBytes(model, known);
            }

            // One by one, since in other company an image's features differ in their last bits, and a run must give the same with and
            // without its cache filled.
            var features = model.VisionFeatures(image.ToTensor(model).unsqueeze(0));
            cache!.Put(image.Key!, features.cpu().contiguous().bytes);
            return features.squeeze(0);
        }

        return images.Any(image => image.Key is null)
            ? model.VisionFeatures(stack(images.Select(image => image.ToTensor(model)))).MoveToOuterDisposeScope()
            : stack(images.Select(Frozen)).MoveToOuterDisposeScope();
    }

    static Tensor FromBytes(Llava model, byte[] bytes)
    {
        var features = empty([model.ImageTokens, model.Config.Vision.HiddenSize], model.VisionDtype);
        bytes.CopyTo(features.bytes);
        return features.to(model.Device);
    }
}
