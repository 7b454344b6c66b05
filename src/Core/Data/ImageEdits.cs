using System.Diagnostics;

namespace SVco.Core.Data;

/// <summary>A rectangle of an image in pixels.</summary>
public readonly record struct CropBox(int Left, int Top, int Width, int Height);

/// <summary>What an <see cref="ImageSource"/> does to pixels; pure and equal for equal seeds.</summary>
public static class ImageEdits
{
    const int DiffusionSteps = 1000;
    const int CropAttempts = 10;
    const double NarrowestAspect = 3.0 / 4;
    const double WidestAspect = 4.0 / 3;

    /// <summary>The pixels an image description stands for.</summary>
    /// <param name="source">The description.</param>
    /// <param name="decode">Decodes the bytes of a file or of what stands in the data.</param>
    public static RgbImage Render(ImageSource source, Func<ImageSource, RgbImage> decode) =>
        source switch
        {
            ImageSource.File or ImageSource.Inline => decode(source),
            ImageSource.Drawn picture => picture.Draw(),
            ImageSource.Flipped(var of) => Flip(Render(of, decode)),
            ImageSource.RandomCrop(var of, var minScale, var maxScale, var seed) => RandomCrop(
                Render(of, decode),
                minScale,
                maxScale,
                seed
            ),
            ImageSource.DiffusionNoise(var of, var step, var seed) => DiffusionNoise(Render(of, decode), step, seed),
            _ => throw new UnreachableException(),
        };

    /// <summary>The mirror image, left and right exchanged.</summary>
    public static RgbImage Flip(RgbImage image)
    {
        var flipped = new byte[image.Pixels.Length];
        for (var row = 0; row < image.Height; row++)
        {
            for (var column = 0; column < image.Width; column++)
            {
                var to = 3 * ((long)row * image.Width + column);
                var from = 3 * ((long)row * image.Width + image.Width - 1 - column);
                (flipped[to], flipped[to + 1], flipped[to + 2]) = (image.Pixels[from], image.Pixels[from + 1], image.Pixels[from + 2]);
            }
        }

        return new(image.Width, image.Height, flipped);
    }

    /// <summary>A part of an image.</summary>
    public static RgbImage Crop(RgbImage image, CropBox box)
    {
        var cropped = new byte[3L * box.Width * box.Height];
        for (var row = 0; row < box.Height; row++)
        {
            Array.Copy(image.Pixels, 3 * ((long)(box.Top + row) * image.Width + box.Left), cropped, 3L * row * box.Width, 3L * box.Width);
        }

        return new(box.Width, box.Height, cropped);
    }

    /// <summary>The cropped part of <see cref="RandomCropBox"/>; the image processor resizes it.</summary>
    public static RgbImage RandomCrop(RgbImage image, double minScale, double maxScale, ulong seed) =>
        Crop(image, RandomCropBox(image.Width, image.Height, minScale, maxScale, seed));

    /// <summary>
    /// The box of torchvision's RandomResizedCrop: its area is a uniform share of the image, the logarithm of its aspect ratio uniform
    /// between those of 3/4 and 4/3, its place uniform; when ten draws do not fit, the largest central box of an allowed aspect ratio.
    /// </summary>
    public static CropBox RandomCropBox(int width, int height, double minScale, double maxScale, ulong seed)
    {
        var random = new SplitMix64(seed);
        for (var attempt = 0; attempt < CropAttempts; attempt++)
        {
            var area = (double)width * height * random.Uniform(minScale, maxScale);
            var aspect = Math.Exp(random.Uniform(Math.Log(NarrowestAspect), Math.Log(WidestAspect)));
            var boxWidth = (int)Math.Round(Math.Sqrt(area * aspect));
            var boxHeight = (int)Math.Round(Math.Sqrt(area / aspect));
            if (boxWidth > 0 && boxWidth <= width && boxHeight > 0 && boxHeight <= height)
            {
                var top = random.Below(height - boxHeight + 1);
                return new(random.Below(width - boxWidth + 1), top, boxWidth, boxHeight);
            }
        }

        var (fallbackWidth, fallbackHeight) = ((double)width / height) switch
        {
            < NarrowestAspect => (width, (int)Math.Round(width / NarrowestAspect)),
            > WidestAspect => ((int)Math.Round(height * WidestAspect), height),
            _ => (width, height),
        };
        return new((width - fallbackWidth) / 2, (height - fallbackHeight) / 2, fallbackWidth, fallbackHeight);
    }

    /// <summary>
    /// The forward process of DDPM (Ho et al. 2020, arXiv 2006.11239, Eq. 4) on pixels scaled to -1..1:
    /// sqrt(abar) * x + sqrt(1 - abar) * noise, rounded and clipped back to bytes.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="step">0 (the image as it is) to 1000 (noise).</param>
    /// <param name="seed">The seed of the noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is outside 0..1000.</exception>
    public static RgbImage DiffusionNoise(RgbImage image, int step, ulong seed)
    {
        var kept = SignalShare(step);
        var (signal, noise) = (Math.Sqrt(kept), Math.Sqrt(1 - kept));
        var random = new SplitMix64(seed);
        var noisy = new byte[image.Pixels.LongLength];
        for (long index = 0; index < noisy.LongLength; index += 2)
        {
            var (first, second) = random.Gaussians();
            noisy[index] = Noisy(image.Pixels[index], first);
            if (index + 1 < noisy.LongLength)
            {
                noisy[index + 1] = Noisy(image.Pixels[index + 1], second);
            }
        }

        return new(image.Width, image.Height, noisy);

        byte Noisy(byte pixel, double gaussian) =>
            (byte)Math.Clamp(Math.Round((signal * (pixel / 127.5 - 1) + noise * gaussian + 1) * 127.5), 0, 255);
    }

    /// <summary>abar of DDPM: the product of 1 - beta over the first steps of 1000, beta rising linearly from 1e-4 to 0.02.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is outside 0..1000.</exception>
    public static double SignalShare(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, DiffusionSteps);
        return Enumerable
            .Range(0, step)
            .Aggregate(1.0, (kept, index) => kept * (1 - (1e-4 + (0.02 - 1e-4) * index / (DiffusionSteps - 1))));
    }
}
