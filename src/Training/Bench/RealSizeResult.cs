using System.Globalization;

namespace SVco.Training.Bench;

/// <summary>What a model from disk took.</summary>
/// <param name="Bytes">The size of the checkpoint.</param>
/// <param name="WriteSeconds">To write it.</param>
/// <param name="Step">Loading, scoring and one step.</param>
public sealed record RealSizeResult(long Bytes, double WriteSeconds, BenchResult Step)
{
    /// <summary>The table in Markdown.</summary>
    public string ToMarkdown()
    {
        string Line(string what, double seconds, string rate) =>
            string.Create(CultureInfo.InvariantCulture, $"| {what} | {seconds:f1} | {rate} |");
        string Disk(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{Bytes / seconds / 1e9:f2} GB/s");
        string Tokens(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{Step.Tokens / seconds:f1} tokens/s");
        return string.Join(
            "\n",
            [
                "| | seconds | rate |",
                "|---|---|---|",
                Line(string.Create(CultureInfo.InvariantCulture, $"write {Bytes / 1e9:f1} GB in shards"), WriteSeconds, Disk(WriteSeconds)),
                Line("load by memory map", Step.Parts["load"], Disk(Step.Parts["load"])),
                Line("encode both images", Step.Parts["vision"], ""),
                Line($"score the six cells, {Step.Tokens} distinct tokens", Step.Parts["reference"], Tokens(Step.Parts["reference"])),
                Line("S-VCO step: forward, backward", Step.Parts["policy"], Tokens(Step.Parts["policy"])),
                Line("S-VCO step: update", Step.Parts["update"], ""),
                "",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Peak memory {Step.PeakBytes / (double)(1 << 30):f2} GiB, of which {Step.OwnBytes / (double)(1 << 30):f2} GiB weights, adapter, its gradients and moments (estimated before: {Step.EstimatedBytes / (double)(1 << 30):f2}); loss {Step.Loss:f4} (4 ln 2 = 2.7726); "
                        + $"{Step.Operations / Step.Median / 1e9:f0} GFLOP/s of needed matrix products, {100 * Step.Utilisation:f0} % of this machine's own rate."
                ),
            ]
        );
    }
}
