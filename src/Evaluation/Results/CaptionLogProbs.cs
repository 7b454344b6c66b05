using System.Collections.Immutable;
using SVco.Core.Statistics;

namespace SVco.Evaluation.Results;

/// <summary>A caption as a model scored it under three image conditions (the paper's Fig. 2).</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Caption">Whose caption it is, such as "original" or "edited".</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Matching">The log-probability of each token beside the image that the caption describes, in nats.</param>
/// <param name="Mismatching">Beside the pair's other image.</param>
/// <param name="None">Without an image.</param>
public sealed record CaptionLogProbs(
    string Model,
    string Caption,
    ImmutableArray<string> Tokens,
    ImmutableArray<double> Matching,
    ImmutableArray<double> Mismatching,
    ImmutableArray<double> None
)
{
    /// <summary>Which tokens differ from the pair's other caption; empty where that was not asked.</summary>
    public ImmutableArray<bool> Contrast { get; init; } = [];

    /// <summary>Names the pair that it belongs to by the content of its texts and images; empty where that was not recorded.</summary>
    public string Content { get; init; } = "";

    /// <summary>The log-probabilities under a condition of <see cref="CaptionPerplexity.Images"/>.</summary>
    public ImmutableArray<double> Under(string image) =>
        image switch
        {
            "matching" => Matching,
            "mismatching" => Mismatching,
            "none" => None,
            _ => throw new ArgumentException($"{image} is no image condition.", nameof(image)),
        };
}

/// <summary>The perplexity of many captions under an image condition.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Caption">Whose captions.</param>
/// <param name="Tokens">"all" or "contrast": over which tokens.</param>
/// <param name="Image">One of <see cref="CaptionPerplexity.Images"/>.</param>
/// <param name="Value">exp of the mean negative log-probability of all tokens of all captions.</param>
/// <param name="Interval">The 95 % percentile interval, captions drawn.</param>
/// <param name="Captions">How many captions.</param>
public sealed record MeasuredPerplexity(
    string Model,
    string Caption,
    string Tokens,
    string Image,
    double Value,
    Bounds Interval,
    int Captions
)
{
    /// <summary>The perplexities of captions, in their models' order.</summary>
    /// <param name="captions">Scored captions; for each a log-probability under each condition for each token.</param>
    /// <param name="resamples">How many samples are drawn for an interval.</param>
    /// <exception cref="ArgumentException">A caption has another number of log-probabilities than of tokens.</exception>
    public static ImmutableArray<MeasuredPerplexity> Of(IReadOnlyCollection<CaptionLogProbs> captions, int resamples = Bootstrap.Resamples)
    {
        var odd = captions.FirstOrDefault(caption =>
            CaptionPerplexity.Images.Any(image => caption.Under(image).Length != caption.Tokens.Length)
            || (!caption.Contrast.IsEmpty && caption.Contrast.Length != caption.Tokens.Length)
        );
        return odd is null
            ?
            [
                .. from tokens in new[] { "all", "contrast" }
                from caption in captions.GroupBy(caption => (caption.Model, caption.Caption))
                from image in CaptionPerplexity.Images
                let sums = Sums(caption, tokens, image)
                where sums.Length > 0
                select Of(caption.Key.Model, caption.Key.Caption, tokens, image, sums, resamples),
            ]
            : throw new ArgumentException(
                $"The caption \"{string.Concat(odd.Tokens)}\" has not one log-probability for each token.",
                nameof(captions)
            );
    }

    static MeasuredPerplexity Of(string model, string caption, string tokens, string image, (double Sum, int Count)[] sums, int resamples)
    {
        var all = Enumerable.Range(0, sums.Length).ToArray();
        var bootstrap = Bootstrap.Of(sums.Length, Perplexity, resamples, seed: 0);
        return new(model, caption, tokens, image, Perplexity(all), bootstrap.Percentiles(), sums.Length);

        double Perplexity(int[] drawn)
        {
            var (sum, count) = (0.0, 0);
            foreach (var at in drawn)
            {
                (sum, count) = (sum + sums[at].Sum, count + sums[at].Count);
            }

            return Math.Exp(-sum / count);
        }
    }

    /// <summary>Of each caption that has such tokens, the sum of their log-probabilities and their number.</summary>
    static (double Sum, int Count)[] Sums(IEnumerable<CaptionLogProbs> captions, string tokens, string image) =>
        [
            .. captions
                .Select(caption =>
                    caption.Under(image).Where((_, at) => tokens == "all" || (!caption.Contrast.IsEmpty && caption.Contrast[at]))
                )
                .Select(chosen => (chosen.Sum(), chosen.Count()))
                .Where(sum => sum.Item2 > 0),
        ];
}
