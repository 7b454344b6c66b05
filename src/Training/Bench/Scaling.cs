using System.Collections.Immutable;
using System.Globalization;
using MathNet.Numerics;
using MathNet.Numerics.Statistics;
using SVco.Core.Statistics;

namespace SVco.Training.Bench;

/// <summary>One size of a batch and what a step of it took.</summary>
/// <param name="Varied">Which of the numbers differs from the others' common one: pairs, image tokens or response.</param>
/// <param name="Settings">The batch.</param>
/// <param name="Rounds">Each round's measurement.</param>
public sealed record ScalingPoint(string Varied, BenchSettings Settings, ImmutableArray<BenchResult> Rounds)
{
    /// <summary>Distinct tokens, which go through the decoder.</summary>
    public long Tokens => Rounds[0].Tokens;

    /// <summary>Median seconds of a step over the rounds.</summary>
    public double Seconds => Rounds.Select(round => round.Median).Median();
}

/// <summary>
/// What a step costs as batches grow, one number at a time: with reference and vision features given it should be a line over the number of
/// distinct tokens.
/// </summary>
/// <param name="Points">The sizes.</param>
public sealed record Scaling(ImmutableArray<ScalingPoint> Points)
{
    static readonly ImmutableArray<int> Pairs = [1, 2, 4, 8];
    static readonly ImmutableArray<int> ImageTokens = [144, 324, 576, 1296, 2304];
    static readonly ImmutableArray<int> Responses = [16, 32, 64, 128, 256, 512];

    /// <summary>The sizes to measure: 1 to 8 pairs, images of 144 to 2304 tokens, responses of 16 to 512.</summary>
    public static IEnumerable<(string Varied, BenchSettings Settings)> Sizes(BenchSettings settings)
    {
        var start = settings with { Way = BenchWay.Packed, ReferenceCached = true, FeaturesCached = true };
        return
        [
            .. Pairs.Select(pairs => ("pairs", start with { Pairs = pairs })),
            .. ImageTokens.Select(tokens => ("image tokens", start with { ImageTokens = tokens })),
            .. Responses.Select(response => (ByResponse, start with { Response = response })),
        ];
    }

    /// <summary>Measures each size in a process of its own, round by round.</summary>
    /// <exception cref="Core.UserException">A process failed.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static Scaling Run(
        BenchSettings settings,
        IReadOnlyList<string> self,
        int rounds,
        Action<string> progress,
        CancellationToken stop
    )
    {
        var sizes = Sizes(settings).ToArray();
        var results = Enumerable
            .Range(1, rounds)
            .Select(round =>
                sizes
                    .Select(size =>
                    {
                        var batch = size.Settings;
                        progress(
                            $"{round}/{rounds} {batch.Pairs} pairs, {BenchGeometry.Of(batch).UsualImageTokens} image tokens, response {batch.Response}"
                        );
                        return BenchRun.Measured(batch, self, stop);
                    })
                    .ToArray()
            )
            .ToArray();
        return new([
            .. sizes.Select((size, index) => new ScalingPoint(size.Varied, size.Settings, [.. results.Select(round => round[index])])),
        ]);
    }

    const string ByResponse = "response";

    /// <summary>Where batches grow by pairs or images. A response's tokens also pay for the output head, so longer ones lie above the line.</summary>
    IEnumerable<ScalingPoint> OnLine => Points.Where(point => point.Varied != ByResponse);

    /// <summary>Seconds over tokens as a straight line, as batches grow by pairs or images.</summary>
    public LinearFit Line => LinearFit.Of([.. OnLine.Select(point => ((double)point.Tokens, point.Seconds))])!;

    /// <summary>The share of these points' variance that the line explains.</summary>
    public double Determination =>
        GoodnessOfFit.CoefficientOfDetermination(
            OnLine.Select(point => Line.Intercept + Line.Slope * point.Tokens),
            OnLine.Select(point => point.Seconds)
        );

    /// <summary>A line a size.</summary>
    public string ToCsv()
    {
        string Line(ScalingPoint point) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{point.Varied},{point.Settings.Pairs},{BenchGeometry.Of(point.Settings).UsualImageTokens},{point.Settings.Query},{point.Settings.Response},{point.Tokens},{point.Seconds:f4},{point.Rounds[0].Operations:f0},{point.Rounds.Max(round => round.PeakBytes) >> 20}"
            );
        return string.Join(
            "\n",
            ["varied,pairs,image_tokens,query,response,distinct_tokens,seconds,operations,peak_mib", .. Points.Select(Line), ""]
        );
    }
}
