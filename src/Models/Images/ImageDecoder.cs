using System.Runtime.InteropServices;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models.Folders;

namespace SVco.Models.Images;

/// <summary>
/// Decodes image files to RGB as Pillow's <c>Image.open(file).convert("RGB")</c> does (golden/images): no colour management,
/// alpha dropped, the first frame of an animation, 16-bit gray clipped at 255. SkiaSharp does the decoding; its libjpeg-turbo, libpng
/// and libwebp give the bytes that Pillow's give.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Pillow's limit against decompression bombs, in pixels.</summary>
    public const long MaxPixels = 178_956_970;

    /// <summary>The bytes at the beginning of a file that tell its format.</summary>
    const int Beginning = 512;

    /// <summary>The sides that a file's header gives.</summary>
    /// <exception cref="UserException">The file is missing, or no image of a supported format.</exception>
    /// <param name="path">The file.</param>
    /// <param name="turn">Whether it is turned as its EXIF orientation says.</param>
    public static ImageSize SizeOf(string path, bool turn = false)
    {
        using var stream = InputFile.Open(path);
        return SizeOf(stream.Length > 0 ? stream : throw Empty(path), path, turn);
    }

    /// <summary>The sides that the header in the bytes of a file gives.</summary>
    /// <exception cref="UserException">No image of a supported format.</exception>
    public static ImageSize SizeOf(ReadOnlySpan<byte> data, string nameForMessages, bool turn = false) =>
        SizeOf(new MemoryStream(data.Length > 0 ? data.ToArray() : throw Empty(nameForMessages)), nameForMessages, turn);

    static ImageSize SizeOf(Stream stream, string name, bool turn)
    {
        var start = new byte[Beginning];
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        stream.Position = 0;
        if (TiffImage.Is(start) || AvifImage.Is(start))
        {
            var whole = new byte[stream.Length];
            stream.ReadExactly(whole);
            return TiffImage.Is(start) ? TiffImage.SizeOf(whole, name) : AvifImage.SizeOf(whole, name);
        }

        var png = turn && IsPng(start) ? ExifTurn.OfPng(stream) : SKEncodedOrigin.TopLeft;
        using var codec = SKCodec.Create(stream) ?? throw NoImage(start, name);
        return turn && ExifTurn.ExchangesSides(IsPng(start) ? png : codec.EncodedOrigin)
            ? new(codec.Info.Height, codec.Info.Width)
            : new(codec.Info.Width, codec.Info.Height);
    }

    /// <summary>Decodes a file.</summary>
    /// <exception cref="UserException">The file is missing, empty, no image, of an unsupported format, cut off, damaged, or too large.</exception>
    /// <param name="path">The file.</param>
    /// <param name="turn">Whether it is turned as its EXIF orientation says. Pillow, and with it the official code, does so for TIFFs only.</param>
    public static RgbImage Decode(string path, bool turn = false) => Decode(InputFile.Bytes(path), path, turn);

    /// <summary>Decodes the bytes of a file.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="nameForMessages">What errors call it, e.g. its path.</param>
    /// <param name="turn">Whether it is turned as its EXIF orientation says.</param>
    /// <exception cref="UserException">As for a path.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> data, string nameForMessages, bool turn = false)
    {
        if (TiffImage.Is(data))
        {
            return TiffImage.Decode(data.ToArray(), nameForMessages);
        }

        var copy = data.ToArray();
        if (AvifImage.Is(data))
        {
            return AvifImage.Decode(copy, nameForMessages);
        }

        try
        {
            return DecodeBySkia(copy, nameForMessages, turn);
        }
        catch (UserException) when (PngChecksums.Mended(copy) is { } mended)
        {
            return DecodeBySkia(mended, nameForMessages, turn);
        }
    }

    static RgbImage DecodeBySkia(ReadOnlySpan<byte> data, string nameForMessages, bool turn)
    {
        if (data.IsEmpty)
        {
            throw Empty(nameForMessages);
        }

        var gif = GifFirstFrame.Read(data);
        var gray16 = Gray16Png.Is(data);
        using var bytes = SKData.CreateCopy(
            gif is not null ? gif.WithoutTransparency(data)
            : gray16 ? Gray16Png.AsGrayAndAlpha(data)
            : data
        );
        using var codec = SKCodec.Create(bytes) ?? throw NoImage(data, nameForMessages);
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        RequirePixels(new(width, height), nameForMessages);

        var rgba = Pixels(codec, nameForMessages);
        var image = new RgbImage(width, height, gray16 ? Gray16Png.Clipped(rgba) : Rgb(rgba, gif));
        return turn ? ExifTurn.Of(image, IsPng(data) ? ExifTurn.OfPng(new MemoryStream(data.ToArray())) : codec.EncodedOrigin) : image;
    }

    static bool IsPng(ReadOnlySpan<byte> start) => start.Length >= 8 && start[1..8].SequenceEqual("PNG\r\n\x1A\n"u8);

    static UserException Empty(string name) =>
        new($"The image {name} is empty (0 bytes) or no regular file. Fetch it again or remove its pair.");

    /// <summary>Refuses sides that no image has, before memory is taken for them.</summary>
    /// <exception cref="UserException">There are no pixels, or more than <see cref="MaxPixels"/>.</exception>
    internal static void RequirePixels(ImageSize size, string name)
    {
        if (size.Width <= 0 || size.Height <= 0)
        {
            throw new UserException($"The image {name} says it has {size.Width} x {size.Height} pixels, so it is damaged. Fetch it again.");
        }

        if ((long)size.Width * size.Height > MaxPixels)
        {
            throw new UserException(
                $"The image {name} says it has {size.Width} x {size.Height} pixels, more than the limit of {MaxPixels}. Make it smaller."
            );
        }
    }

    static UserException NoImage(ReadOnlySpan<byte> start, string name) =>
        new(
            NotTheFile.Says(start) is { } other ? $"The image {name} {other}"
            : OtherFormat(start) is { } format ? $"The image {name} is {format}, which is not read ({Supported}). Save it as a PNG."
            : $"The image {name} is damaged or of a format that is not read ({Supported})."
        );

    const string Supported = "supported: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF";

    static string? OtherFormat(ReadOnlySpan<byte> start) =>
        start.Length >= 12 && start[4..8].SequenceEqual("ftyp"u8) ? "a HEIC photograph or a film"
        : start.StartsWith("II+\0"u8) || start.StartsWith("MM\0+"u8) ? "a BigTIFF"
        : start.StartsWith("%PDF"u8) ? "a PDF document"
        : start.StartsWith("8BPS"u8) ? "a Photoshop document"
        : start.StartsWith("PK\u0003\u0004"u8) ? "a zip archive"
        : start.StartsWith("{"u8) || start.StartsWith("["u8) ? "a JSON text"
        : start.IndexOf("<svg"u8) >= 0 ? "an SVG drawing"
        : start.StartsWith(new byte[] { 0xFF, 0x0A }) || start.IndexOf("JXL "u8) == 4 ? "a JPEG XL"
        : start.IndexOf("jP  "u8) == 4 ? "a JPEG 2000"
        : null;

    static byte[] Rgb(byte[] rgba, GifFirstFrame? gif)
    {
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
        {
            rgb[to] = rgba[from];
            rgb[to + 1] = rgba[from + 1];
            rgb[to + 2] = rgba[from + 2];
        }

        // What the first frame of a GIF leaves open, Pillow fills with a colour of its palette.
        if (gif is not null)
        {
            for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
            {
                if (rgba[from + 3] == 0)
                {
                    (rgb[to], rgb[to + 1], rgb[to + 2]) = gif.Uncovered;
                }
            }
        }

        return rgb;
    }

    /// <summary>The pixels [height, width, 4], not premultiplied by alpha and without a colour space, so without conversion.</summary>
    static byte[] Pixels(SKCodec codec, string name)
    {
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var pixels = new byte[info.BytesSize64];
        var handle = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            var result = codec.GetPixels(info, handle.AddrOfPinnedObject());
            return result == SKCodecResult.Success
                ? pixels
                : throw new UserException(
                    result == SKCodecResult.IncompleteInput
                        ? $"The image {name} is cut off: the file ends before its last pixel. Fetch it again or remove its pair."
                        : $"The image {name} is damaged ({result}). Fetch it again or remove its pair."
                );
        }
        finally
        {
            handle.Free();
        }
    }
}
