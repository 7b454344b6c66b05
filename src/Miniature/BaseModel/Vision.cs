using SVco.Core;
using SVco.Core.Data;
using SVco.Models;
using SVco.Models.Images;
using SVco.Training;
using static TorchSharp.torch;

namespace SVco.Miniature.BaseModel;

/// <summary>The frozen vision tower as a memory: each image is encoded once, whatever is trained behind it.</summary>
/// <param name="model">The model whose tower sees.</param>
/// <param name="processor">The model's image processor.</param>
public sealed class Vision(Llava model, ImageProcessor processor) : IDisposable
{
    readonly Dictionary<ImageSource, Tensor> features = [];

    /// <summary>The features of an image [image tokens, vision width]; owned by the memory.</summary>
    public Tensor this[ImageSource image]
    {
        get
        {
            See([image]);
            return features[image];
        }
    }

    /// <summary>Encodes those images that were not seen before, many at once.</summary>
    public void See(IEnumerable<ImageSource> images)
    {
        using var noGradient = no_grad();
        foreach (var batch in images.Where(image => !features.ContainsKey(image)).Distinct().Chunk(512))
        {
            using var scope = NewDisposeScope();
            var encoded = model.VisionFeatures(Pixels(processor, batch));
            for (var i = 0; i < batch.Length; i++)
            {
                features[batch[i]] = encoded[i].clone().DetachFromDisposeScope();
            }
        }
    }

    /// <summary>An <see cref="EncodeImages"/> from memory [images, image tokens, vision width].</summary>
    public Tensor Encode(IReadOnlyList<ImageSource> images)
    {
        See(images);
        return stack(images.Select(image => features[image]));
    }

    /// <summary>The processed pixels of images [images, 3, size, size].</summary>
    public static Tensor Pixels(ImageProcessor processor, IReadOnlyList<ImageSource> images)
    {
        var area = 3 * processor.Size * processor.Size;
        var values = new float[images.Count * area];
        Parallel.For(
            0,
            images.Count,
            i => processor.Process(ImageRenderer.Render(images[i]), Behaviour.Corrected).CopyTo(values, i * area)
        );
        return tensor(values, [images.Count, 3, processor.Size, processor.Size]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var feature in features.Values)
        {
            feature.Dispose();
        }
    }
}
