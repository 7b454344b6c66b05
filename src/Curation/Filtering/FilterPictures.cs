using System.Collections.Immutable;
using System.Globalization;
using ScottPlot;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Files;
using SVco.Models.Images;

namespace SVco.Curation.Filtering;

/// <summary>What the filter did, to look at: where the candidates lie between the two cosines, and pairs of either verdict.</summary>
static class FilterPictures
{
    // More points than this hide each other; which ones are drawn is said in the picture.
    const int MostPoints = 20_000;
    const int PairsOfASheet = 40;
    const int PairsInARow = 4;
    const int Thumbnail = 110;
    const int Gap = 12;
    const int TextHeight = 16;
    const int TextSize = 11;
    const int NarrowestSheet = 420;

    /// <summary>Writes cosines.svg, siglip.svg, dinov2.svg, contact_kept.png and contact_refused.png into a folder.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="dataRoot">The folder of the images.</param>
    /// <param name="thresholds">The kept region.</param>
    /// <param name="kept">Gives the kept candidates; called several times.</param>
    /// <param name="refused">Gives the others; likewise.</param>
    /// <returns>The paths written; plots only where cosines were measured, a sheet only where there are pairs.</returns>
    public static ImmutableArray<string> Write(
        string folder,
        string dataRoot,
        Thresholds thresholds,
        Func<IEnumerable<Candidate>> kept,
        Func<IEnumerable<Candidate>> refused
    )
    {
        var (inside, outside) = (Points(kept()), Points(refused()));
        var measured = inside.Length + outside.Length;
        var shown = Math.Max(1, (int)Math.Ceiling(measured / (double)MostPoints));
        List<(string Name, byte[] Content)> pictures = [];
        if (measured > 0)
        {
            pictures.Add(("cosines.svg", Svg(Scatter(Every(inside, shown), Every(outside, shown), thresholds, measured))));
            pictures.Add(
                ("siglip.svg", Svg(Histogram("SigLIP", [.. inside.Concat(outside).Select(point => point.Siglip)], thresholds.SiglipMin)))
            );
            pictures.Add(
                ("dinov2.svg", Svg(Histogram("DINOv2", [.. inside.Concat(outside).Select(point => point.Dinov2)], thresholds.Dinov2Max)))
            );
        }

        foreach (var (verdict, pairs) in new[] { ("kept", kept), ("refused", refused) })
        {
            var (sample, count) = Spread(pairs);
            if (count > 0)
            {
                var title = $"{sample.Length} of {count} {verdict} pairs; cosines in green pass their threshold";
                pictures.Add(($"contact_{verdict}.png", Sheet(title, sample, dataRoot, thresholds)));
            }
        }

        foreach (var (name, content) in pictures)
        {
            AtomicOutput.WriteFile(Path.Combine(folder, name), stream => stream.Write(content));
        }

        return [.. pictures.Select(picture => Path.Combine(folder, picture.Name))];
    }

    static (double Siglip, double Dinov2)[] Points(IEnumerable<Candidate> candidates) =>
        [
            .. candidates
                .Where(candidate => candidate is { SiglipCosine: not null, Dinov2Cosine: not null })
                .Select(candidate => (candidate.SiglipCosine!.Value, candidate.Dinov2Cosine!.Value)),
        ];

    static T[] Every<T>(T[] items, int step) => [.. items.Where((_, index) => index % step == 0)];

    static byte[] Svg(Plot plot) => System.Text.Encoding.UTF8.GetBytes(plot.GetSvgXml(640, 420));

    static Plot Scatter(
        (double Siglip, double Dinov2)[] inside,
        (double Siglip, double Dinov2)[] outside,
        Thresholds thresholds,
        int measured
    )
    {
        var plot = new Plot();
        var all = inside.Concat(outside).ToArray();
        var bottom = Math.Min(all.Min(point => point.Dinov2), thresholds.Dinov2Max) - 0.05;
        var region = plot.Add.Rectangle(thresholds.SiglipMin, 1, bottom, thresholds.Dinov2Max);
        (region.FillColor, region.LineWidth) = (Colors.Green.WithAlpha(0.12), 0);
        region.LegendText = "within both thresholds";
        foreach (var (name, points, color) in new[] { ("refused", outside, Colors.Gray), ("kept", inside, Colors.Green) })
        {
            if (points.Length > 0)
            {
                var drawn = plot.Add.ScatterPoints(
                    points.Select(point => point.Siglip).ToArray(),
                    points.Select(point => point.Dinov2).ToArray(),
                    color
                );
                (drawn.LegendText, drawn.MarkerSize) = (name, 4);
            }
        }

        plot.XLabel($"SigLIP cosine of the two images (threshold {Number(thresholds.SiglipMin)})", 13);
        plot.YLabel($"DINOv2 cosine (threshold {Number(thresholds.Dinov2Max)})", 13);
        plot.Title(all.Length == measured ? $"{measured} measured candidates" : $"{all.Length} of {measured} measured candidates", 13);
        plot.ShowLegend(Alignment.LowerLeft);
        return plot;
    }

