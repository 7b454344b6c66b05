using SVco.Core.Data;
using SVco.Models;
using SVco.Models.Images;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>The features of a frozen tower in memory: each image is encoded once, whatever is trained behind the tower.</summary>
/// <param name="model">Its vision tower.</param>
/// <param name="loader">Loads images; called on several threads.</param>
/// <param name="together">The most images in one pass of the tower.</param>
public sealed class MemoryFeatures(VisionLanguageModel model, ImageLoader loader, int together = 512) : IImageFeatures, IDisposable
{
    readonly Dictionary<ImageSource, EncodedImage> features = [];

    /// <summary>Encodes those images that are not in memory yet, many at once.</summary>
    public void Encode(IEnumerable<ImageSource> images)
    {
        using var noGradient = no_grad();
        foreach (var batch in images.Where(image => !features.ContainsKey(image)).Distinct().Chunk(together))
        {
            using var scope = NewDisposeScope();
            ProcessedImage[] loaded = [.. batch.AsParallel().AsOrdered().Select(loader.Load)];
            foreach (var (image, encoded) in batch.Zip(LiveFeatures.Encode(model, loaded)))
            {
                features[image] = encoded with { Features = encoded.Features.clone().DetachFromDisposeScope() };
            }
        }
    }

    /// <summary>Gives this store: what is not in memory when it is needed is encoded then.</summary>
    public IImageFeatures Prefetch(IEnumerable<ImageSource> images) => this;

    /// <inheritdoc/>
    public ImageSize SizeOf(ImageSource image) => features.TryGetValue(image, out var known) ? known.Size : loader.SizeOf(image);

    /// <inheritdoc/>
    public IReadOnlyList<EncodedImage> Of(IReadOnlyList<ImageSource> images)
    {
        Encode(images);
        return [.. images.Select(image => features[image])];
    }

    /// <summary>Frees the features.</summary>
    public void Dispose()
    {
        foreach (var feature in features.Values)
        {
            feature.Features.Dispose();
        }
    }
}
