using SkiaSharp;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>How a camera was held: EXIF's orientation, 1 to 8, which says how the stored pixels must be turned to stand upright.</summary>
internal static class ExifTurn
{
    /// <summary>Whether width and height change places.</summary>
    public static bool ExchangesSides(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop;

    /// <summary>The image upright.</summary>
    public static RgbImage Of(RgbImage image, SKEncodedOrigin origin)
    {
        if (origin <= SKEncodedOrigin.TopLeft)
        {
            return image;
        }

        var (w, h) = (image.Width, image.Height);
        var (width, height) = ExchangesSides(origin) ? (h, w) : (w, h);
        var pixels = new byte[image.Pixels.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (column, row) = origin switch
                {
                    SKEncodedOrigin.TopRight => (w - 1 - x, y),
                    SKEncodedOrigin.BottomRight => (w - 1 - x, h - 1 - y),
                    SKEncodedOrigin.BottomLeft => (x, h - 1 - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, h - 1 - x),
                    SKEncodedOrigin.RightBottom => (w - 1 - y, h - 1 - x),
                    _ => (w - 1 - y, x),
                };
                image.Pixels.AsSpan(3 * (row * w + column), 3).CopyTo(pixels.AsSpan(3 * (y * width + x)));
            }
        }

        return new(width, height, pixels);
    }
}
