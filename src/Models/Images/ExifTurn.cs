using System.Buffers.Binary;
using SkiaSharp;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>How a camera was held: EXIF's orientation, 1 to 8, which says how the stored pixels must be turned to stand upright.</summary>
internal static class ExifTurn
{
    /// <summary>Whether width and height change places.</summary>
    public static bool ExchangesSides(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop;

    /// <summary>The turn that an orientation's number says; none where it says nothing.</summary>
    public static SKEncodedOrigin Parse(int orientation) =>
        orientation is >= 1 and <= 8 ? (SKEncodedOrigin)orientation : SKEncodedOrigin.TopLeft;

    /// <summary>The turn that the eXIf chunk of a PNG says, which Skia does not read; it may stand behind the pixels.</summary>
    /// <param name="file">The whole file; left where it stood.</param>
    public static SKEncodedOrigin OfPng(Stream file)
    {
        const int signature = 8;
        var (stood, head) = (file.Position, new byte[signature]);
        try
        {
            for (long at = signature; at + signature <= file.Length; )
            {
                file.Position = at;
                file.ReadExactly(head);
                var length = BinaryPrimitives.ReadUInt32BigEndian(head);
                if (head.AsSpan(4).SequenceEqual("eXIf"u8) && length <= Math.Min(LongestExif, file.Length - file.Position))
                {
                    var exif = new byte[length];
                    file.ReadExactly(exif);
                    return Parse(Orientation(exif));
                }

                at += signature + length + 4;
            }

            return SKEncodedOrigin.TopLeft;
        }
        finally
        {
            file.Position = stood;
        }
    }

    const int LongestExif = 1 << 20;

    /// <summary>The orientation in a TIFF header's first folder; 0 where there is none.</summary>
    static int Orientation(ReadOnlySpan<byte> exif)
    {
        const int tag = 0x0112;
        const int entry = 12;
        if (exif.Length < 8 || !(exif.StartsWith("II*\0"u8) || exif.StartsWith("MM\0*"u8)))
        {
            return 0;
        }

        var isLittle = exif[0] == 'I';
        var folder = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        for (var at = folder + 2L; at + entry <= exif.Length; at += entry)
        {
            if (Short(exif[(int)at..], isLittle) == tag)
            {
                return Short(exif[(int)(at + 8)..], isLittle);
            }
        }

        return 0;

        static int Short(ReadOnlySpan<byte> bytes, bool isLittle) =>
            isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

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
