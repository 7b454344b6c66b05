using SkiaSharp;
using SVco.Core.Data;
using SVco.Evaluation.Report.Evaluations;
using SVco.Models.Images;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Report.Evaluations;

public sealed class ThumbnailTests : IDisposable
{
    // Decoded at a half and at a whole, then compressed: a few grey levels of 255 in a smooth picture.
    const double Near = 4;

    readonly TemporaryFolder work = new();

    public void Dispose() => work.Dispose();

    [Theory]
    [InlineData(1000, 600)]
    [InlineData(300, 2400)]
    [InlineData(90, 40)]
    public void A_photograph_decoded_at_a_part_of_its_size_looks_like_the_whole(int width, int height)
    {
        byte[] pixels =
        [
            .. Enumerable
                .Range(0, width * height)
                .SelectMany(at => new[] { (byte)(255 * (at % width) / width), (byte)(255 * (at / width) / height), (byte)128 }),
        ];
        using (var bitmap = Bitmaps.Of(new RgbImage(width, height, pixels)))
        using (var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95))
        using (var png = bitmap.Encode(SKEncodedImageFormat.Png, 100))
        {
            File.WriteAllBytes(work.At("a.jpg"), jpeg.ToArray());
            File.WriteAllBytes(work.At("a.png"), png.ToArray());
        }

        using var part = Small("a.jpg");
        using var whole = Small("a.png");

        Assert.Equal((whole.Width, whole.Height), (part.Width, part.Height));
        Assert.Equal(Math.Min(256, Math.Max(width, height)), Math.Max(part.Width, part.Height));
        Assert.InRange(
            part.Pixels.Zip(whole.Pixels)
                .Average(pair => Math.Abs(pair.First.Red - pair.Second.Red) + Math.Abs(pair.First.Green - pair.Second.Green)),
            0,
            Near
        );
    }

    [Fact]
    public void A_photograph_that_is_cut_off_is_told()
    {
        using (var bitmap = Bitmaps.Of(new RgbImage(1000, 1000, [.. Enumerable.Range(0, 3_000_000).Select(at => (byte)(at * 7919 >> 5))])))
        using (var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95))
        {
            File.WriteAllBytes(work.At("cut.jpg"), jpeg.ToArray()[..((int)jpeg.Size / 2)]);
        }

        var thumbnail = new Thumbnails(null).Of(new ImageSource.File(work.At("cut.jpg")));

        Assert.Null(thumbnail.Address);
        Assert.Contains("cut.jpg", thumbnail.Fault);
    }

    SKBitmap Small(string file) =>
        SKBitmap.Decode(
            Convert.FromBase64String(new Thumbnails(null).Of(new ImageSource.File(work.At(file))).Address![Thumbnail.Scheme.Length..])
        );
}
