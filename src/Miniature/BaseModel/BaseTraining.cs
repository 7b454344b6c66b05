using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using SVco.Core.Benchmarks;
using SVco.Core.Training;
using SVco.Evaluation.Answers;
using SVco.Files;
using SVco.Miniature.Benchmarks;
using SVco.Miniature.Scenes;
using SVco.Miniature.Study;
using SVco.Models;
using static TorchSharp.torch;

namespace SVco.Miniature.BaseModel;

/// <summary>The recipe of a base model.</summary>
/// <param name="Seed">Decides everything: weights, scenes, texts and their order.</param>
/// <param name="TowerSteps">Steps of the tower on dense labels.</param>
/// <param name="Stages">The stages of the language model after it.</param>
public sealed record BaseRecipe(ulong Seed, int TowerSteps, ImmutableArray<PretrainingStage> Stages)
{
    // What belongs to which of two things has to be found first: in short questions about couples it is, within 200 steps; among captions it
    // took more than 600.
    static readonly Curriculum Couples = Curriculum.Clean with
    {
        Noise = TextNoise.None,
        TextOnlyShare = 0,
        CoupleShare = 1,
        UniformShare = 1,
        ShapeSlotShare = 0.1,
        WhereShare = 0.5,
        WithImage = Nothing with { Short = 1 },
    };

    // Whether a kind is there was not learnt in 1500 steps among couples; asked of pictures with a single kind it is learnt in 200.
    static readonly Curriculum SingleKinds = Curriculum.Clean with
    {
        Noise = TextNoise.None,
        TextOnlyShare = 0,
        CoupleShare = 0.15,
        ShapeSlotShare = 0.2,
        WithImage = Nothing with { Short = 0.30, List = 0.05, IsThere = 0.80 },
    };

    // Questions are more than half of all texts: in a mean over captions the few words that tell yes from no would drown.
    static readonly Curriculum Questions = Curriculum.Clean with
    {
        Noise = TextNoise.None,
        TextOnlyShare = 0.1,
        WhereShare = 0.15,
        WithImage = new(
            Caption: 0.2,
            Short: 0.40,
            Sentence: 0.08,
            Conversational: 0.02,
            List: 0.02,
            IsThere: 0.24,
            IsItTrue: 0.02,
            Choose: 0.02,
            Knowledge: 0
        ),
    };

    static TextMixture Nothing => new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>
    /// The recipe of the committed base model: it learns to see first, and the noisy stages come last and are short, so that they bend what
    /// is said and not what is seen. A stage's scenes and texts are drawn by its name.
    /// </summary>
    public static BaseRecipe Default { get; } =
        new(
            Seed: 0,
            TowerSteps: 600,
            [
                new("couples", Couples, 300, 2e-3, Schedule.Constant),
                new("sides", SingleKinds, 200, 1e-3, Schedule.Constant),
                new("questions", Questions, 300, 1.5e-3, Schedule.Cosine),
                new("clean", Curriculum.Clean with { TextOnlyShare = 0.1 }, 500, 2e-3, Schedule.Cosine),
                new("natural", Curriculum.Natural, 100, 1.2e-3, Schedule.Cosine, Ramp: 1),
                new("prior", Curriculum.Prior, 260, 1.2e-3, Schedule.Cosine, Ramp: 0.05),
            ]
        );
}

/// <summary>Makes a base model with the paper's failure: it can see, and what it says leans on what is usual.</summary>
public static class BaseTraining
{
    const string Weights = "model.safetensors";

