using System.Collections.Immutable;
using ScottPlot;
using ScottPlot.Statistics;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Curation;
using SVco.Core.Data;
using SVco.Models.Files;
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

        foreach (var (name, pairs) in new[] { ("contact_kept.png", Spread(kept)), ("contact_refused.png", Spread(refused)) })
        {
            if (!pairs.IsEmpty)
            {
                pictures.Add((name, Sheet(pairs, dataRoot)));
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
        var region = plot.Add.Rectangle(thresholds.SiglipMin, 1, Math.Min(-0.05, all.Min(point => point.Dinov2)), thresholds.Dinov2Max);
        (region.FillColor, region.LineWidth) = (Colors.Green.WithAlpha(0.12), 0);
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

        plot.XLabel($"SigLIP cosine (kept above {thresholds.SiglipMin})");
        plot.YLabel($"DINOv2 cosine (kept below {thresholds.Dinov2Max})");
        plot.Title(all.Length == measured ? $"{measured} measured candidates" : $"{all.Length} of {measured} measured candidates", 13);
        plot.ShowLegend(Alignment.UpperLeft);
        return plot;
    }

    static Plot Histogram(string tower, double[] cosines, double threshold)
    {
        var plot = new Plot();
        var bins = ScottPlot.Statistics.Histogram.WithBinSize(0.02, Math.Min(0, Math.Floor(cosines.Min() * 10) / 10), 1.02);
        bins.AddRange(cosines);
        plot.Add.Histogram(bins, Colors.SteelBlue);
        var line = plot.Add.VerticalLine(threshold, 2, Colors.Green);
        line.LegendText = $"threshold {threshold}";
        plot.Axes.SetLimitsY(0, Math.Max(1, bins.Counts.Max()) * 1.08);
        plot.XLabel($"{tower} cosine of the two images");
        plot.YLabel("candidates");
        plot.ShowLegend(Alignment.UpperLeft);
        return plot;
    }

    // Evenly spread, so that every source and kind has its share.
    static ImmutableArray<Candidate> Spread(Func<IEnumerable<Candidate>> pairs)
    {
        var step = Math.Max(1, (int)Math.Ceiling(pairs().Count() / (double)PairsOfASheet));
        return [.. pairs().Where((_, index) => index % step == 0)];
    }

    static byte[] Sheet(ImmutableArray<Candidate> pairs, string dataRoot)
    {
        var (width, height) = ((2 * Thumbnail) + 2 + Gap, Thumbnail + Gap);
        var rows = (pairs.Length + PairsInARow - 1) / PairsInARow;
        using var sheet = new SKBitmap((width * Math.Min(PairsInARow, pairs.Length)) + Gap, (height * rows) + Gap);
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(SKColors.White);
        foreach (var (index, pair) in pairs.Index())
        {
            var (x, y) = (Gap + (index % PairsInARow * width), Gap + (index / PairsInARow * height));
            Draw(canvas, pair.Positive(dataRoot), x, y);
            Draw(canvas, pair.Negative(dataRoot), x + Thumbnail + 2, y);
        }

        using var data = sheet.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    static void Draw(SKCanvas canvas, ImageSource image, int x, int y)
    {
        var pixels = ImageRenderer.Render(image);
        using var bitmap = new SKBitmap(pixels.Width, pixels.Height);
        bitmap.Pixels =
        [
            .. Enumerable
                .Range(0, pixels.Width * pixels.Height)
                .Select(at => new SKColor(pixels.Pixels[3 * at], pixels.Pixels[(3 * at) + 1], pixels.Pixels[(3 * at) + 2])),
        ];
        var scale = Thumbnail / (float)Math.Max(pixels.Width, pixels.Height);
        using var picture = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(
            picture,
            SKRect.Create(x, y, pixels.Width * scale, pixels.Height * scale),
            new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)
        );
    }
}
