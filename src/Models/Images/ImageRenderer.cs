using SVco.Core;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>From the description of an image to its pixels.</summary>
public static class ImageRenderer
{
    /// <summary>Decodes the file of a description and edits its pixels as the description says.</summary>
    /// <exception cref="UserException">The file cannot be read or decoded.</exception>
    public static RgbImage Render(ImageSource source) => ImageEdits.Render(source, Decode);

    static RgbImage Decode(ImageSource source) =>
        source is ImageSource.File(var path) ? ImageDecoder.Decode(path)
        : source is ImageSource.Inline inline ? ImageDecoder.Decode(inline.Bytes, $"{source}")
        : throw new System.Diagnostics.UnreachableException();

    /// <summary>The size of the image a description stands for; a file's is read from its header.</summary>
    /// <exception cref="UserException">The file cannot be read or decoded.</exception>
    public static ImageSize SizeOf(ImageSource source)
    {
        switch (source)
        {
            case ImageSource.File(var path):
                return ImageDecoder.SizeOf(path);
            case ImageSource.Inline inline:
                return ImageDecoder.SizeOf(inline.Bytes, $"{source}");
            case ImageSource.Flipped(var of):
                return SizeOf(of);
            case ImageSource.DiffusionNoise(var of, _, _):
                return SizeOf(of);
            default:
                var image = Render(source);
                return new(image.Width, image.Height);
        }
    }
}
