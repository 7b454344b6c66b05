using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SkiaSharp;
using SVco.Core.Data;
using SVco.Core.Miniature;
using SVco.Evaluation.Results;
using SVco.Models.Files;
using SVco.Models.Images;

namespace SVco.Evaluation.Miniature;

/// <summary>From the parts of a study to what a report is made of.</summary>
public static class StudyReport
{
    const int Examples = 8;

    /// <summary>Writes results.json, metrics.csv, perplexities.csv and the pictures into the study's folder.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="parts">Its finished parts, the base model's among them.</param>
    /// <param name="folder">The study's folder.</param>
    /// <param name="command">How to run it again.</param>
    public static StudyResults Write(StudySettings settings, ImmutableArray<StudyPart> parts, string folder, string command)
    {
        var results = Of(settings, parts, command);
        Directory.CreateDirectory(Path.Combine(folder, "pictures"));
        var suite = BenchmarkSuite.Draw(settings.Split, settings.Items);
        foreach (
            var image in suite
                .Hallucination.Items.Take(Examples)
                .Select(item => item.Image)
                .Concat(suite.Captions.Take(MiniatureStudy.SensitivityPairs).SelectMany(pair => new[] { pair.W.Image, pair.L.Image }))
        )
        {
            SavePicture(image, Path.Combine(folder, MiniatureStudy.PictureName(image)));
        }

        WriteText(
            Path.Combine(folder, "metrics.csv"),
            [
                "model,seed,benchmark,part,domain,metric,value,no_image_value,higher_is_better,averaged",
                .. results.Metrics.Select(metric =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Quoted(metric.Model)},{metric.Seed},{metric.Benchmark},{metric.Part},{metric.Domain},{metric.Metric},{metric.Value:F3},{metric.NoImageValue:F3},{metric.HigherIsBetter},{metric.Averaged}"
                    )
                ),
            ]
        );
        WriteText(
            Path.Combine(folder, "perplexities.csv"),
            [
                "model,seed,caption,tokens,image,perplexity",
                .. results.Perplexities.Select(point =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Quoted(point.Model)},{point.Seed},{point.Caption},{point.Tokens},{point.Image},{point.Value:F4}"
                    )
                ),
            ]
        );
        results.Save(folder);
        return results;
    }

    /// <summary>Model, average improvement over the base model in percent, for each finetuned part.</summary>
    public static IEnumerable<(string Model, int Seed, double Improvement)> Improvements(StudyResults results) =>
        results
            .Metrics.Where(metric => metric.Model != MiniatureStudy.Base)
            .GroupBy(metric => (metric.Model, metric.Seed))
            .Select(part =>
                (
                    part.Key.Model,
                    part.Key.Seed,
                    StudyMetrics.AverageImprovement(
                        part,
                        results.Metrics.Where(metric => metric.Model == MiniatureStudy.Base && metric.Seed == part.Key.Seed)
                    )
                )
            );

    static StudyResults Of(StudySettings settings, ImmutableArray<StudyPart> parts, string command)
    {
        var baseModel = parts.First(part => part.Model == MiniatureStudy.Base);
        var tuned = parts.Where(part => part.Model != MiniatureStudy.Base).ToImmutableArray();
        int[] seeds = [.. tuned.Select(part => part.Seed).Distinct().Order()];
        // The base model has no seed of its own; it stands beside each, so that changes can be paired.
        var all = seeds.Select(seed => baseModel with { Seed = seed }).Concat(tuned).ToImmutableArray();
        var missing = settings.Treatments.Length * settings.Seeds.Length - tuned.Length;
        return new(
            settings.Name,
            $"The paper in miniature: {settings.Pairs.Prompts.ToString().ToLowerInvariant()} prompts",
            missing == 0
                ? []
                : [$"{missing} of the study's {settings.Treatments.Length * settings.Seeds.Length} finetunings are still missing."],
            [
                new("command", command),
                new("pairs", $"{settings.Pairs.Pairs}, {(settings.Filtered ? "filtered" : "unfiltered")}"),
                new("dials", $"{settings.Pairs}"),
                new("pairs in a step", $"{StudySettings.Batch}"),
                new("seeds", string.Join(", ", settings.Seeds)),
                new("benchmarks", $"{settings.Split} scenes, {settings.Items} items in each part"),
            ],
            [new("code", StudyPart.Code), new("base model", BaseTraining.Sha256(settings.BaseModel))],
            [
                new(MiniatureStudy.Base, "", "", [], [], 0),
                .. settings.Treatments.Select(treatment => new ModelResult(
                    treatment.Name,
                    $"{treatment.Objective}",
                    treatment.Objective.ToLatex(),
                    [
                        new("learning rate", treatment.LearningRate.ToString("G", CultureInfo.InvariantCulture)),
                        new("steps", $"{treatment.Steps}"),
                        new("sequences a pair", $"{treatment.Sequences}"),
                    ],
                    [.. tuned.Where(part => part.Model == treatment.Name).Select(part => part.Seed)],
                    tuned.Where(part => part.Model == treatment.Name).Select(part => part.Seconds).DefaultIfEmpty().Average()
                )),
            ],
            [.. all.SelectMany(part => StudyMetrics.Of(part.Model, part.Seed, part.Score, part.NoImage))],
            [.. all.SelectMany(part => part.Perplexities.Select(point => point with { Seed = part.Seed }))],
            [.. tuned.SelectMany(part => part.Curves)],
            ExamplesOf(settings, [baseModel, .. tuned.Where(part => part.Seed == seeds.FirstOrDefault())]),
            [
                .. parts
                    .Where(part => part.Model == MiniatureStudy.Base || part.Seed == seeds.FirstOrDefault())
                    .SelectMany(part => part.Sensitivities),
            ]
        );
    }

    static ImmutableArray<Example> ExamplesOf(StudySettings settings, ImmutableArray<StudyPart> parts) =>
        [
            .. BenchmarkSuite
                .Draw(settings.Split, settings.Items)
                .Hallucination.Items.Take(Examples)
                .Select(
                    (item, index) =>
                        new Example(
                            "MMHal",
                            MiniatureStudy.PictureName(item.Image),
                            item.Query,
                            Grammar.Caption(item.Scene),
                            [
                                .. parts.Select(part => new ModelAnswer(
                                    part.Model,
                                    part.Score.Captions[index],
                                    Judge.Content(item, part.Score.Captions[index])
                                )),
                            ]
                        )
                ),
        ];

    static void SavePicture(ImageSource image, string path)
    {
        var pixels = ImageRenderer.Render(image);
        using var bitmap = new SKBitmap(pixels.Width, pixels.Height);
        for (var i = 0; i < pixels.Width * pixels.Height; i++)
        {
            var (red, green, blue) = (pixels.Pixels[3 * i], pixels.Pixels[(3 * i) + 1], pixels.Pixels[(3 * i) + 2]);
            bitmap.SetPixel(i % pixels.Width, i / pixels.Width, new SKColor(red, green, blue));
        }

        AtomicOutput.WriteFile(path, stream => bitmap.Encode(stream, SKEncodedImageFormat.Png, 100));
    }

    static string Quoted(string text) => text.Contains(',') ? $"\"{text}\"" : text;

    static void WriteText(string path, IEnumerable<string> lines) =>
        AtomicOutput.WriteFile(path, stream => stream.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")));
}
