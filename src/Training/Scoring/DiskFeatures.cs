using SVco.Core.Data;
using SVco.Files;
using SVco.Models;
using SVco.Models.Images;
using SVco.Training.Caching;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>What a frozen tower made of images, kept on the disk; the features of a tower that is trained are never kept.</summary>
/// <param name="model">Its vision tower.</param>
/// <param name="loader">Loads images; called on any thread.</param>
/// <param name="cache">Where features are kept.</param>
/// <param name="fingerprint">Names what makes them: model, precision, image processing.</param>
public sealed class DiskFeatures(VisionLanguageModel model, ImageLoader loader, DiskCache cache, string fingerprint) : IImageFeatures
{
    /// <inheritdoc/>
    public IImageFeatures Prefetch(IEnumerable<ImageSource> images) =>
        model.HasTrainableVision
            ? new LiveFeatures(model, loader).Prefetch(images)
            : new Found(model, cache, images.Distinct().ToDictionary(image => image, Find));

    /// <inheritdoc/>
    public ImageSize SizeOf(ImageSource image) => loader.SizeOf(image);

    /// <inheritdoc/>
    public IReadOnlyList<EncodedImage> Of(IReadOnlyList<ImageSource> images) => Prefetch(images).Of(images);

    Entry Find(ImageSource image)
    {
        var key = ContentHash.Of($"{fingerprint}\n{ImageContent.Of(image)}");
        var known = cache.Find(key);
        if (known is not null)
        {
            return new(key, loader.SizeOf(image), known, null);
        }

        var loaded = loader.Load(image);
        return new(key, loaded.Size, null, loaded);
    }

    /// <summary>An image's features from the cache, or the image and where its features are to be kept.</summary>
    sealed record Entry(string Key, ImageSize Size, byte[]? Features, ProcessedImage? Image);

    sealed class Found(VisionLanguageModel model, DiskCache cache, Dictionary<ImageSource, Entry> entries) : IImageFeatures
    {
        public IImageFeatures Prefetch(IEnumerable<ImageSource> images) => this;

        public ImageSize SizeOf(ImageSource image) => entries[image].Size;

        public IReadOnlyList<EncodedImage> Of(IReadOnlyList<ImageSource> images) =>
            [
                .. images
                    .Select(image => entries[image])
                    .Select(entry => entry.Features is { } known ? new EncodedImage(FromBytes(known), entry.Size) : Encode(entry)),
            ];

        // One by one, since an image's features differ in their last bits with what else is in the batch, and a run must give the same with
        // and without its cache filled.
        EncodedImage Encode(Entry entry)
        {
            var encoded = LiveFeatures.Encode(model, [entry.Image!])[0];
            cache.Put(entry.Key, encoded.Features.cpu().contiguous().bytes);
            return encoded;
        }

        Tensor FromBytes(byte[] bytes)
        {
            using var scope = NewDisposeScope();
            var token = empty(1, model.Config.FeatureWidth, model.VisionDtype);
            var features = empty([bytes.Length / (token.numel() * token.element_size()), token.numel()], model.VisionDtype);
            bytes.CopyTo(features.bytes);
            return features.to(model.Device).MoveToOuterDisposeScope();
        }
    }
}
