using SVco.Core.Data;
using SVco.Files;
using SVco.Models;
using SVco.Training.Caching;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>What a frozen tower made of images, kept on the disk; the features of a tower that is trained are never kept.</summary>
/// <param name="model">Its vision tower.</param>
/// <param name="loadPixels">The pixels of an image as the tower wants them [3 * size * size]; called on any thread.</param>
/// <param name="cache">Where features are kept.</param>
/// <param name="fingerprint">Names what makes them: model, precision, image processing.</param>
public sealed class DiskFeatures(Llava model, Func<ImageSource, float[]> loadPixels, DiskCache cache, string fingerprint) : IImageFeatures
{
    /// <inheritdoc/>
    public IImageFeatures Prefetch(IEnumerable<ImageSource> images) =>
        model.HasTrainableVision
            ? new LiveFeatures(model, loadPixels).Prefetch(images)
            : new Found(model, cache, images.Distinct().ToDictionary(image => image, Find));

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Of(IReadOnlyList<ImageSource> images) => Prefetch(images).Of(images);

    Entry Find(ImageSource image)
    {
        var key = ContentHash.Of($"{fingerprint}\n{ImageContent.Of(image)}");
        var known = cache.Find(key);
        return new(key, known, known is null ? loadPixels(image) : null);
    }

    /// <summary>An image's features from the cache, or its pixels and where its features are to be kept.</summary>
    sealed record Entry(string Key, byte[]? Features, float[]? Pixels);

    sealed class Found(Llava model, DiskCache cache, Dictionary<ImageSource, Entry> entries) : IImageFeatures
    {
        public IImageFeatures Prefetch(IEnumerable<ImageSource> images) => this;

        public IReadOnlyList<Tensor> Of(IReadOnlyList<ImageSource> images) =>
            [.. images.Select(image => entries[image] is { Features: { } known } ? FromBytes(known) : Encode(entries[image]))];

        // One by one, since an image's features differ in their last bits with what else is in the batch, and a run must give the same with
        // and without its cache filled.
        Tensor Encode(Entry image)
        {
            var features = LiveFeatures.Encode(model, [image.Pixels!])[0];
            cache.Put(image.Key, features.cpu().contiguous().bytes);
            return features;
        }

        Tensor FromBytes(byte[] bytes)
        {
            using var scope = NewDisposeScope();
            var token = empty(1, model.Config.Vision.HiddenSize, model.VisionDtype);
            var features = empty([bytes.Length / (token.numel() * token.element_size()), token.numel()], model.VisionDtype);
            bytes.CopyTo(features.bytes);
            return features.to(model.Device).MoveToOuterDisposeScope();
        }
    }
}
