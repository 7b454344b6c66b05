using BitMiracle.LibTiff.Classic;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Images;
using SVco.Tests;

namespace SVco.Models.Tests.Images;

/// <summary>Image files as cameras, scanners and careless programs leave them.</summary>
public sealed class ImageFormatTests
{
    static readonly byte[] Pixels = [.. Enumerable.Range(0, 3 * 7 * 5).Select(i => (byte)(i * 37))];

    [Theory]
    [InlineData(Compression.NONE, 3)]
    [InlineData(Compression.LZW, 3)]
    [InlineData(Compression.DEFLATE, 4)]
    public void A_tiff_has_the_pixels_that_were_written_and_its_alpha_is_dropped(Compression compression, int samples)
    {
        var image = ImageDecoder.Decode(Tiff(compression, samples, bits: 8), "a.tif");
        Assert.Equal((7, 5), (image.Width, image.Height));
        Assert.Equal(Pixels, image.Pixels);
    }

    [Fact]
    public void A_tiff_that_is_cut_off_or_has_sixteen_bits_is_told_so()
    {
        var whole = Tiff(Compression.NONE, 3, bits: 8);
        Assert.Contains("cut.tif", Assert.Throws<UserException>(() => ImageDecoder.Decode(whole.AsSpan(0, 60), "cut.tif")).Message);
        Assert.Contains(
            "16 bits",
            Assert.Throws<UserException>(() => ImageDecoder.Decode(Tiff(Compression.NONE, 3, bits: 16), "deep.tif")).Message
        );
    }

