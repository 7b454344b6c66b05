using BitMiracle.LibTiff.Classic;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>
/// TIFF files, first page, of 8 bits a sample or less; alpha is dropped as everywhere. They are turned as their orientation says, as by Pillow,
/// which does so with no other format.
/// </summary>
internal static class TiffImage
{
    static TiffImage() => Tiff.SetErrorHandler(new Silent());

    /// <summary>What the library would write to the terminal is told by the exception.</summary>
    sealed class Silent : TiffErrorHandler
    {
        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args) { }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args) { }
    }

    public static bool Is(ReadOnlySpan<byte> data) => data.StartsWith("II*\0"u8) || data.StartsWith("MM\0*"u8);

    /// <summary>The sides that a file gives.</summary>
    /// <exception cref="UserException">It is damaged.</exception>
    public static ImageSize SizeOf(byte[] data, string name) =>
        Open(
            data,
            name,
            tiff =>
                (Number(tiff, TiffTag.IMAGEWIDTH), Number(tiff, TiffTag.IMAGELENGTH)) is var (width, height)
                && ExifTurn.ExchangesSides(TurnOf(tiff))
                    ? new ImageSize(height, width)
                    : new ImageSize(width, height)
        );

    /// <summary>Decodes a file.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="UserException">It is damaged, too large, or has more than 8 bits a sample.</exception>
    public static RgbImage Decode(byte[] data, string name) => Open(data, name, tiff => Decode(tiff, name));

    static T Open<T>(byte[] data, string name, Func<Tiff, T> read)
    {
        try
        {
            using var tiff = Tiff.ClientOpen(name, "r", new MemoryStream(data), new TiffStream()) ?? throw Damaged(name);
            return read(tiff);
        }
        catch (Exception error) when (error is not UserException)
        {
            throw Damaged(name, error);
        }
    }

    static RgbImage Decode(Tiff tiff, string name)
    {
        var (width, height) = (Number(tiff, TiffTag.IMAGEWIDTH), Number(tiff, TiffTag.IMAGELENGTH));
        var bits = tiff.GetFieldDefaulted(TiffTag.BITSPERSAMPLE)[0].ToInt();
        if (bits > 8)
        {
            throw new UserException($"The image {name} is a TIFF of {bits} bits a sample; at most 8 are read. Save it as a PNG.");
        }

        ImageDecoder.RequirePixels(new(width, height), name);

        var turn = TurnOf(tiff);
        return ExifTurn.Of(IsPlainRgb(tiff, bits) ? PlainRgb(tiff, width, height, name) : AnyKind(tiff, width, height, name), turn);
    }

    /// <summary>Whether rows are red, green, blue and perhaps alpha, which the library would multiply into the colours.</summary>
    static bool IsPlainRgb(Tiff tiff, int bits) =>
        bits == 8
        && !tiff.IsTiled()
        && Number(tiff, TiffTag.PHOTOMETRIC) == (int)Photometric.RGB
        && tiff.GetFieldDefaulted(TiffTag.SAMPLESPERPIXEL)[0].ToInt() is 3 or 4
        && tiff.GetFieldDefaulted(TiffTag.PLANARCONFIG)[0].ToInt() == (int)PlanarConfig.CONTIG;

    static SKEncodedOrigin TurnOf(Tiff tiff) => ExifTurn.Parse(Number(tiff, TiffTag.ORIENTATION));

    static RgbImage PlainRgb(Tiff tiff, int width, int height, string name)
    {
        var (samples, rgb, row) = (
            tiff.GetFieldDefaulted(TiffTag.SAMPLESPERPIXEL)[0].ToInt(),
            new byte[3L * width * height],
            new byte[tiff.ScanlineSize()]
        );
        for (var y = 0; y < height; y++)
        {
            if (!tiff.ReadScanline(row, y))
            {
                throw Damaged(name);
            }

            for (var x = 0; x < width; x++)
            {
                row.AsSpan(x * samples, 3).CopyTo(rgb.AsSpan(3 * (y * width + x)));
            }
        }

        return new(width, height, rgb);
    }

    static RgbImage AnyKind(Tiff tiff, int width, int height, string name)
    {
        // The library would turn it by halves: rows and columns are never exchanged.
        tiff.SetField(TiffTag.ORIENTATION, Orientation.TOPLEFT);
        var raster = new int[(long)width * height];
        if (!tiff.ReadRGBAImageOriented(width, height, raster, Orientation.TOPLEFT))
        {
            throw Damaged(name);
        }

        var rgb = new byte[3L * raster.Length];
        foreach (var (at, pixel) in raster.Index())
        {
            (rgb[3 * at], rgb[3 * at + 1], rgb[3 * at + 2]) = ((byte)Tiff.GetR(pixel), (byte)Tiff.GetG(pixel), (byte)Tiff.GetB(pixel));
        }

        return new(width, height, rgb);
    }

    static int Number(Tiff tiff, TiffTag tag) => tiff.GetField(tag) is [var value, ..] ? value.ToInt() : 0;

    static UserException Damaged(string name, Exception? inner = null) =>
        new($"The image {name} is a TIFF that is damaged or of a kind that is not read. Fetch it again, or save it as a PNG.", inner);
}
