using System.Globalization;
using System.Text;
using SVco.Core.Data;

namespace SVco.Scripting.Printing;

/// <summary>Images as DEC's sixel: bands of six rows, in each band a row of letters for each colour, each letter six pixels.</summary>
static class Sixel
{
    const int BandHeight = 6;

    // Six steps a channel: 216 colours fit the 256 registers that terminals have.
    const int Steps = 6;

    /// <summary>The control codes that draw an image at the cursor.</summary>
    public static string Of(RgbImage image)
    {
        var text = new StringBuilder("\u001bPq");
        text.Append(CultureInfo.InvariantCulture, $"\"1;1;{image.Width};{image.Height}");
        var colours = Colours(image);
        foreach (var colour in colours.Distinct().Order())
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"#{colour};2;{Percent(colour / (Steps * Steps))};{Percent(colour / Steps % Steps)};{Percent(colour % Steps)}"
            );
        }

        for (var top = 0; top < image.Height; top += BandHeight)
        {
            AppendBand(text, colours, image, top);
            text.Append('-');
        }

        return text.Append("\u001b\\").ToString();
    }

    /// <summary>Each pixel's colour register [height, width].</summary>
    static int[] Colours(RgbImage image) =>
        [
            .. image
                .Pixels.Chunk(3)
                .Select(pixel => pixel.Aggregate(0, (colour, channel) => colour * Steps + (channel * (Steps - 1) + 127) / 255)),
        ];

    static int Percent(int step) => step * 100 / (Steps - 1);

    static void AppendBand(StringBuilder text, int[] colours, RgbImage image, int top)
    {
        var rows = Math.Min(BandHeight, image.Height - top);
        foreach (var colour in colours.AsSpan(top * image.Width, rows * image.Width).ToArray().Distinct().Order())
        {
            text.Append(CultureInfo.InvariantCulture, $"#{colour}");
            var (last, count) = ('\0', 0);
            for (var column = 0; column < image.Width; column++)
            {
                var bits = 0;
                for (var row = 0; row < rows; row++)
                {
                    bits |= colours[(top + row) * image.Width + column] == colour ? 1 << row : 0;
                }

                var letter = (char)('?' + bits);
                if (letter != last)
                {
                    AppendRepeated(text, last, count);
                    (last, count) = (letter, 0);
                }

                count++;
            }

            AppendRepeated(text, last, count);
            // Back to the band's left end, for the next colour.
            text.Append('$');
        }
    }

    static void AppendRepeated(StringBuilder text, char letter, int count)
    {
        if (count > 3)
        {
            text.Append(CultureInfo.InvariantCulture, $"!{count}{letter}");
        }
        else
        {
            text.Append(letter, count);
        }
    }
}
