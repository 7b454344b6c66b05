using SVco.Core.Data;

namespace SVco.Scripting.Printing;

/// <summary>Makes images small enough for a terminal.</summary>
static class Resizing
{
    /// <summary>The image with its proportions, each pixel the mean of those it stands for; as it is where it fits.</summary>
    public static RgbImage Within(RgbImage image, int maxWidth, int maxHeight)
    {
        var scale = Math.Min(1, Math.Min((double)maxWidth / image.Width, (double)maxHeight / image.Height));
        if (scale == 1)
        {
            return image;
        }

        var (width, height) = (Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)));
        var pixels = new byte[3 * width * height];
        for (var row = 0; row < height; row++)
        {
            var rows = Covered(row, height, image.Height);
            for (var column = 0; column < width; column++)
            {
                var columns = Covered(column, width, image.Width);
                for (var channel = 0; channel < 3; channel++)
                {
                    pixels[3 * (row * width + column) + channel] = Mean(image, rows, columns, channel);
                }
            }
        }

        return new(width, height, pixels);
    }

    static (int Start, int End) Covered(int place, int places, int size) =>
        ((int)((long)place * size / places), Math.Max((int)((long)place * size / places) + 1, (int)((long)(place + 1) * size / places)));

    static byte Mean(RgbImage image, (int Start, int End) rows, (int Start, int End) columns, int channel)
    {
        var sum = 0L;
        for (var row = rows.Start; row < rows.End; row++)
        {
            for (var column = columns.Start; column < columns.End; column++)
            {
                sum += image.Pixels[3 * (row * image.Width + column) + channel];
            }
        }

        return (byte)(sum / ((rows.End - rows.Start) * (columns.End - columns.Start)));
    }
}
