using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models.Images;

namespace SVco.Evaluation.Results;

/// <summary>
/// An evaluation on the disk, as <c>evaluation.json</c> in its folder: questions, truths, answers, verdicts and notes, all that its report is
/// made of. So the report can be made again without the model, the benchmarks' files, and the judge. Images are named by their files, whose content is
/// recorded.
/// </summary>
public static class EvaluationFile
{
    /// <summary>The file's name.</summary>
    public const string FileName = "evaluation.json";

    sealed record Stored(
        string Name,
        string Command,
        ImmutableArray<NamedValue> Settings,
        ImmutableArray<BenchmarkNotes> Notes,
        ImmutableArray<StoredBenchmark> Benchmarks,
        ImmutableArray<StoredModel> Models,
        ImmutableArray<CaptionLogProbs>? Captions,
        Choosing? Choosing,
        ImmutableSortedDictionary<string, string>? Images
    );

    sealed record StoredBenchmark(string Name, string Domain, ImmutableArray<Metric> Metrics, ImmutableArray<StoredItem> Items);

    /// <summary>An item; one with options is chosen from, else it is written.</summary>
    sealed record StoredItem(
        string Id,
        string Category,
        string Group,
        ImmutableArray<string> Tags,
        string? File,
        string? Inline,
        string Prompt,
        string Truth,
        ImmutableArray<string> Options,
        int Correct
    );

    sealed record StoredModel(string Name, string Checkpoint, string Content, ImmutableArray<StoredAnswers> Benchmarks);

    sealed record StoredAnswers(string Benchmark, GradedAnswers WithImages, GradedAnswers WithoutImages);

    /// <summary>The truth of an item that was graded before.</summary>
    sealed record KnownTruth(string Words) : Grader.Rule
    {
        public override string Truth => Words;

        public override ImmutableSortedDictionary<string, double> Grade(string answer) =>
            throw new NotSupportedException("The verdicts are on the disk; a stored evaluation is not graded again.");
    }

