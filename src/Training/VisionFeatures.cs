using SVco.Core.Data;
using SVco.Models;
using SVco.Training.Caching;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>Ways to get at the vision features of images.</summary>
public static class VisionFeatures
{
    /// <summary>Encodes the images each time, but what a frozen tower made of an image comes from the cache.</summary>
    /// <param name="model">Its vision tower.</param>
    /// <param name="loadPixels">The pixels of an image as the tower wants them [3, size, size].</param>
    /// <param name="cache">Where features are kept.</param>
    /// <param name="fingerprint">Names what makes them: model, precision, image processing.</param>
    public static EncodeImages Cached(Llava model, Func<ImageSource, Tensor> loadPixels, DiskCache cache, string fingerprint)
    {
        var (live, frozen) = (Live(model, loadPixels), Frozen(model, loadPixels, cache, fingerprint));
        return images => model.HasTrainableVision ? live(images) : frozen(images);
    }

    /// <summary>Encodes the images each time.</summary>
    public static EncodeImages Live(Llava model, Func<ImageSource, Tensor> loadPixels) =>
        images =>
        {
            using var scope = NewDisposeScope();
            using var mode = set_grad_enabled(is_grad_enabled() && model.HasTrainableVision);
            return model.VisionFeatures(stack(images.Select(loadPixels))).MoveToOuterDisposeScope();
        };

    static EncodeImages Frozen(Llava model, Func<ImageSource, Tensor> loadPixels, DiskCache cache, string fingerprint)
    {
        // One by one, since in other company an image's features differ in their last bits, and a run must give the same with and without
        // its cache filled.
        var live = Live(model, loadPixels);
        Tensor Encode(ImageSource image)
        {
            var key = DiskCache.KeyOf($"{fingerprint}\n{ImageContent.Of(image)}");
            if (cache.Find(key) is { } known)
            {
                return FromBytes(model, known);
            }

            var features = live([image]);
            cache.Put(key, features.cpu().contiguous().bytes);
            return features.squeeze(0);
        }

        return images =>
        {
            using var scope = NewDisposeScope();
            return stack(images.Select(Encode)).MoveToOuterDisposeScope();
        };
    }

    static Tensor FromBytes(Llava model, byte[] bytes)
    {
        var features = empty([model.ImageTokens, model.Config.Vision.HiddenSize], model.VisionDtype);
        bytes.CopyTo(features.bytes);
        return features.to(model.Device);
    }
}
