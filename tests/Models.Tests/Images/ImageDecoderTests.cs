using System.Security.Cryptography;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Data;
using SVco.Models.Images;

namespace SVco.Tests;

/// <summary>
/// golden/images: Pillow's decoded bytes. Equality is exact for JPEG and WebP too, because SkiaSharp carries libjpeg-turbo (accurate IDCT,
/// triangle upsampling) and libwebp as Pillow does.
/// </summary>
public class ImageDecoderTests
{
    [Fact]
    public void Decoded_bytes_equal_Pillows_for_every_golden_file() =>
        ImageGolden.ForEachImage(
            (golden, path) =>
            {
                var image = ImageDecoder.Decode(path);
                Assert.Equal(
                    (golden.GetProperty("width").GetInt32(), golden.GetProperty("height").GetInt32()),
                    (image.Width, image.Height)
                );
                Assert.True(golden.GetProperty("rgb_sha256").GetString() == ImageGolden.Sha(image.Pixels), path);
            }
        );

    [Fact]
    public void Every_cut_of_a_golden_file_before_its_last_tenth_is_refused_by_name() =>
        ImageGolden.ForEachImage(
            (golden, path) =>
            {
                var data = File.ReadAllBytes(path);
                foreach (var part in new[] { 0.01, 0.3, 0.6, 0.89 })
                {
                    // A small GIF's or a PNG's last tenth may be all metadata; what holds pixels never ends that early.
                    var cut = data.AsMemory(0, (int)(data.Length * part));
                    if (data.Length > 1000 && golden.GetProperty("format").GetString() != "GIF")
                    {
                        Assert.Contains("cut.bin", Assert.Throws<UserException>(() => ImageDecoder.Decode(cut.Span, "cut.bin")).Message);
                    }
                }
            }
        );

    [Fact]
    public void Empty_missing_and_other_files_are_refused_by_name()
    {
        using var folder = new TextFolder();
        Assert.Contains(
            "nowhere.png",
            Assert.Throws<UserException>(() => ImageDecoder.Decode(Path.Combine(folder.Path, "nowhere.png"))).Message
        );
        Assert.Contains("0 bytes", Assert.Throws<UserException>(() => ImageDecoder.Decode(folder.Write("empty.png", ""))).Message);
        Assert.Contains(
            "text.png",
            Assert.Throws<UserException>(() => ImageDecoder.Decode(folder.Write("text.png", "no image, but words"))).Message
        );
        Assert.Contains(folder.Path, Assert.Throws<UserException>(() => ImageDecoder.Decode(folder.Path)).Message);
    }

    [Theory]
    [InlineData(50_000, 50_000, true)]
    [InlineData(13_378, 13_377, true)]
    [InlineData(1_000, 1_000, false)]
    public void A_header_that_promises_more_pixels_than_Pillow_allows_is_refused_before_memory_is_taken(
        int width,
        int height,
        bool tooLarge
    )
    {
        var message = Assert.Throws<UserException>(() => ImageDecoder.Decode(ImagePng.Bytes(width, height, 8, 0, [0]), "bomb.png")).Message;
        Assert.Equal(tooLarge, message.Contains("limit of 178956970", StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_image_is_refused()
    {
        var data = ImagePng.Bytes(64, 64, 8, 0, [.. Enumerable.Range(0, 64 * 65).Select(i => i % 65 == 0 ? (byte)0 : (byte)(i * 37))]);
        data[^40] ^= 0x55;
        Assert.Contains("bad.png", Assert.Throws<UserException>(() => ImageDecoder.Decode(data, "bad.png")).Message);
    }

    [Fact]
    public void Sixteen_bit_gray_is_clipped_and_not_shifted()
    {
        int[] values = [0, 1, 2, 3, 4, 100, 127, 128, 254, 255, 256, 257, 300, 4095, 32768, 65535];
        var image = ImageDecoder.Decode(
            ImagePng.Bytes(16, 1, 16, 0, [0, .. values.SelectMany(value => new[] { (byte)(value >> 8), (byte)value })]),
            "gray16"
        );
        Assert.Equal(values.SelectMany(value => Enumerable.Repeat((byte)Math.Min(value, 255), 3)), image.Pixels);
    }

    [Fact]
    public void Alpha_is_dropped_and_not_composited()
    {
        byte[] pixels = [200, 100, 50, 0, 10, 20, 30, 128];
        Assert.Equal([200, 100, 50, 10, 20, 30], ImageDecoder.Decode(ImagePng.Bytes(2, 1, 8, 6, [0, .. pixels]), "rgba").Pixels);
    }

    [Fact]
    public void A_transparent_pixel_of_a_GIF_keeps_its_palette_colour_and_what_the_frame_leaves_open_has_that_colour_too()
    {
        // A 2 x 1 screen with the palette red, green; a frame of one pixel, index 1, transparent index 1.
        byte[] gif =
        [
            .. "GIF89a"u8,
            2,
            0,
            1,
            0,
            0x80,
            0,
            0,
            255,
            0,
            0,
            0,
            255,
            0,
            0x21,
            0xF9,
            4,
            1,
            0,
            0,
            1,
            0,
            0x2C,
            0,
            0,
            0,
            0,
            1,
            0,
            1,
            0,
            0,
            2,
            2,
            0x4C,
            0x01,
            0,
            0x3B,
        ];
        Assert.Equal([0, 255, 0, 0, 255, 0], ImageDecoder.Decode(gif, "small.gif").Pixels);
    }

    [Fact]
    public void Rendering_a_flipped_file_mirrors_its_pixels() =>
        ImageGolden.ForEachImage(
            (_, path) =>
            {
                var (plain, flipped) = (
                    ImageRenderer.Render(new ImageSource.File(path)),
                    ImageRenderer.Render(new ImageSource.Flipped(new ImageSource.File(path)))
                );
                Assert.Equal(plain.Pixels.AsSpan(0, 3), flipped.Pixels.AsSpan(3 * (plain.Width - 1), 3));
                Assert.Equal(plain.Pixels, ImageEdits.Flip(flipped).Pixels);
            }
        );
}

/// <summary>The cases of golden/images.</summary>
static class ImageGolden
{
    public static void ForEachImage(Action<JsonElement, string> check)
    {
        var index = Golden.PathOf("images", "images.json");
        foreach (var golden in File.Exists(index) ? Golden.Json(index).GetProperty("images").EnumerateArray().ToArray() : [])
        {
            check(golden, Golden.PathOf("images", "inputs", golden.GetProperty("file").GetString()!));
        }
    }

    public static string Sha(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
