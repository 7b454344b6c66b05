namespace SVco.Core.Data;

/// <summary>Decoded pixels: 8 bits a channel, row-major, red green blue [height, width, 3].</summary>
public sealed record RgbImage
{
    /// <summary>Wraps pixels; the array is not copied and must not be written afterwards.</summary>
    /// <exception cref="ArgumentException">The array does not hold height x width x 3 bytes.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        if (width <= 0 || height <= 0 || pixels.LongLength != 3L * width * height)
        {
            throw new ArgumentException($"{pixels.LongLength} bytes are not {height} x {width} x 3 pixels.", nameof(pixels));
        }

        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The bytes [height, width, 3].</summary>
    public byte[] Pixels { get; }
}
