using System.Collections.Immutable;
using System.Diagnostics;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models;
using SVco.Models.Generation;
using SVco.Models.Images;
using SVco.Models.Text;
using static TorchSharp.torch;

namespace SVco.Training.Bench;

/// <summary>Writes answers to many questions, in this process.</summary>
public static class GenerateStep
{
    const int RowsOfStep = 16;

    /// <summary>A line of questions.jsonl.</summary>
    sealed record QuestionLine(int Id, string Image, string Text, int MaxNewTokens);

    /// <summary>Requests and their images.</summary>
    sealed record Asked(
        ImmutableArray<GenerationRequest> Requests,
        ImmutableArray<ImageSize> Sizes,
        Func<IReadOnlyList<int>, IReadOnlyList<EncodedImage>> Encode
    );

    /// <summary>Runs and measures.</summary>
    public static GenerateResult Run(GenerateSettings settings)
    {
        NativeLibraries.Load();
        if (settings.Threads > 0)
        {
            set_num_threads(settings.Threads);
        }

        var type = new LoadOptions { Dtype = ScalarType.Float32 };
        using var model =
            settings.Folder.Length > 0
                ? VisionLanguageModel.Load(CheckpointOf(settings), type)
                : VisionLanguageModel.Random(BenchGeometry.Read(settings.Geometry), 0, type);
        var ask = settings.Folder.Length > 0 ? OfFolder(model, settings) : () => OfRandom(model, settings);
        var limits = Limits(settings);

        var watch = Stopwatch.StartNew();
        var asked = ask();
        var answers = Written(model, asked, limits);
        var seconds = watch.Elapsed.TotalSeconds;
        var peak = Process.GetCurrentProcess().PeakWorkingSet64;
        return new(
            seconds,
            answers.Sum(answer => (long)answer.PromptTokens),
            peak,
            model.Parameters.Sum(parameter => parameter.Value.numel() * parameter.Value.element_size()),
            Estimate(settings, model.Config),
            [.. answers.Select(answer => answer.Tokens)],
            Step(model, asked)
        );
    }

    /// <summary>What a measurement will take at most, the program included.</summary>
    public static long Estimate(GenerateSettings settings, ModelConfig config) =>
        MemoryEstimate.Program + GenerationMemory.Of(config, ScalarType.Float32, ScalarType.Float32, Limits(settings)).Total;

    static GenerationLimits Limits(GenerateSettings settings)
    {
        var usual = new GenerationLimits();
        return usual with
        {
            Rows = settings.Rows > 0 ? settings.Rows : usual.Rows,
            TokenBudget = settings.TokenBudget > 0 ? settings.TokenBudget : usual.TokenBudget,
        };
    }

    static string CheckpointOf(GenerateSettings settings) => Path.Combine(settings.Folder, "checkpoint");

    static ImmutableArray<GeneratedTokens> Written(VisionLanguageModel model, Asked asked, GenerationLimits limits) =>
        [.. ManyRequests.Continue(model, asked.Requests, asked.Sizes, asked.Encode, stops: [], limits).OrderBy(answer => answer.Request)];

    /// <summary>Tokenizer and processor are loaded before the clock starts, as in the script.</summary>
    static Func<Asked> OfFolder(VisionLanguageModel model, GenerateSettings settings)
    {
        var tokenizer = Tokenizer.Load(CheckpointOf(settings));
        var chat = ChatFormat.For(tokenizer, CheckpointOf(settings));
        var features = new LiveFeatures(model, ImageProcessor.Load(CheckpointOf(settings)).Loader(Behaviour.Official));
        var path = Path.Combine(settings.Folder, "questions.jsonl");
        return () =>
        {
            QuestionLine[] lines = [.. JsonLines.Read<QuestionLine>(path, "official_generate.py --make writes it.")];
            string[] names = [.. lines.Select(line => line.Image).Distinct()];
            ImageSource[] images = [.. names.Select(name => new ImageSource.File(Path.Combine(settings.Folder, "images", name)))];
            return new(
                [
                    .. lines.Select(line => new GenerationRequest(
                        chat.Prompt("", line.Text, 1, Behaviour.Official),
                        [Array.IndexOf(names, line.Image)],
                        line.MaxNewTokens
                    )),
                ],
                [.. images.Select(features.SizeOf)],
                which => features.Of([.. which.Select(index => images[index])])
            );
        };
    }

