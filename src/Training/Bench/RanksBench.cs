using System.Collections.Immutable;
using System.Globalization;
using MathNet.Numerics.Statistics;
using SVco.Core;

namespace SVco.Training.Bench;

/// <summary>A step that several processes share against the same step of one process with as many threads as they have together.</summary>
/// <param name="Rounds">What each round has measured, the processes' first.</param>
public sealed record RanksBench(ImmutableArray<(BenchResult Shared, BenchResult Alone)> Rounds)
{
    /// <summary>Measures both in turn.</summary>
    /// <param name="settings">The step, and the threads of each process.</param>
    /// <param name="launcher">The command that starts processes, such as <c>mpirun -n 2</c>.</param>
    /// <param name="self">The command that measures, to which the settings are appended.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="progress">Is told what is being measured.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserException">A process failed, or there are not as many pairs for each.</exception>
    public static RanksBench Run(
        BenchSettings settings,
        IReadOnlyList<string> launcher,
        IReadOnlyList<string> self,
        int rounds,
        Action<string> progress,
        CancellationToken stop
    )
    {
        var each = settings with { ReferenceCached = true, FeaturesCached = true, Threads = Math.Max(1, settings.Threads) };
        return new([
            .. Enumerable
                .Range(1, rounds)
                .Select(round =>
                {
                    progress($"{round}/{rounds} {string.Join(' ', launcher)}");
                    var shared = BenchRun.Measured(each, [.. launcher, .. self], stop);
                    var count =
                        shared.Ranks?.Count
                        ?? throw new UserException(
                            $"'{string.Join(' ', launcher)}' has started one process, or processes that do not know each other."
                        );
                    progress($"{round}/{rounds} one process");
                    return (shared, BenchRun.Measured(each with { Threads = each.Threads * count }, self, stop));
                }),
        ]);
    }

    /// <summary>The table in Markdown; medians over the rounds, ratios medians of each round's own ratio.</summary>
    public string ToMarkdown()
    {
        double Median(Func<(BenchResult Shared, BenchResult Alone), double> value) => Rounds.Select(value).Median();
        static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
        double Mib(double bytes) => bytes / (1 << 20);
        var (shared, alone) = Rounds[0];
        double Beyond(BenchResult one) => one.PeakBytes - shared.Ranks!.WeightBytes;
        return string.Join(
            "\n",
            [
                "| | s a step | of one process | peak MiB of a process | beyond its weights | of one process |",
                "|---|---|---|---|---|---|",
                $"| one process | {Number(Median(round => round.Alone.Median), "f3")} | | {Number(Median(round => Mib(round.Alone.PeakBytes)), "f0")} | {Number(Median(round => Mib(Beyond(round.Alone))), "f0")} | |",
                $"| {shared.Ranks!.Count} processes | {Number(Median(round => round.Shared.Median), "f3")} | {Number(Median(round => round.Shared.Median / round.Alone.Median), "f2")} "
                    + $"| {Number(Median(round => Mib(round.Shared.Ranks!.PeakBytes)), "f0")} | {Number(Median(round => Mib(round.Shared.Ranks!.PeakBytes - shared.Ranks.WeightBytes)), "f0")} "
                    + $"| {Number(Median(round => (round.Shared.Ranks!.PeakBytes - shared.Ranks.WeightBytes) / Beyond(round.Alone)), "f2")} |",
                "",
                $"Each sends {Number(Mib(shared.Ranks.SentBytes), "f0")} MiB a step. Gradients alone take {Number(Median(round => round.Shared.Ranks!.GradientSeconds), "f3")} s, "
                    + $"beside the backward pass the computation waits {Number(Median(round => round.Shared.Ranks!.GradientWait), "f3")} s ({Number(100 * Median(round => round.Shared.Ranks!.Hidden), "f0")} % hidden); "
                    + $"updated parameters {Number(Median(round => round.Shared.Ranks!.ParameterSeconds), "f3")} s, of which it waits {Number(Median(round => round.Shared.Ranks!.ParameterWait), "f3")} s.",
                $"A step's parts, processes: {Parts(shared)}; one process: {Parts(alone)}.",
            ]
        );

        static string Parts(BenchResult one) =>
            string.Join(", ", one.Parts.Where(part => part.Key != "load").Select(part => $"{part.Key} {Number(part.Value, "f3")} s"));
    }
}
