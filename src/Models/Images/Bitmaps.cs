using SkiaSharp;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>From pixels to image files.</summary>
public static class Bitmaps
{
    /// <summary>Pixels as SkiaSharp has them; the caller disposes of them.</summary>
    public static SKBitmap Of(RgbImage image)
    {
        var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var rgba = bitmap.GetPixelSpan();
        for (int from = 0, to = 0; from < image.Pixels.Length; from += 3, to += 4)
        {
            image.Pixels.AsSpan(from, 3).CopyTo(rgba[to..]);
            rgba[to + 3] = byte.MaxValue;
        }

        return bitmap;
    }

    /// <summary>Encodes pixels as PNG.</summary>
    public static void WritePng(RgbImage image, Stream stream)
    {
        using var bitmap = Of(image);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        data.SaveTo(stream);
    }
}
