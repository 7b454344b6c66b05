using System.Collections.Immutable;
using System.Globalization;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Core.Training;
using SVco.Evaluation.Results;
using SVco.Files;
using SVco.Miniature.BaseModel;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;
using SVco.Models.Images;

namespace SVco.Miniature.Study;

/// <summary>From the measured models of a study to what a report is made of.</summary>
public static class StudyReport
{
    /// <summary>Writes results.json and the pictures into the study's folder: all that <see cref="Evaluation.Report.HtmlReport"/> needs.</summary>
    /// <param name="settings">The study.</param>
    /// <param name="models">The measured models, the base model's among them.</param>
    /// <param name="folder">The study's folder.</param>
    /// <param name="command">How to run it again.</param>
    public static StudyResults Write(StudySettings settings, ImmutableArray<MeasuredModel> models, string folder, string command)
    {
        var results = Of(settings, models, command);
        var pictures = Hallucination(settings)
            .Items.Take(MiniatureStudy.Examples)
            .Select(item => item.Image!)
            .Concat(settings.Captions().Take(MiniatureStudy.SensitivityPairs).SelectMany(pair => new[] { pair.W.Image, pair.L.Image }));
        foreach (var image in pictures)
        {
            SavePicture(image, Path.Combine(folder, MiniatureStudy.PictureName(image)));
        }

        results.Save(folder);
        return results;
    }

    internal static StudyResults Of(StudySettings settings, ImmutableArray<MeasuredModel> models, string command)
    {
        var baseModel = models.First(model => model.Model == MiniatureStudy.Base);
        var tuned = models.Where(model => model.Model != MiniatureStudy.Base).ToImmutableArray();
        int[] seeds = [.. tuned.Select(model => model.Seed).Distinct().Order()];
        // The base model has no seed of its own; it stands beside each, so that changes can be paired.
        var all = seeds.Select(seed => baseModel with { Seed = seed }).Concat(tuned).ToImmutableArray();
        ImmutableArray<MeasuredModel> shown = [baseModel, .. tuned.Where(model => model.Seed == seeds.FirstOrDefault())];
        return new(
            settings.Name,
            $"The paper in miniature: {settings.Pairs.Prompts.ToString().ToLowerInvariant()} prompts",
            Notes(settings, seeds.Length),
            Recipe(settings, command),
            Fingerprints(settings, tuned),
            [new(MiniatureStudy.Base, "", "", [], [], 0), .. settings.Treatments.Select(treatment => Model(treatment, tuned))],
            [.. all.SelectMany(model => model.Metrics.Select(metric => metric with { Seed = model.Seed }))],
            [.. all.SelectMany(model => model.Perplexities.Select(point => point with { Seed = model.Seed }))],
            [.. tuned.SelectMany(model => model.Curves)],
            ExamplesOf(settings, shown),
            [.. shown.SelectMany(model => model.Sensitivities)]
        );
    }

    static ImmutableArray<string> Notes(StudySettings settings, int seeds)
    {
        var whole = new PairDials().Pairs;
        return
        [
            .. settings.Pairs.Pairs < whole
                ?
                [
                    $"A quick run: {settings.Pairs.Pairs} pairs instead of {whole}, finetuned in steps that are as many fewer, and {settings.Items} items in each category of the benchmarks.",
                ]
                : Array.Empty<string>(),
            .. seeds == 1
                ? ["One seed: differences are indications. The full study (--seeds 5) also asks twice as many questions."]
                : Array.Empty<string>(),
        ];
    }

    static ImmutableArray<NamedValue> Recipe(StudySettings settings, string command) =>
        [
            new("command", command),
            new("pairs", $"{settings.Pairs.Pairs}, {(settings.Filtered ? "filtered" : "unfiltered")}"),
            .. Dials(settings.Pairs),
            new("optimiser", Optimiser(new())),
            new("pairs in a step", $"{StudySettings.Batch}"),
            new("trained", "projector and language model; the vision tower is frozen"),
            new("seeds", string.Join(", ", settings.Seeds)),
            new("benchmarks", $"{settings.Split.ToString().ToLowerInvariant()} scenes, {settings.Items} items in each category"),
        ];

