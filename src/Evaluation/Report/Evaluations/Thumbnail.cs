using SkiaSharp;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Images;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>A small picture of an item's image as a part of a page, or why there is none.</summary>
/// <param name="Address">A <c>data:</c> address of a JPEG; null where the image cannot be read.</param>
/// <param name="Fault">Why; empty where there is an address.</param>
sealed record Thumbnail(string? Address, string Fault)
{
    const int Side = 256;
    const int Quality = 78;

    /// <summary>What the address of a thumbnail begins with.</summary>
    public const string Scheme = "data:image/jpeg;base64,";

    /// <summary>Draws it.</summary>
    public static Thumbnail Of(ImageSource image)
    {
        try
        {
            var pixels = ImageRenderer.Render(image);
            using var bitmap = ToBitmap(pixels);
            var scale = Math.Min(1.0, (double)Side / Math.Max(bitmap.Width, bitmap.Height));
            using var small = bitmap.Resize(
                new SKImageInfo(Math.Max(1, (int)(bitmap.Width * scale)), Math.Max(1, (int)(bitmap.Height * scale))),
                new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
            );
            using var data = small.Encode(SKEncodedImageFormat.Jpeg, Quality);
            return new(Scheme + Convert.ToBase64String(data.Span), "");
        }
        catch (UserException error)
        {
            return new(null, error.Message);
        }
    }

    static SKBitmap ToBitmap(RgbImage image)
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
}
