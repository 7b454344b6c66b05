using SVco.Core.Data;
using SVco.Models;
using SVco.Models.Images;

namespace SVco.Training;

/// <summary>What the vision tower makes of images, as the projector takes it: encoded each time, or kept in memory or on the disk.</summary>
public interface IImageFeatures
{
    /// <summary>
    /// Gets images ready without touching the model: decodes and resizes them, or finds their features in a cache. It may run on any thread.
    /// </summary>
    /// <returns>Gives the features of these images on the thread that trains.</returns>
    /// <exception cref="Core.UserException">An image cannot be read.</exception>
    IImageFeatures Prefetch(IEnumerable<ImageSource> images);

    /// <summary>The size of an image after processing, which decides how many tokens it takes in the decoder.</summary>
    /// <exception cref="Core.UserException">The image cannot be read.</exception>
    ImageSize SizeOf(ImageSource image);

    /// <summary>
    /// The features of each image, with a graph where gradients are on and the tower is trained. They belong to the caller's dispose scope or
    /// to the store.
    /// </summary>
    /// <exception cref="Core.UserException">An image cannot be read.</exception>
    IReadOnlyList<EncodedImage> Of(IReadOnlyList<ImageSource> images);
}