    /// <summary>Writes the file, as a whole or not at all.</summary>
    /// <param name="result">The evaluation.</param>
    /// <param name="folder">Its folder; it is made.</param>
    /// <exception cref="UserException">The disk refuses, or an image cannot be read.</exception>
    public static void Save(EvaluationResult result, string folder)
    {
        var stored = new Stored(
            result.Name,
            result.Command,
            [.. result.Settings.Select(setting => new NamedValue(setting.Name, setting.Value))],
            result.Notes,
            [
                .. result
                    .Models.SelectMany(model => model.Benchmarks)
                    .Select(one => one.Benchmark)
                    .DistinctBy(benchmark => benchmark.Name)
                    .Select(benchmark => new StoredBenchmark(
                        benchmark.Name,
                        benchmark.Domain,
                        benchmark.Metrics,
                        [.. benchmark.Items.Select(Of)]
                    )),
            ],
            [
                .. result.Models.Select(model => new StoredModel(
                    model.Name,
                    model.Checkpoint,
                    model.Content,
                    [.. model.Benchmarks.Select(one => new StoredAnswers(one.Benchmark.Name, one.WithImages, one.WithoutImages))]
                )),
            ],
            result.Captions,
            result.Choosing,
            result
                .Models.SelectMany(model => model.Benchmarks)
                .SelectMany(one => one.Benchmark.Items)
                .Select(item => item.Image)
                .OfType<ImageSource.File>()
                .Select(image => Path.GetFullPath(image.Path))
                .Distinct()
                .ToImmutableSortedDictionary(path => path, ContentHash.OfFile, StringComparer.Ordinal)
        );
        AtomicOutput.WriteFile(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, stored, JsonLines.Options));
    }

    /// <summary>Reads the file of an evaluation's folder.</summary>
    /// <exception cref="UserException">There is none, or it is not an evaluation's.</exception>
    public static EvaluationResult Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? InputFile.Read(
                path,
                "what an evaluation writes; run `svco eval` again, nothing is asked twice",
                () => Of(StrictJson.Read<Stored>(TextFile.Utf8(path).Span, JsonLines.Options))
            )
            : throw new UserException($"{path} does not exist. Give the folder of a finished evaluation, such as runs/eval/NAME.");
    }

    static StoredItem Of(Item item)
    {
        var (file, inline) = item.Image switch
        {
            null => ((string?)null, (string?)null),
            ImageSource.File(var path) => (Path.GetFullPath(path), null),
            ImageSource.Inline(var bytes) => (null, bytes),
            var drawn => (null, Convert.ToBase64String(Png(ImageRenderer.Render(drawn)))),
        };
        var choice = item.Task as ItemTask.Choose;
        return new(
            item.Id,
            item.Category,
            item.Group,
            item.Tags,
            file,
            inline,
            item.Prompt,
            item.Task.Truth,
            choice?.Options ?? [],
            choice?.Correct ?? 0
        );
    }

    static byte[] Png(RgbImage image)
    {
        using var stream = new MemoryStream();
        Bitmaps.WritePng(image, stream);
        return stream.ToArray();
    }

    static Item Of(StoredItem item) =>
        new(
            item.Id,
            item.Category,
            item.Group,
            item.File is { } file ? new ImageSource.File(file)
                : item.Inline is { } bytes ? new ImageSource.Inline(bytes)
                : null,
            item.Prompt,
            item.Options.IsEmpty ? new ItemTask.Write(new KnownTruth(item.Truth), MaxNewTokens: 0)
                : item.Correct >= 0 && item.Correct < item.Options.Length ? new ItemTask.Choose(item.Options, item.Correct)
                : throw new FormatException($"The right option of {item.Id} is not among its options.")
        )
        {
            Tags = item.Tags,
        };

    static EvaluationResult Of(Stored stored)
    {
        var benchmarks = stored
            .Benchmarks.Select(one => new Benchmark(one.Name, one.Domain, [.. one.Items.Select(Of)], one.Metrics))
            .ToDictionary(benchmark => benchmark.Name);
        return new(
            stored.Name,
            [
                .. stored.Models.Select(model => new EvaluatedModel(
                    model.Name,
                    model.Checkpoint,
                    [.. model.Benchmarks.Select(one => Of(one, benchmarks.GetValueOrDefault(one.Benchmark)))]
                )
                {
                    Content = model.Content,
                }),
            ],
            stored.Notes,
            [.. stored.Settings.Select(setting => (setting.Name, setting.Value))],
            stored.Command
        )
        {
            Captions = stored.Captions ?? [],
            Choosing = stored.Choosing,
            Images = stored.Images ?? ImmutableSortedDictionary<string, string>.Empty,
        };
    }

    static EvaluatedBenchmark Of(StoredAnswers one, Benchmark? benchmark)
    {
        var items = (benchmark ?? throw new FormatException($"{one.Benchmark} is not among the benchmarks.")).Items.ToLookup(item =>
            item.Id
        );
        var chosen = benchmark.Items.Where(item => item.Task is ItemTask.Choose).Select(item => item.Id).ToHashSet();
        foreach (var graded in new[] { one.WithImages, one.WithoutImages })
        {
            if (
                graded
                    .Answers.Select(answer => answer.Item)
                    .Concat(graded.Verdicts.Select(verdict => verdict.Item))
                    .FirstOrDefault(id => !items.Contains(id)) is
                { } unknown
            )
            {
                throw new FormatException($"{unknown} is not among the items of {benchmark.Name}.");
            }

            if (graded.Answers.FirstOrDefault(answer => chosen.Contains(answer.Item) && answer.LogProbs.IsEmpty) is { } empty)
            {
                throw new FormatException($"The answer to {empty.Item} has no log-probability of an option.");
            }
        }

        return new(benchmark, one.WithImages, one.WithoutImages);
    }
}
