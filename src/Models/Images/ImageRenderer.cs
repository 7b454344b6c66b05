using SVco.Core;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>From the description of an image to its pixels.</summary>
public static class ImageRenderer
{
    /// <summary>Decodes the file of a description and edits its pixels as the description says.</summary>
    /// <exception cref="UserException">The file cannot be read or decoded.</exception>
    public static RgbImage Render(ImageSource source) => ImageEdits.Render(source, ImageDecoder.Decode);
}