    [Fact]
    public void A_png_with_a_wrong_checksum_over_right_pixels_is_read()
    {
        byte[] rows = [0, 10, 20, 30, 40, 50, 60];
        var png = ImagePng.Bytes(2, 1, 8, 2, rows);
        // The checksum of IDAT stands before the last chunk, of 12 bytes.
        png[^13] ^= 0x55;
        Assert.Equal(rows[1..], ImageDecoder.Decode(png, "odd.png").Pixels);
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void A_tiff_is_turned_always_and_a_png_when_asked_for(int orientation)
    {
        // Pillow turns TIFFs while it loads them, and no other format (checked with its ImageOps.exif_transpose).
        var stored = new RgbImage(7, 5, Pixels);
        var upright = ExifTurn.Of(stored, ExifTurn.Parse(orientation));
        foreach (var samples in (int[])[3, 1])
        {
            var tiff = Tiff(Compression.NONE, samples, bits: 8, orientation);
            var plain = ImageDecoder.Decode(Tiff(Compression.NONE, samples, bits: 8), "a.tif");
            var turned = ImageDecoder.Decode(tiff, "a.tif");
            Assert.Equal(ExifTurn.Of(plain, ExifTurn.Parse(orientation)).Pixels, turned.Pixels);
            Assert.Equal(new ImageSize(turned.Width, turned.Height), ImageDecoder.SizeOf(tiff, "a.tif"));
            Assert.Equal((upright.Width, upright.Height), (turned.Width, turned.Height));
        }

        byte[] exif = [.. "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"u8, (byte)orientation, 0, 0, 0, 0, 0, 0];
        byte[] rows = [.. Pixels.Chunk(21).SelectMany(row => (byte[])[0, .. row])];
        var png = ImagePng.WithChunk(ImagePng.Bytes(7, 5, 8, 2, rows), "eXIf", exif);
        Assert.Equal(Pixels, ImageDecoder.Decode(png, "a.png").Pixels);
        Assert.Equal(upright.Pixels, ImageDecoder.Decode(png, "a.png", turn: true).Pixels);
        Assert.Equal(new ImageSize(upright.Width, upright.Height), ImageDecoder.SizeOf(png, "a.png", turn: true));
    }

    public static TheoryData<int> Orientations => [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Orientations))]
    public void A_photograph_is_turned_only_when_asked_for(int orientation)
    {
        // Dark on the left, bright on the right; darker above than below.
        var plain = Photograph(orientation: null);
        var turned = Photograph(orientation);
        var stored = ImageDecoder.Decode(turned, "photo.jpg");
        Assert.Equal(ImageDecoder.Decode(plain, "photo.jpg").Pixels, stored.Pixels);

        var upright = ImageDecoder.Decode(turned, "photo.jpg", turn: true);
        Assert.Equal(orientation >= 5 ? (16, 32) : (32, 16), (upright.Width, upright.Height));
        // What SkiaSharp's own canvas makes of the corner that EXIF calls the first of row and column.
        byte At(RgbImage image, int x, int y) => image.Pixels[3 * (y * image.Width + x)];
        var (topLeft, topRight, bottomLeft) = (At(upright, 0, 0), At(upright, upright.Width - 1, 0), At(upright, 0, upright.Height - 1));
        var (a, b, c, d) = (At(stored, 0, 0), At(stored, 31, 0), At(stored, 0, 15), At(stored, 31, 15));
        var expected = orientation switch
        {
            1 => (a, b, c),
            2 => (b, a, d),
            3 => (d, c, b),
            4 => (c, d, a),
            5 => (a, c, b),
            6 => (c, a, d),
            7 => (d, b, c),
            _ => (b, d, a),
        };
        Assert.Equal(expected, (topLeft, topRight, bottomLeft));
    }

    [Fact]
    public void The_size_that_a_header_gives_is_that_of_the_image_as_it_is_turned()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("photo.jpg"), Photograph(6));
        Assert.Equal(new(32, 16), ImageRenderer.SizeOf(new ImageSource.File(folder.At("photo.jpg")), Behaviour.Official));
        Assert.Equal(new(16, 32), ImageRenderer.SizeOf(new ImageSource.File(folder.At("photo.jpg")), Behaviour.Corrected));
    }

    [Fact]
    public void An_image_in_the_data_is_decoded_like_its_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("a.tif"), Tiff(Compression.NONE, 3, bits: 8));
        var inline = new ImageSource.Inline(Convert.ToBase64String(File.ReadAllBytes(folder.At("a.tif"))));
        Assert.Equal(ImageRenderer.Render(new ImageSource.File(folder.At("a.tif"))).Pixels, ImageRenderer.Render(inline).Pixels);
    }

    /// <summary>Images/Avif: a photograph written by Pillow 13.0.0, and what it decodes of it again.</summary>
    [Theory]
    [InlineData("full", 1, 0.2)]
    [InlineData("half", 24, 1.2)] // Half the resolution of colours is widened by another rule than Pillow's; a photograph differs by 0.6 on average.
    public void An_avif_is_read(string name, int most, double average)
    {
        var folder = Path.Combine(Golden.RepositoryRoot, "tests", "Models.Tests", "Images", "Avif");
        var image = ImageDecoder.Decode(Path.Combine(folder, $"{name}.avif"));
        var expected = ImageDecoder.Decode(Path.Combine(folder, $"{name}.png"));
        Assert.Equal((expected.Width, expected.Height), (image.Width, image.Height));
        Assert.Equal(new(expected.Width, expected.Height), ImageDecoder.SizeOf(Path.Combine(folder, $"{name}.avif")));
        int[] apart = [.. image.Pixels.Zip(expected.Pixels, (one, other) => Math.Abs(one - other))];
        Assert.InRange(apart.Max(), 0, most);
        Assert.InRange(apart.Average(), 0, average);
        var whole = File.ReadAllBytes(Path.Combine(folder, $"{name}.avif"));
        Assert.Contains("AVIF", Assert.Throws<UserException>(() => ImageDecoder.Decode(whole.AsSpan(0, 200), "cut.avif")).Message);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer")]
    [InlineData("\n<!DOCTYPE html><html>", "web page")]
    [InlineData("%PDF-1.7", "PDF")]
    [InlineData("<?xml version='1.0'?><svg xmlns='a'>", "SVG")]
    [InlineData("\0\0\0\u0018ftypheic", "HEIC")]
    [InlineData("nothing that is known", "damaged or of a format that is not read")]
    public void What_is_no_image_is_told_for_what_it_is(string content, string what)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("a.png"), content);
        Assert.Contains(what, Assert.Throws<UserException>(() => ImageDecoder.Decode(folder.At("a.png"))).Message);
        Assert.Contains(what, Assert.Throws<UserException>(() => ImageDecoder.SizeOf(folder.At("a.png"))).Message);
    }

    static byte[] Tiff(Compression compression, int samples, int bits, int orientation = 1)
    {
        using var stream = new MemoryStream();
        using (var tiff = BitMiracle.LibTiff.Classic.Tiff.ClientOpen("a", "w", stream, new TiffStream()))
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, 7);
            tiff.SetField(TiffTag.IMAGELENGTH, 5);
            tiff.SetField(TiffTag.BITSPERSAMPLE, bits);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, samples);
            tiff.SetField(TiffTag.ORIENTATION, orientation);
            tiff.SetField(TiffTag.PHOTOMETRIC, samples == 1 ? Photometric.MINISBLACK : Photometric.RGB);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            tiff.SetField(TiffTag.COMPRESSION, compression);
            tiff.SetField(TiffTag.ROWSPERSTRIP, 2);
            if (samples == 4)
            {
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new short[] { (short)ExtraSample.UNASSALPHA });
            }

            for (var row = 0; row < 5; row++)
            {
                byte[] line =
                [
                    .. Pixels.Chunk(3).Skip(row * 7).Take(7).SelectMany(rgb => samples == 4 ? [.. rgb, (byte)9] : rgb[..samples]),
                ];
                tiff.WriteScanline([.. line.SelectMany(value => Enumerable.Repeat(value, bits / 8))], row);
            }

            tiff.Flush();
            return stream.ToArray();
        }
    }

    /// <summary>A JPEG, with an EXIF segment where an orientation is given.</summary>
    static byte[] Photograph(int? orientation)
    {
        using var bitmap = new SKBitmap(32, 16);
        for (var y = 0; y < 16; y++)
        {
            for (var x = 0; x < 32; x++)
            {
                bitmap.SetPixel(x, y, new((byte)(5 * x + 3 * y), 80, 40));
            }
        }

        var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95).ToArray();
        if (orientation is not { } turn)
        {
            return jpeg;
        }

        byte[] exif = [.. "Exif\0\0"u8, .. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)turn, 0, 0, 0, 0, 0, 0];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }
}
