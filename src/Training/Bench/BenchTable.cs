using System.Collections.Immutable;
using System.Globalization;
using MathNet.Numerics.Statistics;

namespace SVco.Training.Bench;

/// <summary>What one process said of a row.</summary>
/// <param name="Seconds">Median seconds of a step.</param>
/// <param name="Tokens">Tokens through the decoder in a forward pass.</param>
/// <param name="PeakMib">Peak resident memory.</param>
/// <param name="OwnMib">Of it the policy's weights, gradients and optimiser state.</param>
/// <param name="Details">Of a row of ours.</param>
public sealed record BenchSample(double Seconds, long Tokens, long PeakMib, long OwnMib, BenchResult? Details)
{
    /// <summary>What a step takes beyond what any way of training must have; the official way's reference model is in it.</summary>
    public long BeyondMib => PeakMib - OwnMib;
}

/// <summary>All samples of the rows, round by round.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Rounds">For each round a sample of each row, by its name.</param>
public sealed record BenchTable(ImmutableArray<BenchRow> Rows, ImmutableArray<ImmutableDictionary<string, BenchSample>> Rounds)
{
    /// <summary>The table in Markdown. Times are medians over the rounds, ratios medians of each round's own ratio.</summary>
    public string ToMarkdown() =>
        string.Join(
            "\n",
            [
                "| | s a step | tokens | GFLOP/s | of the machine's rate | peak MiB | estimated | beyond weights, gradients, moments | time / official | time / tuned | peak / official | beyond / official |",
                "|---|---|---|---|---|---|---|---|---|---|---|---|",
                .. Rows.Select(Line),
            ]
        );

    string Line(BenchRow row)
    {
        var samples = Rounds.Select(round => round[row.Name]).ToArray();
        var details = samples.Select(sample => sample.Details).OfType<BenchResult>().ToArray();
        double? Median(Func<BenchResult, double> value) => details.Length == 0 ? null : details.Select(value).Median();
        double? Ratio(string rival, Func<BenchSample, double> value) =>
            rival.Length == 0 || rival == row.Name ? null : Rounds.Select(round => value(round[row.Name]) / value(round[rival])).Median();
        static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
        string[] cells =
        [
            row.Name,
            Number(samples.Select(sample => sample.Seconds).Median(), "f3"),
            Number(samples[0].Tokens, "f0"),
            Number(Median(result => result.Operations / result.Median / 1e9), "f0"),
            Number(Median(result => 100 * result.Utilisation), "f0") is { Length: > 0 } share ? $"{share} %" : "",
            Number(samples.Max(sample => sample.PeakMib), "f0"),
            Number(details.FirstOrDefault()?.EstimatedBytes >> 20, "f0"),
            Number(samples.Select(sample => (double)sample.BeyondMib).Median(), "f0"),
            Number(Ratio(row.Official, sample => sample.Seconds), "f2"),
            Number(Ratio(row.Tuned, sample => sample.Seconds), "f2"),
            Number(Ratio(row.Official, sample => sample.PeakMib), "f2"),
            Number(Ratio(row.Official, sample => sample.BeyondMib), "f2"),
        ];
        return $"| {string.Join(" | ", cells)} |";
    }
}
