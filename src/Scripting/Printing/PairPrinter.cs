using System.Collections.Immutable;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Augmentation;
using SVco.Models.Images;

namespace SVco.Scripting.Printing;

/// <summary>A pair: both images side by side, the query, and the responses with the words in which they differ marked.</summary>
static class PairPrinter
{
    const int Gap = 8;

    public static IRenderable Of(ContrastPair pair, PictureWay way)
    {
        var (w, l) = Words.Diff(pair.W.Response, pair.L.Response);
        var about = string.Join(
            ", ",
            new[] { pair.Id, pair.Source, pair.Type == ContrastType.Unknown ? "" : $"{pair.Type}" }.Where(text => text.Length > 0)
        );
        return new Rows([
            Images(pair, way),
            new Text(about, new Style(decoration: Decoration.Dim)),
            .. pair.SystemPrompt.Length > 0 ? [new Text($"system  {pair.SystemPrompt}")] : Array.Empty<IRenderable>(),
            new Text($"query   {pair.Query}"),
            Marked("W", w, Color.Green),
            Marked("L", l, Color.Red),
        ]);
    }

    /// <summary>Words between brackets stay marked without colours.</summary>
    static Paragraph Marked(string side, ImmutableArray<DiffPiece> pieces, Color color)
    {
        var text = new Paragraph($"{side}       ");
        foreach (var piece in pieces)
        {
            if (!piece.Differs || piece.Text.Trim().Length == 0)
            {
                text.Append(piece.Text);
                continue;
            }

            var word = piece.Text.Trim();
            var start = piece.Text.IndexOf(word, StringComparison.Ordinal);
            text.Append(piece.Text[..start]);
            text.Append($"[{word}]", new Style(color, decoration: Decoration.Bold));
            text.Append(piece.Text[(start + word.Length)..]);
        }

        return text;
    }

    static IRenderable Images(ContrastPair pair, PictureWay way)
    {
        try
        {
            var (w, l) = (ImageRenderer.Render(pair.W.Image), ImageRenderer.Render(pair.L.Image));
            return way == PictureWay.None ? new Rows(new Picture(w, way), new Picture(l, way)) : new Picture(SideBySide(w, l), way);
        }
        catch (UserException error)
        {
            // The texts can be read without.
            return new Text(error.Message, new Style(Color.Red));
        }
    }

    static RgbImage SideBySide(RgbImage w, RgbImage l)
    {
        var (width, height) = (w.Width + Gap + l.Width, Math.Max(w.Height, l.Height));
        var pixels = new byte[3 * width * height];
        Put(w, 0);
        Put(l, w.Width + Gap);
        return new(width, height, pixels);

        void Put(RgbImage image, int left)
        {
            for (var row = 0; row < image.Height; row++)
            {
                image.Pixels.AsSpan(3 * row * image.Width, 3 * image.Width).CopyTo(pixels.AsSpan(3 * (row * width + left)));
            }
        }
    }
}
