using System.Collections.Concurrent;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models.Images;
using SVco.Training.Caching;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>A small picture of an item's image as a part of a page, or why there is none.</summary>
/// <param name="Address">A <c>data:</c> address of a JPEG; null where the image cannot be read.</param>
/// <param name="Fault">Why; empty where there is an address.</param>
sealed record Thumbnail(string? Address, string Fault)
{
    /// <summary>What the address of a thumbnail begins with.</summary>
    public const string Scheme = "data:image/jpeg;base64,";
}

/// <summary>Draws small pictures, each once: those of files are kept under the content of the file.</summary>
/// <param name="kept">Where; null draws them each time.</param>
sealed class Thumbnails(DiskCache? kept)
{
    const int Side = 256;
    const int Quality = 78;

    readonly ConcurrentDictionary<ImageSource, string> faults = new();

    // The number grows when pictures are drawn in another way.
    static readonly string How = $"thumbnail 1 {Side} {Quality}";

    /// <summary>Which images were asked for and have no picture, and why.</summary>
    public IReadOnlyDictionary<ImageSource, string> Faults => faults;

    /// <summary>The picture of an image. Any thread may ask.</summary>
    public Thumbnail Of(ImageSource image)
    {
        try
        {
            // What draws itself may draw something else tomorrow, and has no content to be known by.
            if (kept is null || image is not (ImageSource.File or ImageSource.Inline))
            {
                return new(Thumbnail.Scheme + Convert.ToBase64String(Draw(image)), "");
            }

            var key = ContentHash.Of($"{How} {ImageContent.Of(image)}");
            if (kept.Find(key) is not { } jpeg)
            {
                kept.Put(key, jpeg = Draw(image));
            }

            return new(Thumbnail.Scheme + Convert.ToBase64String(jpeg), "");
        }
        catch (UserException error)
        {
            faults[image] = error.Message;
            return new(null, error.Message);
        }
    }

    static byte[] Draw(ImageSource image)
    {
        using var bitmap = Smaller(image) ?? Bitmaps.Of(ImageRenderer.Render(image));
        var scale = Math.Min(1.0, (double)Side / Math.Max(bitmap.Width, bitmap.Height));
        using var small = bitmap.Resize(
            new SKImageInfo(Math.Max(1, (int)(bitmap.Width * scale)), Math.Max(1, (int)(bitmap.Height * scale))),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
        );
        using var data = small.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();
    }

    /// <summary>
    /// A photograph at a half, a quarter or an eighth of its size, as JPEG decodes it several times faster than as a whole; null where it has to be decoded as a
    /// whole, which also tells what is wrong with a file.
    /// </summary>
    static SKBitmap? Smaller(ImageSource image)
    {
        using var codec = image switch
        {
            ImageSource.File(var path) => SKCodec.Create(new MemoryStream(InputFile.Bytes(path))),
            ImageSource.Inline inline => SKCodec.Create(new MemoryStream(inline.Bytes)),
            _ => null,
        };
        if (codec is not { EncodedFormat: SKEncodedImageFormat.Jpeg })
        {
            return null;
        }

        var size = new[] { 0.125f, 0.25f, 0.5f }
            .Select(codec.GetScaledDimensions)
            .FirstOrDefault(scaled => Math.Max(scaled.Width, scaled.Height) >= Side);
        if (size.IsEmpty)
        {
            return null;
        }

        var bitmap = new SKBitmap(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) == SKCodecResult.Success)
        {
            return bitmap;
        }

        bitmap.Dispose();
        return null;
    }
}
