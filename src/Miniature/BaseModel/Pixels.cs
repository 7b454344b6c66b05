using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Images;
using static TorchSharp.torch;

namespace SVco.Miniature.BaseModel;

/// <summary>Images as the vision tower wants them.</summary>
public static class Pixels
{
    /// <summary>The processed pixels of an image [3 * size * size].</summary>
    public static float[] Of(ImageProcessor processor, ImageSource image) =>
        processor.Process(ImageRenderer.Render(image), Behaviour.Corrected);

    /// <summary>The processed pixels of images [images, 3, size, size].</summary>
    public static Tensor Of(ImageProcessor processor, IReadOnlyList<ImageSource> images)
    {
        var area = 3 * processor.Size * processor.Size;
        var values = new float[images.Count * area];
        Parallel.For(0, images.Count, i => Of(processor, images[i]).CopyTo(values, i * area));
        return tensor(values, [images.Count, 3, processor.Size, processor.Size]);
    }
}