    static ImmutableArray<NamedValue> Fingerprints(StudySettings settings, ImmutableArray<MeasuredModel> tuned) =>
        [
            new("code", MeasuredModel.Code),
            .. tuned
                .DistinctBy(model => model.Seed)
                .OrderBy(model => model.Seed)
                .Select(model => new NamedValue($"finetuning pairs of seed {model.Seed}", model.Data!)),
            new("benchmark items", ItemsFingerprint(settings)),
            new("base model", BaseTraining.Sha256(settings.BaseModel)),
        ];

    static ModelResult Model(Treatment treatment, ImmutableArray<MeasuredModel> tuned)
    {
        var finished = tuned.Where(model => model.Model == treatment.Name).ToArray();
        return new(
            treatment.Name,
            $"{treatment.Objective}",
            treatment.Objective.ToLatex(),
            [
                new("learning rate", treatment.LearningRate.ToString("G", CultureInfo.InvariantCulture)),
                new("steps", $"{treatment.Steps}"),
                new("sequences a pair", $"{treatment.Sequences}"),
            ],
            [.. finished.Select(model => model.Seed)],
            finished.Select(model => model.Seconds).DefaultIfEmpty().Average()
        );
    }

    static IEnumerable<NamedValue> Dials(PairDials dials) =>
        new (string Name, IFormattable Value)[]
        {
            ("failed edits", dials.FailedEdits),
            ("edits that change too much", dials.OverEdits),
            ("artefact of edits", dials.Artefact),
            ("gap between the styles of finetuning and benchmarks", dials.StyleGap),
            ("response details that no image shows", dials.Flourish),
            ("share of captions", dials.Captions),
        }.Select(dial => new NamedValue(dial.Name, dial.Value.ToString(null, CultureInfo.InvariantCulture)));

    static string Optimiser(TrainSettings settings) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"AdamW, betas {settings.Beta1} and {settings.Beta2}, epsilon {settings.Epsilon}, weight decay {settings.WeightDecay}, {settings.Schedule.ToString().ToLowerInvariant()} schedule with {100 * settings.WarmupRatio} % warm-up, gradients clipped at {settings.MaxGradientNorm}"
        );

    static string ItemsFingerprint(StudySettings settings) =>
        ContentHash.Of(
            string.Join(
                '\n',
                [
                    .. from benchmark in settings.Benchmarks()
                    from item in benchmark.Items
                    let options = item.Task is ItemTask.Choose choice ? string.Join(" | ", choice.Options) : ""
                    select $"{item} {options}",
                    .. settings.Captions().Select(pair => $"{pair}"),
                ]
            )
        );

    static Benchmark Hallucination(StudySettings settings) =>
        settings.Benchmarks().Single(benchmark => benchmark.Name == BenchmarkSuite.HallucinationName);

    static ImmutableArray<Example> ExamplesOf(StudySettings settings, ImmutableArray<MeasuredModel> models) =>
        [
            .. Hallucination(settings)
                .Items.Take(MiniatureStudy.Examples)
                .Select(
                    (item, index) =>
                        new Example(
                            BenchmarkSuite.HallucinationName,
                            MiniatureStudy.PictureName(item.Image!),
                            item.Prompt,
                            ((ItemTask.Write)item.Task).Grader.Truth,
                            [.. models.Select(model => model.Captions[index])]
                        )
                ),
        ];

    static void SavePicture(ImageSource image, string path)
    {
        var pixels = ImageRenderer.Render(image);
        AtomicOutput.WriteFile(path, stream => Bitmaps.WritePng(pixels, stream));
    }
}
