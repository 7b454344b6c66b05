using System.Numerics;
using System.Runtime.InteropServices;
using SVco.Core.Data;

namespace SVco.Models.Images;

/// <summary>
/// Pillow's bicubic resize, bit for bit (golden/images): horizontal pass first, weights with 22 fraction bits, rounded to bytes after each
/// pass, a pass that changes nothing left out.
/// </summary>
public static class PilBicubic
{
    const int FractionBits = 22;
    const int Half = 1 << (FractionBits - 1);

    /// <summary>Resizes an image; equal sizes give the same image.</summary>
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var wide = width == image.Width ? image : ResizeRows(image, width);
        return height == wide.Height ? wide : ResizeColumns(wide, height);
    }

    static RgbImage ResizeRows(RgbImage image, int width)
    {
        var lanes = Vector<int>.Count;
        var windows = Windows.Of(image.Width, width);
        // Three vectors hold the channels of as many pixels as a vector has lanes, so a lane always meets the same channel.
        var block = 3 * lanes;
        var taps = (windows.Taps + lanes - 1) / lanes * lanes;
        var weights = new int[width * taps * 3];
        for (var x = 0; x < width; x++)
        {
            for (var tap = 0; tap < windows.Counts[x]; tap++)
            {
                weights.AsSpan((x * taps + tap) * 3, 3).Fill(windows.Weights[x * windows.Taps + tap]);
            }
        }

        var result = new byte[3 * width * image.Height];
        var row = new int[3 * (image.Width + taps)];
        Span<int> sums = stackalloc int[block];
        for (var y = 0; y < image.Height; y++)
        {
            Widen(image.Pixels.AsSpan(3 * image.Width * y, 3 * image.Width), row);
            for (var x = 0; x < width; x++)
            {
                var pixels = MemoryMarshal.Cast<int, Vector<int>>(row.AsSpan(3 * windows.Starts[x], 3 * taps));
                var factors = MemoryMarshal.Cast<int, Vector<int>>(weights.AsSpan(3 * taps * x, 3 * taps));
                var (a, b, c) = (Vector<int>.Zero, Vector<int>.Zero, Vector<int>.Zero);
                for (var i = 0; i + 2 < factors.Length; i += 3)
                {
                    a += pixels[i] * factors[i];
                    b += pixels[i + 1] * factors[i + 1];
                    c += pixels[i + 2] * factors[i + 2];
                }

                a.CopyTo(sums);
                b.CopyTo(sums[lanes..]);
                c.CopyTo(sums[(2 * lanes)..]);
                for (var channel = 0; channel < 3; channel++)
                {
                    var sum = 0;
                    for (var i = channel; i < block; i += 3)
                    {
                        sum += sums[i];
                    }

                    result[3 * (width * y + x) + channel] = Rounded(sum);
                }
            }
        }

        return new(width, image.Height, result);
    }

    static RgbImage ResizeColumns(RgbImage image, int height)
    {
        var windows = Windows.Of(image.Height, height);
        var stride = 3 * image.Width;
        var result = new byte[stride * height];
        var (row, sums) = (new int[stride], new int[stride]);
        for (var y = 0; y < height; y++)
        {
            Array.Clear(sums);
            for (var tap = 0; tap < windows.Counts[y]; tap++)
            {
                Widen(image.Pixels.AsSpan(stride * (windows.Starts[y] + tap), stride), row);
                AddScaled(sums, row, windows.Weights[y * windows.Taps + tap]);
            }

            var line = result.AsSpan(stride * y, stride);
            for (var i = 0; i < stride; i++)
            {
                line[i] = Rounded(sums[i]);
            }
        }

        return new(image.Width, height, result);
    }

    static void AddScaled(int[] sums, int[] row, int weight)
    {
        var targets = MemoryMarshal.Cast<int, Vector<int>>(sums.AsSpan());
        var values = MemoryMarshal.Cast<int, Vector<int>>(row.AsSpan());
        var factor = new Vector<int>(weight);
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] += values[i] * factor;
        }

        for (var i = targets.Length * Vector<int>.Count; i < sums.Length; i++)
        {
            sums[i] += row[i] * weight;
        }
    }

    static void Widen(ReadOnlySpan<byte> bytes, Span<int> integers)
    {
        var step = Vector<byte>.Count;
        var done = 0;
        for (; done + step <= bytes.Length; done += step)
        {
            Vector.Widen(new Vector<byte>(bytes[done..]), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            Vector.AsVectorInt32(first).CopyTo(integers[done..]);
            Vector.AsVectorInt32(second).CopyTo(integers[(done + step / 4)..]);
            Vector.AsVectorInt32(third).CopyTo(integers[(done + step / 2)..]);
            Vector.AsVectorInt32(fourth).CopyTo(integers[(done + 3 * step / 4)..]);
        }

        for (; done < bytes.Length; done++)
        {
            integers[done] = bytes[done];
        }
    }

    static byte Rounded(int sum) => (byte)Math.Clamp((sum + Half) >> FractionBits, 0, 255);

    /// <summary>For each output position: where its window begins, how many inputs it has, and their weights [outputs, Taps].</summary>
    sealed record Windows(int[] Starts, int[] Counts, int[] Weights, int Taps)
    {
        public static Windows Of(int inputs, int outputs)
        {
            var scale = (double)inputs / outputs;
            var filterScale = Math.Max(scale, 1);
            var support = 2 * filterScale;
            var inverse = 1 / filterScale;
            var taps = (int)Math.Ceiling(support) * 2 + 1;
            var (starts, counts, weights) = (new int[outputs], new int[outputs], new int[outputs * taps]);
            var shares = new double[taps];
            for (var i = 0; i < outputs; i++)
            {
                var centre = (i + 0.5) * scale;
                var start = Math.Max((int)(centre - support + 0.5), 0);
                var count = Math.Min((int)(centre + support + 0.5), inputs) - start;
                var sum = 0.0;
                for (var k = 0; k < count; k++)
                {
                    shares[k] = Keys((k + start - centre + 0.5) * inverse);
                    sum += shares[k];
                }

                for (var k = 0; k < count; k++)
                {
                    var scaled = shares[k] / sum * (1 << FractionBits);
                    weights[i * taps + k] = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
                }

                (starts[i], counts[i]) = (start, count);
            }

            return new(starts, counts, weights, taps);
        }

        /// <summary>Keys' cubic with a = -1/2.</summary>
        static double Keys(double x)
        {
            const double A = -0.5;
            x = Math.Abs(x);
            return x < 1 ? ((A + 2) * x - (A + 3)) * x * x + 1
                : x < 2 ? (((x - 5) * x + 8) * x - 4) * A
                : 0;
        }
    }
}