    /// <summary>Questions of the script's lengths: 8 to 60 words and the frame of a conversation.</summary>
    static Asked OfRandom(VisionLanguageModel model, GenerateSettings settings)
    {
        var random = new Random(0);
        var config = model.Config;
        return new(
            [
                .. Enumerable
                    .Range(0, settings.Questions)
                    .Select(index => new GenerationRequest(
                        [
                            1,
                            config.ImageTokenId,
                            .. Enumerable.Range(0, random.Next(16, 76)).Select(_ => random.Next(3, config.Text.VocabularySize - 2)),
                        ],
                        [index * settings.Images / settings.Questions],
                        settings.NewTokens
                    )),
            ],
            [.. Enumerable.Repeat(config.UsualImage, settings.Images)],
            which => model.VisionFeatures([.. which.Select(index => BenchBatch.Image(config, new ImageSource.File($"{index}")))])
        );
    }

    /// <summary>The difference between long and short answers to 16 questions.</summary>
    static DecodeStep Step(VisionLanguageModel model, Asked asked)
    {
        const int few = 2;
        const int many = 34;
        const int rounds = 3;
        GenerationRequest[] rows = [.. asked.Requests.Take(RowsOfStep)];
        var features = asked.Encode([.. rows.SelectMany(row => row.Images).Distinct().Order()]);
        var kept = rows.SelectMany(row => row.Images).Distinct().Order().Zip(features).ToDictionary();
        double Seconds(int tokens)
        {
            var watch = Stopwatch.StartNew();
            Written(
                model,
                asked with
                {
                    Requests = [.. rows.Select(row => row with { MaxNewTokens = tokens })],
                    Encode = which => [.. which.Select(index => kept[index])],
                },
                new()
            );
            return watch.Elapsed.TotalSeconds;
        }

        // The least of each and not the least difference, which is small where something else held up the short answers.
        var times = Enumerable.Range(0, rounds).Select(_ => (Few: Seconds(few), Many: Seconds(many))).ToArray();
        var seconds = (times.Min(time => time.Many) - times.Min(time => time.Few)) / (many - few);
        var text = model.Config.Text;
        double layer =
            2.0 * text.HiddenSize * (text.Heads + text.KeyValueHeads) * text.HeadSize + 3.0 * text.HiddenSize * text.IntermediateSize;
        var weights = text.Layers * layer + (double)text.HiddenSize * text.VocabularySize;
        int imageTokens = model.Config.ImageTokens(asked.Sizes[0]).Count;
        // A row looks at all its tokens, but those with which several prompts begin are held, and need to be read, once.
        var written = rows.Length * many / 2.0;
        var looked = rows.Sum(row => Tokens(row.Prompt)) + written;
        var held =
            rows.SelectMany(row =>
                    Enumerable
                        .Range(1, row.Prompt.Length)
                        .Select(length => (Begin: string.Join(' ', row.Images.Concat(row.Prompt[..length])), Last: row.Prompt[length - 1]))
                )
                .Distinct()
                .Sum(token => Tokens([token.Last])) + written;
        return new(
            rows.Length,
            seconds,
            weights * sizeof(float) + held * GenerationMemory.BytesOfToken(model.Config, ScalarType.Float32),
            2 * rows.Length * weights + 4.0 * looked * text.Layers * text.Heads * text.HeadSize,
            Bandwidth(),
            BenchStep.MachineRate(ScalarType.Float32, seconds: 1)
        );

        int Tokens(ImmutableArray<int> prompt) => prompt.Sum(id => id == model.Config.ImageTokenId ? imageTokens : 1);
    }

    /// <summary>Bytes a second of a sum over more than any cache holds, the best of some.</summary>
    static double Bandwidth()
    {
        const int times = 8;
        using var scope = NewDisposeScope();
        var large = ones(1L << 26);
        return Enumerable
            .Range(0, times)
            .Max(_ =>
            {
                var watch = Stopwatch.StartNew();
                large.sum();
                return large.numel() * large.element_size() / watch.Elapsed.TotalSeconds;
            });
    }
}
