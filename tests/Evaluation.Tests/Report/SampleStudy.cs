using SkiaSharp;
using SVco.Core.Objectives;
using SVco.Evaluation.Results;
using Objectives = SVco.Core.Objectives.Objectives;

namespace SVco.Evaluation.Tests.Report;

/// <summary>A study with numbers like the prototype's, drawn around its means.</summary>
static class SampleStudy
{
    static readonly (string Benchmark, string Domain, bool Up, bool Averaged, double NoImage, double[] Means)[] Benchmarks =
    [
        ("MMVP", "vision-centric", true, true, 0, [51, 84.4, 82.2, 77.2, 64.9, 53.1]),
        ("CV-Bench", "vision-centric", true, true, 24, [42, 93.2, 86.5, 85.8, 80.5, 38.8]),
        ("RWQA", "vision-centric", true, true, 24, [55.5, 81.2, 75.8, 73.2, 61.7, 55.8]),
        ("yes/no", "hallucination", true, true, 50, [59, 67, 74, 67, 69, 60]),
        ("MMHal", "hallucination", false, true, 100, [72, 35.7, 39, 59, 61, 70.5]),
        ("general", "general", true, true, 44, [85.2, 96.8, 93.8, 93.7, 74.9, 86.1]),
        ("SQA", "knowledge", true, true, 100, [100, 100, 99.7, 100, 98.3, 100]),
        ("refusal", "refusal", true, false, 2, [3, 20, 61, 30, 44, 4]),
        ("style", "style", true, false, 100, [100, 48.2, 99.2, 98.2, 99.7, 99.9]),
    ];

    static readonly (string Name, Objective? Formula)[] Models =
    [
        ("base", null),
        ("SFT", Objectives.Sft()),
        ("S-VCO", Objectives.SVco(0.1, 0.1)),
        ("mDPO", Objectives.Mdpo(0.5)),
        ("VCO", Objectives.Vco(0.5, 0.5)),
        ("DPO", Objectives.Dpo(0.5)),
    ];

    public static StudyResults Create(string folder)
    {
        var random = new Random(7);
        double Near(double value, double spread) => Math.Round(Math.Clamp(value + (spread * ((2 * random.NextDouble()) - 1)), 0, 100), 3);
        Directory.CreateDirectory(folder);
        using (var bitmap = new SKBitmap(32, 32))
        {
            bitmap.Erase(SKColors.SteelBlue);
            using var png = File.Create(Path.Combine(folder, "scene.png"));
            bitmap.Encode(png, SKEncodedImageFormat.Png, 100);
        }

        string[] tokens = ["a", " small", " red", " cat", " left", " of", " the", " tree", " <end>"];
        return new(
            "sample",
            "The paper in miniature: shared prompts",
            ["A sample of numbers, <not> measured."],
            [new("command", "svco run experiments/miniature.csx --seeds 3"), new("pairs", "1024, filtered")],
            [new("code", new string('a', 64)), new("base model", new string('b', 64))],
            [
                .. Models.Select(model => new ModelResult(
                    model.Name,
                    $"{model.Formula}",
                    model.Formula?.ToLatex() ?? "",
                    model.Formula is null ? [] : [new("learning rate", "0.0003"), new("steps", "128")],
                    model.Formula is null ? [] : [1, 2, 3],
                    31.5
                )),
            ],
            [
                .. Models.SelectMany(
                    (model, m) =>
                        Enumerable
                            .Range(1, 3)
                            .SelectMany(seed =>
                                Benchmarks.Select(one => new MetricResult(
                                    model.Name,
                                    seed,
                                    one.Benchmark,
                                    "",
                                    one.Domain,
                                    "accuracy",
                                    m == 0 ? one.Means[0] : Near(one.Means[m], 2),
                                    m == 0 ? one.NoImage : null,
                                    one.Up,
                                    one.Averaged
                                ))
                            )
                ),
            ],
            [
                .. Models.SelectMany(
                    (model, m) =>
                        from tokensOf in new[] { "all", "contrast" }
                        from image in new[] { ("matching", 1.3), ("mismatching", 4 + (40.0 * m)), ("none", 2.4) }
                        from seed in new[] { 1, 2, 3 }
                        select new CaptionPerplexity(
                            model.Name,
                            seed,
                            "original",
                            tokensOf,
                            image.Item1,
                            image.Item2 * (1 + (0.1 * random.NextDouble()))
                        )
                ),
            ],
            [
                .. from model in Models.Skip(1)
                from series in new[]
                {
                    "loss",
                    "loss attend W",
                    "loss reject W",
                    "accuracy attend W",
                    "margin attend W",
                    "reward W.Match",
                    "reward W.NoImage",
                    "reward W.Mismatch",
                }
                from step in Enumerable.Range(1, 32)
                select new CurvePoint(
                    model.Name,
                    1,
                    series,
                    4 * step,
                    series.StartsWith("accuracy", StringComparison.Ordinal)
                        ? 1 - (0.5 / step)
                        : (2.7 / Math.Sqrt(step)) + (0.1 * random.NextDouble())
                ),
            ],
            [
                new(
                    "MMHal",
                    "scene.png",
                    "describe the image .",
                    "a small red cat",
                    [.. Models.Select(model => new ModelAnswer(model.Name, "a small & red cat .", 0.75))]
                ),
            ],
            [
                .. Models
                    .Take(3)
                    .Select(model => new Sensitivity(
                        model.Name,
                        "scene.png",
                        "matching",
                        "describe the image .",
                        [.. tokens],
                        [.. tokens.Select(_ => (8 * random.NextDouble()) - 3)]
                    )),
            ]
        );
    }
}