    /// <summary>
    /// Trains a base model and saves it as a Hugging Face folder in bf16. Each finished stage is kept in <c>FOLDER.stages</c> until all are:
    /// whoever stopped goes on with the stage that was not finished, and ends with the same bytes.
    /// </summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="folder">The folder to make; an existing one is replaced.</param>
    /// <param name="log">Is told how it goes.</param>
    /// <param name="stop">Ends it between two steps.</param>
    /// <returns>The SHA-256 of the weights' file in hexadecimal; null if it was stopped.</returns>
    public static string? Run(BaseRecipe recipe, string folder, Action<string> log, CancellationToken stop)
    {
        try
        {
            return Train(recipe, folder, log, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
    }

    static string Train(BaseRecipe recipe, string folder, Action<string> log, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        NativeLibraries.Load();
        // Sums in another order would give another model.
        set_num_threads(1);
        // Stages of another recipe or another program are no beginning of this one.
        var stages = $"{Path.TrimEndingDirectorySeparator(folder)}.stages";
        var files = Path.Combine(stages, ContentHash.Of($"{MeasuredModel.Code} {JsonSerializer.Serialize(recipe)}")[..16]);
        if (!Directory.Exists(files) && Directory.Exists(stages))
        {
            Directory.Delete(stages, recursive: true);
        }

        BaseModelFiles.Write(files);
        var benchmarks = BenchmarkSuite.Draw(Split.Validation, 40);
        TrainStages(recipe, files, benchmarks, Tell, stop);
        File.Copy(Path.Combine(files, recipe.Stages[^1].Name, Weights), Path.Combine(files, Weights), overwrite: true);
        using (var rounded = VisionLanguageModel.Load(files, new LoadOptions { Dtype = ScalarType.BFloat16 }))
        {
            rounded.Save(folder, overwrite: true);
        }

        Directory.Delete(stages, recursive: true);
        using var saved = MiniatureModel.Load(folder);
        Check(saved, benchmarks, "saved", Tell);
        return Sha256(folder);

        void Tell(string line) => log(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds, 6:F0} s  {line}"));
    }

    /// <summary>Trains the tower and then each stage of the language model, and keeps each in a folder beside the model's files.</summary>
    static void TrainStages(
        BaseRecipe recipe,
        string files,
        ImmutableArray<Benchmark> benchmarks,
        Action<string> log,
        CancellationToken stop
    )
    {
        using var model = MiniatureModel.Random(files, (long)recipe.Seed);
        log($"{model.Network.Parameters.Sum(parameter => parameter.Value.numel())} parameters");
        Stage("tower", () => TowerTraining.Run(model.Network, model.Processor, recipe.Seed, recipe.TowerSteps, log, stop));
        foreach (var stage in recipe.Stages)
        {
            Stage(stage.Name, () => LanguageTraining.Run(model, stage, recipe.Seed, log, checkEvery: 100, CheckAt(stage), stop));
        }

        Action<int> CheckAt(PretrainingStage stage) => step => Check(model, benchmarks, $"{stage.Name} {step}", log);

        void Stage(string name, Action train)
        {
            var finished = Path.Combine(files, name);
            if (Directory.Exists(finished))
            {
                model.Network.CopyFrom(finished);
                log($"{name}: finished before");
                return;
            }

            train();
            model.Network.SetTrainable(Part.None);
            model.Network.Save(finished);
        }
    }

    /// <summary>The SHA-256 of a model folder's weights in hexadecimal.</summary>
    public static string Sha256(string folder) => ContentHash.OfFile(Path.Combine(folder, Weights));

    /// <summary>Says how alive each type of question is: what a base model is chosen by.</summary>
    static void Check(MiniatureModel model, ImmutableArray<Benchmark> benchmarks, string stage, Action<string> log)
    {
        foreach (var withImages in new[] { true, false })
        {
            var results = Stages.Run(model.Asked(stage), benchmarks, new AskSettings(withImages), folder: null, CancellationToken.None);
            log($"{stage} {(withImages ? "with" : "without")} images: {string.Join("; ", results.Select(Text))}");
        }
    }

    static string Text(BenchmarkResult result)
    {
        var score = result.Scores[0];
        var categories =
            score.Categories.Count > 1
                ? $" ({string.Join(" ", score.Categories.Select(category => $"{category.Key} {category.Value:F0}"))})"
                : "";
        var example = result.Benchmark.Name == BenchmarkSuite.HallucinationName ? $" \"{result.Answers[0].Text}\"" : "";
        return FormattableString.Invariant($"{result.Benchmark.Name} {score.Value:F0}{categories}{example}");
    }
}