    static Plot Histogram(string tower, double[] cosines, double threshold)
    {
        var plot = new Plot();
        var bins = ScottPlot.Statistics.Histogram.WithBinSize(0.02, Math.Min(0, Math.Floor(cosines.Min() * 10) / 10), 1.02);
        bins.AddRange(cosines);
        plot.Add.Histogram(bins, Colors.SteelBlue);
        var line = plot.Add.VerticalLine(threshold, 2, Colors.Green);
        line.LegendText = $"threshold {Number(threshold)}";
        plot.Axes.SetLimitsY(0, Math.Max(1, bins.Counts.Max()) * 1.08);
        plot.XLabel($"{tower} cosine of the two images", 13);
        plot.YLabel("measured candidates", 13);
        plot.ShowLegend(Alignment.UpperLeft);
        return plot;
    }

    static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    // Evenly spread, so that every source and kind has its share.
    static (ImmutableArray<Candidate> Sample, int Count) Spread(Func<IEnumerable<Candidate>> pairs)
    {
        var count = pairs().Count();
        var step = Math.Max(1, (int)Math.Ceiling(count / (double)PairsOfASheet));
        return ([.. pairs().Where((_, index) => index % step == 0)], count);
    }

    static byte[] Sheet(string title, ImmutableArray<Candidate> pairs, string dataRoot, Thresholds thresholds)
    {
        var (width, height) = ((2 * Thumbnail) + 2 + Gap, Thumbnail + TextHeight + Gap);
        var columns = Math.Min(PairsInARow, pairs.Length);
        var rows = (pairs.Length + PairsInARow - 1) / PairsInARow;
        using var sheet = new SKBitmap(Math.Max((width * columns) + Gap, NarrowestSheet), (height * rows) + (2 * Gap) + TextHeight);
        using var canvas = new SKCanvas(sheet);
        using var font = new SKFont(SKTypeface.Default, TextSize);
        canvas.Clear(SKColors.White);
        Text(title, Gap, Gap, SKColors.Black);
        foreach (var (index, pair) in pairs.Index())
        {
            var (x, y) = (Gap + (index % PairsInARow * width), (2 * Gap) + TextHeight + (index / PairsInARow * height));
            Draw(canvas, pair.W(dataRoot), x, y);
            Draw(canvas, pair.L(dataRoot), x + Thumbnail + 2, y);
            var below = y + Thumbnail;
            var from = Text(pair.Kind, x, below, SKColors.DimGray) + Gap;
            from = Cosine("SigLIP", pair.SiglipCosine, value => value > thresholds.SiglipMin, from, below) + (Gap / 2);
            Cosine("DINOv2", pair.Dinov2Cosine, value => value < thresholds.Dinov2Max, from, below);
        }

        using var data = sheet.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();

        float Cosine(string tower, double? cosine, Func<double, bool> passes, float x, float y) =>
            cosine is { } value
                ? Text(
                    string.Create(CultureInfo.InvariantCulture, $"{tower} {value:F2}"),
                    x,
                    y,
                    passes(value) ? SKColors.DarkGreen : SKColors.Firebrick
                )
                : x;

        float Text(string text, float x, float y, SKColor color)
        {
            using var paint = new SKPaint { Color = color, IsAntialias = true };
            canvas.DrawText(text, x, y + TextHeight - 4, font, paint);
            return x + font.MeasureText(text);
        }
    }

    static void Draw(SKCanvas canvas, ImageSource image, int x, int y)
    {
        try
        {
            using var bitmap = Bitmaps.Of(ImageRenderer.Render(image));
            var scale = Thumbnail / (float)Math.Max(bitmap.Width, bitmap.Height);
            using var picture = SKImage.FromBitmap(bitmap);
            canvas.DrawImage(
                picture,
                SKRect.Create(x, y, bitmap.Width * scale, bitmap.Height * scale),
                new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
            );
        }
        catch (UserException)
        {
            // It was measured and has gone since; the verdict stands, so the sheet has a grey place.
            using var grey = new SKPaint { Color = SKColors.LightGray };
            canvas.DrawRect(x, y, Thumbnail, Thumbnail, grey);
        }
    }
}
