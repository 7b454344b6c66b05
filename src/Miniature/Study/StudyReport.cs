using System.Collections.Immutable;
using System.Globalization;
using SkiaSharp;
using SVco.Core.Data;
using SVco.Core.Training;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;
using SVco.Models.Images;

namespace SVco.Miniature.Study;

/// <summary>From the parts of a study to what a report is made of.</summary>
public static class StudyReport
{
    const int Examples = 8;

    /// <summary>Writes results.json and the pictures into the study's folder: all that <see cref="Evaluation.Report.HtmlReport"/> needs.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="parts">Its finished parts, the base model's among them.</param>
    /// <param name="folder">The study's folder.</param>
    /// <param name="command">How to run it again.</param>
    public static StudyResults Write(StudySettings settings, ImmutableArray<StudyPart> parts, string folder, string command)
    {
        var suite = settings.Benchmarks();
        var results = Of(settings, suite, parts, command);
        Directory.CreateDirectory(Path.Combine(folder, "pictures"));
        foreach (
            var image in suite
                .Hallucination.Items.Take(Examples)
                .Select(item => item.Image)
                .Concat(suite.Captions.Take(MiniatureStudy.SensitivityPairs).SelectMany(pair => new[] { pair.W.Image, pair.L.Image }))
        )
        {
            SavePicture(image, Path.Combine(folder, MiniatureStudy.PictureName(image)));
        }

        results.Save(folder);
        return results;
    }

    internal static StudyResults Of(StudySettings settings, BenchmarkSuite suite, ImmutableArray<StudyPart> parts, string command)
    {
        var baseModel = parts.First(part => part.Model == MiniatureStudy.Base);
        var tuned = parts.Where(part => part.Model != MiniatureStudy.Base).ToImmutableArray();
        int[] seeds = [.. tuned.Select(part => part.Seed).Distinct().Order()];
        // The base model has no seed of its own; it stands beside each, so that changes can be paired.
        var all = seeds.Select(seed => baseModel with { Seed = seed }).Concat(tuned).ToImmutableArray();
        var whole = new PairDials().Pairs;
        return new(
            settings.Name,
            $"The paper in miniature: {settings.Pairs.Prompts.ToString().ToLowerInvariant()} prompts",
            [
                .. settings.Pairs.Pairs < whole
                    ?
                    [
                        $"A quick run: {settings.Pairs.Pairs} pairs instead of {whole}, finetuned in steps that are as many fewer, and {settings.Items} items in each part of the benchmarks.",
                    ]
                    : Array.Empty<string>(),
                .. seeds.Length == 1
                    ? ["One seed: differences are indications. The full study (--seeds 5) also asks twice as many questions."]
                    : Array.Empty<string>(),
            ],
            [
                new("command", command),
                new("pairs", $"{settings.Pairs.Pairs}, {(settings.Filtered ? "filtered" : "unfiltered")}"),
                .. Dials(settings.Pairs),
                new("optimiser", Optimiser(new())),
                new("pairs in a step", $"{StudySettings.Batch}"),
                new("trained", "projector and language model; the vision tower is frozen"),
                new("seeds", string.Join(", ", settings.Seeds)),
                new("benchmarks", $"{settings.Split.ToString().ToLowerInvariant()} scenes, {settings.Items} items in each part"),
            ],
            [
                new("code", StudyPart.Code),
                .. tuned
                    .DistinctBy(part => part.Seed)
                    .OrderBy(part => part.Seed)
                    .Select(part => new Setting($"finetuning pairs of seed {part.Seed}", part.Data!)),
                new("benchmark items", Fingerprint(suite)),
                new("base model", BaseTraining.Sha256(settings.BaseModel)),
            ],
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
            ExamplesOf(suite, [baseModel, .. tuned.Where(part => part.Seed == seeds.FirstOrDefault())]),
            [
                .. parts
                    .Where(part => part.Model == MiniatureStudy.Base || part.Seed == seeds.FirstOrDefault())
                    .SelectMany(part => part.Sensitivities),
            ]
        );
    }

    static IEnumerable<Setting> Dials(PairDials dials) =>
        new (string Name, IFormattable Value)[]
        {
            ("failed edits", dials.FailedEdits),
            ("edits that change too much", dials.OverEdits),
            ("artefact of edits", dials.Artefact),
            ("gap between the styles of finetuning and benchmarks", dials.StyleGap),
            ("response details that no image shows", dials.Flourish),
            ("share of captions", dials.Captions),
        }.Select(dial => new Setting(dial.Name, dial.Value.ToString(null, CultureInfo.InvariantCulture)));

    static string Optimiser(TrainSettings settings) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"AdamW, betas {settings.Beta1} and {settings.Beta2}, epsilon {settings.Epsilon}, weight decay {settings.WeightDecay}, {settings.Schedule.ToString().ToLowerInvariant()} schedule with {100 * settings.WarmupRatio} % warm-up, gradients clipped at {settings.MaxGradientNorm}"
        );

    static string Fingerprint(BenchmarkSuite suite) =>
        ContentHash.Of(
            string.Join(
                '\n',
                [
                    .. suite.Choices.SelectMany(benchmark => benchmark.Items.Select(item => $"{item} {string.Join(" | ", item.Choices)}")),
                    .. suite.Hallucination.Items.Concat(suite.General.Items).Select(item => $"{item}"),
                    .. suite.Captions.Select(pair => $"{pair}"),
                ]
            )
        );

    static ImmutableArray<Example> ExamplesOf(BenchmarkSuite suite, ImmutableArray<StudyPart> parts) =>
        [
            .. suite
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
}
