using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using MathNet.Numerics.Statistics;
using SVco.Core;
using SVco.Files;

namespace SVco.Training.Bench;

/// <summary>Measures answers that are written, each way in a process of its own, the ways in turn.</summary>
public static class GenerateRun
{
    const string Official = "PyTorch official";
    const string Tuned = "PyTorch tuned";
    const string Ours = "SVco";

    /// <summary>What one process said.</summary>
    sealed record Sample(double Seconds, long PeakMib, ImmutableArray<ImmutableArray<int>> Tokens, GenerateResult? Details);

    /// <summary>A line of the script's answers.</summary>
    sealed record AnswerLine(int Id, string Answer, ImmutableArray<int> Tokens, int PromptTokens);

    /// <summary>Settings as an argument for the process that measures them.</summary>
    public static string ToArgument(GenerateSettings settings) => JsonSerializer.Serialize(settings);

    /// <summary>What the measuring process does: reads the argument, measures, and gives the line to print.</summary>
    public static string Measure(string argument) =>
        JsonSerializer.Serialize(GenerateStep.Run(JsonSerializer.Deserialize<GenerateSettings>(argument)!));

    /// <summary>Runs everything.</summary>
    /// <param name="settings">Geometry, questions and answers.</param>
    /// <param name="self">The command that measures ours, to which the settings are appended.</param>
    /// <param name="script">The path of official_generate.py, or none.</param>
    /// <param name="rounds">How often each way is measured.</param>
    /// <param name="progress">Is told what is being measured.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>A table in Markdown, and what a step of 16 rows reaches.</returns>
    /// <exception cref="UserException">A process failed; the message has what it said.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static string Run(
        GenerateSettings settings,
        IReadOnlyList<string> self,
        string? script,
        int rounds,
        Action<string> progress,
        CancellationToken stop
    )
    {
        if (script is null)
        {
            return Table(Measured(settings, []));
        }

        if (settings.Questions % settings.Images != 0)
        {
            throw new UserException($"{settings.Questions} questions cannot be spread evenly over {settings.Images} images.");
        }

        var folder = Directory.CreateTempSubdirectory("svco-bench-generate-").FullName;
        try
        {
            progress("checkpoint, images and questions");
            BenchRun.Lines(
                [
                    .. new[]
                    {
                        BenchRun.Python,
                        script,
                        "--make",
                        folder,
                        "--geometry",
                        settings.Geometry,
                        "--count",
                        Number(settings.Questions),
                    },
                    .. new[] { "--per-image", Number(settings.Questions / settings.Images), "--new-tokens", Number(settings.NewTokens) },
                ],
                stop
            );
            return Table(Measured(settings with { Folder = folder }, [(Official, "official"), (Tuned, "tuned")]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        ImmutableArray<ImmutableDictionary<string, Sample>> Measured(
            GenerateSettings one,
            IReadOnlyList<(string Name, string Variant)> theirs
        ) =>
            [
                .. Enumerable
                    .Range(1, rounds)
                    .Select(round =>
                        theirs
                            .Select(way => KeyValuePair.Create(way.Name, Theirs(one, way.Name, way.Variant, round)))
                            .Append(KeyValuePair.Create(Ours, OfOurs(one, round)))
                            .ToImmutableDictionary()
                    ),
            ];

        Sample OfOurs(GenerateSettings one, int round)
        {
            progress($"{round}/{rounds} {Ours}");
            var result = JsonSerializer.Deserialize<GenerateResult>(BenchRun.LastLine([.. self, ToArgument(one)], stop))!;
            return new(result.Seconds, result.PeakBytes >> 20, result.Tokens, result);
        }

        Sample Theirs(GenerateSettings one, string name, string variant, int round)
        {
            progress($"{round}/{rounds} {name}");
            var answers = Path.Combine(one.Folder, $"{variant}.jsonl");
            string[] threads = one.Threads > 0 ? ["--threads", Number(one.Threads)] : [];
            var line = BenchRun.LastLine(
                [
                    .. new[] { BenchRun.Python, script!, "--model", Path.Combine(one.Folder, "checkpoint"), "--variant", variant },
                    .. new[] { "--questions", Path.Combine(one.Folder, "questions.jsonl"), "--answers", answers, "--ignore-eos" },
                    .. threads,
                ],
                stop
            );
            using var said = JsonDocument.Parse(line);
            return new(
                said.RootElement.GetProperty("seconds").GetDouble(),
                said.RootElement.GetProperty("peak_mib").GetInt64(),
                [.. JsonLines.Read<AnswerLine>(answers, "The script writes it.").Select(answer => answer.Tokens)],
                null
            );
        }
    }

    /// <summary>Times are medians over the rounds, ratios medians of each round's own ratio.</summary>
    static string Table(ImmutableArray<ImmutableDictionary<string, Sample>> rounds)
    {
        var weights = rounds[0][Ours].Details!.WeightBytes >> 20;
        string[] ways = [.. new[] { Official, Tuned, Ours }.Where(rounds[0].ContainsKey)];
        double Median(Func<ImmutableDictionary<string, Sample>, double> value) => rounds.Select(value).Median();
        string Ratio(string way, string rival, Func<Sample, double> value) =>
            way == rival || !rounds[0].ContainsKey(rival) ? "" : Shown(Median(round => value(round[way]) / value(round[rival])), "f2");
        var steps = rounds.Select(round => round[Ours].Details!.Step).ToArray();
        var best = steps.MaxBy(step => step.Share)!;
        return string.Join(
            "\n",
            [
                "| | s | new tokens/s | peak MiB | beyond weights | time / official | time / tuned | beyond / tuned | answers with the official tokens |",
                "|---|---|---|---|---|---|---|---|---|",
                .. ways.Select(way =>
                {
                    var answers = rounds[0][way].Tokens;
                    var equal = rounds[0].TryGetValue(Official, out var official)
                        ? $"{answers.Zip(official.Tokens).Count(pair => pair.First.SequenceEqual(pair.Second))} of {answers.Length}"
                        : "";
                    string[] cells =
                    [
                        way,
                        Shown(Median(round => round[way].Seconds), "f1"),
                        Shown(Median(round => answers.Sum(tokens => tokens.Length) / round[way].Seconds), "f0"),
                        Shown(Median(round => round[way].PeakMib), "f0"),
                        Shown(Median(round => round[way].PeakMib - weights), "f0"),
                        Ratio(way, Official, sample => sample.Seconds),
                        Ratio(way, Tuned, sample => sample.Seconds),
                        Ratio(way, Tuned, sample => sample.PeakMib - weights),
                        equal,
                    ];
                    return $"| {string.Join(" | ", cells)} |";
                }),
                "",
                $"Estimated before, at the largest budget: {rounds[0][Ours].Details!.EstimatedBytes >> 20} MiB.",
                $"A step of {best.Rows} rows: {Shown(1e3 * steps.Select(step => step.Seconds).Median(), "f1")} ms; at best "
                    + $"{Shown(best.Bytes / best.Bandwidth * 1e3, "f1")} ms to read at {Shown(best.Bandwidth / 1e9, "f1")} GB/s, "
                    + $"{Shown(best.Operations / best.Rate * 1e3, "f1")} ms to compute at {Shown(best.Rate / 1e9, "f0")} GFLOP/s. "
                    + $"{(best.IsBoundByMemory ? "Memory" : "The product rate")} limits; the step reaches {Shown(100 * steps.Select(step => step.Share).Median(), "f0")} % of it.",
            ]
        );
    }

    static string Shown(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
