using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Core.Data;
using SVco.Models.Images;

namespace SVco.Scripting.Printing;

/// <summary>An image in the terminal.</summary>
/// <param name="image">Its pixels.</param>
/// <param name="way">How the terminal shows it.</param>
sealed class Picture(RgbImage image, PictureWay way) : Renderable
{
    const int MostColumns = 72;
    const int MostRows = 16;

    // Where pixels can be shown, images up to this width are shown as they are.
    const int MostPixels = 640;

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        if (way == PictureWay.None)
        {
            return [new Segment($"image {image.Width} x {image.Height}"), Segment.LineBreak];
        }

        if (way == PictureWay.Blocks)
        {
            return Blocks(Resizing.Within(image, Math.Min(maxWidth, MostColumns), 2 * MostRows));
        }

        var shown = Resizing.Within(image, MostPixels, MostPixels);
        return [Segment.Control(way == PictureWay.Kitty ? Kitty(shown) : Sixel.Of(shown)), Segment.LineBreak];
    }

    static IEnumerable<Segment> Blocks(RgbImage image)
    {
        for (var row = 0; row < image.Height; row += 2)
        {
            for (var column = 0; column < image.Width; column++)
            {
                yield return new Segment(
                    "▀",
                    new Style(At(image, row, column), row + 1 < image.Height ? At(image, row + 1, column) : Color.Default)
                );
            }

            yield return Segment.LineBreak;
        }
    }

    static Color At(RgbImage image, int row, int column)
    {
        var pixel = image.Pixels.AsSpan(3 * (row * image.Width + column), 3);
        return new(pixel[0], pixel[1], pixel[2]);
    }

    /// <summary>A PNG in pieces of at most 4096 letters (kitty's graphics protocol: f=100 is PNG, a=T shows it, m=1 says that more follows).</summary>
    internal static string Kitty(RgbImage image)
    {
        var png = new MemoryStream();
        Bitmaps.WritePng(image, png);
        var pieces = Convert.ToBase64String(png.ToArray()).Chunk(4096).Select(piece => new string(piece)).ToArray();
        var text = new StringBuilder();
        foreach (var (index, piece) in pieces.Index())
        {
            text.Append("\u001b_G").Append(index == 0 ? "f=100,a=T," : "").Append(index < pieces.Length - 1 ? "m=1;" : "m=0;");
            text.Append(piece).Append("\u001b\\");
        }

        return text.ToString();
    }
}
