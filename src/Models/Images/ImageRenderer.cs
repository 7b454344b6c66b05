using SVco.Core;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>From the description of an image to its pixels.</summary>
public static class ImageRenderer
{
    /// <summary>Decodes the file of a description and edits its pixels as the description says.</summary>
    /// <param name="source">The description.</param>
    /// <param name="behaviour">
    /// Official: photographs are taken as they are stored, as the official code does. Corrected: they are turned as EXIF says.
    /// </param>
    /// <exception cref="UserException">The file cannot be read or decoded.</exception>
    public static RgbImage Render(ImageSource source, Behaviour behaviour = Behaviour.Official) =>
        ImageEdits.Render(
            source,
            one =>
                one is ImageSource.File(var path) ? ImageDecoder.Decode(path, Turns(behaviour))
                : one is ImageSource.Inline inline ? ImageDecoder.Decode(inline.Bytes, $"{one}", Turns(behaviour))
                : throw new System.Diagnostics.UnreachableException()
        );

    /// <summary>The size of the image a description stands for; a file's is read from its header.</summary>
    /// <param name="source">The description.</param>
    /// <param name="behaviour">See <see cref="Render"/>.</param>
    /// <exception cref="UserException">The file cannot be read or decoded.</exception>
    public static ImageSize SizeOf(ImageSource source, Behaviour behaviour = Behaviour.Official)
    {
        switch (source)
        {
            case ImageSource.File(var path):
                return ImageDecoder.SizeOf(path, Turns(behaviour));
            case ImageSource.Inline inline:
                return ImageDecoder.SizeOf(inline.Bytes, $"{source}", Turns(behaviour));
            case ImageSource.Flipped(var of):
                return SizeOf(of, behaviour);
            case ImageSource.DiffusionNoise(var of, _, _):
                return SizeOf(of, behaviour);
            default:
                var image = Render(source, behaviour);
                return new(image.Width, image.Height);
        }
    }

    static bool Turns(Behaviour behaviour) => behaviour == Behaviour.Corrected;
}
