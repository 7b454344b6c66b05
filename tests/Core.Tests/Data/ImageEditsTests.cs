using FsCheck;
using FsCheck.Xunit;
using SVco.Core.Data;

namespace SVco.Core.Tests;

public class ImageEditsTests
{
    static RgbImage Picture(int width, int height, ulong seed)
    {
        var random = new SplitMix64(seed);
        return new(width, height, [.. Enumerable.Range(0, 3 * width * height).Select(_ => (byte)random.Below(256))]);
    }

    static RgbImage Picture(byte width, byte height, ulong seed) => Picture(width % 40 + 1, height % 40 + 1, seed);

    [Property]
    public bool Flip_is_an_involution(byte width, byte height, ulong seed) =>
        ImageEdits.Flip(ImageEdits.Flip(Picture(width, height, seed))).Pixels.SequenceEqual(Picture(width, height, seed).Pixels);

    [Fact]
    public void Flip_mirrors_the_rows() =>
        Assert.Equal<byte>(
            [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9],
            ImageEdits.Flip(new(2, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])).Pixels
        );

    [Fact]
    public void Crop_takes_the_box() =>
        Assert.Equal<byte>(
            [4, 5, 6, 10, 11, 12],
            ImageEdits.Crop(new(2, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), new(1, 0, 1, 2)).Pixels
        );

    [Property]
    public bool A_crop_lies_inside_the_image(PositiveInt width, PositiveInt height, ulong seed) =>
        ImageEdits.RandomCropBox(width.Get, height.Get, 0.01, 0.2, seed) is var box
        && box is { Left: >= 0, Top: >= 0, Width: > 0, Height: > 0 }
        && box.Left + box.Width <= width.Get
        && box.Top + box.Height <= height.Get;

    [Property]
    public bool A_crop_has_the_share_and_the_aspect_asked_for_up_to_rounding(ulong seed)
    {
        // At 4000 x 3000 the smallest crop is 300 pixels wide, so rounding changes share and aspect by less than 1 %.
        var box = ImageEdits.RandomCropBox(4000, 3000, 0.01, 0.2, seed);
        var (share, aspect) = (box.Width * (double)box.Height / (4000 * 3000), box.Width / (double)box.Height);
        return share is > 0.01 * 0.99 and < 0.2 * 1.01 && aspect is > 0.75 * 0.99 and < 4.0 / 3 * 1.01;
    }

    [Fact]
    public void Crops_are_spread_evenly_over_scales_and_logarithms_of_aspects()
    {
        // Means of 4000 uniform draws lie within 4 standard errors (range / sqrt(12 * 4000)) of the middle.
        var boxes = Enumerable.Range(0, 4000).Select(seed => ImageEdits.RandomCropBox(4000, 3000, 0.01, 0.2, (ulong)seed)).ToList();
        Assert.Equal(0.105, boxes.Average(box => box.Width * (double)box.Height / (4000 * 3000)), 0.0035);
        Assert.Equal(0, boxes.Average(box => Math.Log(box.Width / (double)box.Height)), 0.0105);
        Assert.Equal(0.5, boxes.Average(box => box.Left / (double)(4000 - box.Width)), 0.019);
    }

    [Theory]
    [InlineData(1000, 10, 493, 0, 13, 10)]
    [InlineData(10, 1000, 0, 493, 10, 13)]
    public void An_image_that_no_draw_fits_gives_its_largest_central_box(
        int width,
        int height,
        int left,
        int top,
        int boxWidth,
        int boxHeight
    ) => Assert.Equal(new CropBox(left, top, boxWidth, boxHeight), ImageEdits.RandomCropBox(width, height, 0.9, 1, seed: 1));

    [Property]
    public bool No_diffusion_step_leaves_the_image(byte width, byte height, ulong seed) =>
        ImageEdits.DiffusionNoise(Picture(width, height, seed), 0, seed).Pixels.SequenceEqual(Picture(width, height, seed).Pixels);

    [Fact]
    public void Noise_has_the_mean_and_spread_of_the_forward_process()
    {
        // A grey of 160 at step 100: 30000 draws, tolerances of four standard errors; clipping is 3 standard deviations away.
        var noisy = ImageEdits.DiffusionNoise(new(100, 100, [.. Enumerable.Repeat((byte)160, 30_000)]), 100, seed: 3).Pixels;
        var kept = ImageEdits.SignalShare(100);
        var (mean, spread) = (Math.Sqrt(kept) * (160 - 127.5) + 127.5, 127.5 * Math.Sqrt(1 - kept));
        Assert.Equal(mean, noisy.Average(pixel => pixel), 4 * spread / Math.Sqrt(30_000));
        Assert.Equal(spread, Math.Sqrt(noisy.Average(pixel => Math.Pow(pixel - mean, 2))), 4 * spread / Math.Sqrt(2 * 30_000));
    }

    [Fact]
    public void The_share_of_signal_is_that_of_DDPM()
    {
        Assert.Equal(1, ImageEdits.SignalShare(0));
        Assert.Equal(1 - 1e-4, ImageEdits.SignalShare(1), 1e-15);

        // Ho et al. 2020, section 4: the last step is nearly an isotropic Gaussian; the product of the thousand factors is 4.04e-5.
        Assert.Equal(4.0358e-5, ImageEdits.SignalShare(1000), 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageEdits.SignalShare(1001));
    }

    [Fact]
    public void A_description_is_rendered_from_the_inside_out()
    {
        var file = Picture(30, 20, 1);
        var source = new ImageSource.Flipped(
            new ImageSource.RandomCrop(new ImageSource.DiffusionNoise(new ImageSource.File("a.png"), 50, 2), 0.1, 0.2, 3)
        );
        var expected = ImageEdits.Flip(ImageEdits.RandomCrop(ImageEdits.DiffusionNoise(file, 50, 2), 0.1, 0.2, 3));
        Assert.Equal(
            expected.Pixels,
            ImageEdits.Render(source, image => image == new ImageSource.File("a.png") ? file : throw new InvalidOperationException()).Pixels
        );
    }

    [Fact]
    public void SplitMix64_gives_the_published_numbers()
    {
        // The values for seed 1234567 that the authors' C code prints.
        var random = new SplitMix64(1234567);
        Assert.Equal<ulong>(
            [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821],
            [.. Enumerable.Range(0, 5).Select(_ => random.Next())]
        );
    }
}
