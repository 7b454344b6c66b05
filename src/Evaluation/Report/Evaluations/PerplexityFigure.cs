using System.Collections.Immutable;
using SVco.Core;
using SVco.Evaluation.Results;

namespace SVco.Evaluation.Report.Evaluations;

/// <summary>
/// Fig. 2: the perplexity of captions beside the image that they describe, beside another, and without. Where a model neglects images, the
/// three lie close together.
/// </summary>
public static class PerplexityFigure
{
    /// <summary>A panel for each kind of captions and tokens; nothing without captions.</summary>
    /// <param name="perplexities">See <see cref="MeasuredPerplexity.Of(IReadOnlyCollection{CaptionLogProbs}, int)"/>.</param>
    public static Html Of(ImmutableArray<MeasuredPerplexity> perplexities)
    {
        if (perplexities.IsEmpty)
        {
            return Html.Empty;
        }

        var images = CaptionPerplexity.Images;
        var panels = perplexities
            .GroupBy(point => (point.Caption, point.Tokens))
            .Select(
                (panel, at) =>
                    HtmlParts.Figure(
                        Figures.Dots(
                            $"fig2-{at}",
                            $"Perplexity of {panel.Key.Caption} captions over {panel.Key.Tokens} tokens. {string.Join("; ", panel.Select(point => $"{point.Model}, {point.Image} image: {NumberText.Significant(point.Value)}"))}.",
                            "perplexity (logarithmic)",
                            [.. panel.Select(point => point.Model).Distinct()],
                            [.. panel.Select(point => (point.Model, images.IndexOf(point.Image), point.Value, point.Interval))],
                            apart: false,
                            logarithmic: true
                        ),
                        $"Fig. 2. {panel.First().Captions} {panel.Key.Caption} captions, {(panel.Key.Tokens == "all" ? "all tokens" : "the tokens in which the two captions differ")}; whiskers are 95 % bootstrap intervals over captions."
                    )
            );
        return $"{Figures.Legend(images.Select((image, at) => (image == "none" ? "no image" : $"{image} image", at)))}<div class=\"grid\">{panels}</div>";
    }

    /// <summary>The same as tables.</summary>
    /// <param name="perplexities">See <see cref="Of"/>.</param>
    internal static ImmutableArray<Grid> Grids(ImmutableArray<MeasuredPerplexity> perplexities) =>
        [
            .. perplexities
                .GroupBy(point => (point.Caption, point.Tokens))
                .Select(panel => new Grid(
                    $"Perplexity of {panel.Key.Caption} captions, {panel.Key.Tokens} tokens",
                    "exp of the mean negative log-probability of all tokens; in brackets the 95 % bootstrap interval over captions.",
                    "model",
                    [
                        .. CaptionPerplexity.Images.Select(image => new GridHead(image == "none" ? "no image" : $"{image} image")),
                        new("captions"),
                    ],
                    [
                        .. panel
                            .GroupBy(point => point.Model)
                            .Select(model => new GridRow(
                                model.Key,
                                [
                                    .. CaptionPerplexity.Images.Select(image => Cell(model.First(point => point.Image == image))),
                                    new($"{model.First().Captions}"),
                                ]
                            )),
                    ]
                )),
        ];

    static GridCell Cell(MeasuredPerplexity point) =>
        new(
            NumberText.Significant(point.Value),
            double.IsNaN(point.Interval.Low)
                ? ""
                : $"({NumberText.Significant(point.Interval.Low)} to {NumberText.Significant(point.Interval.High)})"
        );
}
