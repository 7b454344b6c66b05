using System.CommandLine;
using SVco.Core;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>What a step's activations may take.</summary>
enum Memory
{
    /// <summary>All that the way back needs is kept.</summary>
    Normal,

    /// <summary><see cref="PackedScoring.MemorySmall"/>, and freed blocks go back to the system at once.</summary>
    Small,
}

/// <summary>What the command line says beyond the script.</summary>
/// <param name="Experiment">The experiment with the command line's changes.</param>
/// <param name="Files">The files of pairs.</param>
/// <param name="Output">The run's folder.</param>
/// <param name="Device">auto, cpu, cuda or cuda:N.</param>
/// <param name="FeatureCacheBytes">The most that remembered image features may take on disk; 0 remembers none.</param>
/// <param name="Memory">What the activations may take.</param>
/// <param name="TokenBudget"><see cref="PackedScoring.TokenBudget"/></param>
/// <param name="Restart">Throws an earlier run in the folder away.</param>
/// <param name="IsTiny">Whether the bundled checkpoint and pairs are used.</param>
sealed record ExperimentOptions(
    Experiment Experiment,
    DataFiles Files,
    string Output,
    string Device,
    long FeatureCacheBytes,
    Memory Memory,
    int TokenBudget,
    bool Restart,
    bool IsTiny
)
{
    const double DefaultFeatureCache = 10;
    static readonly int DefaultTokenBudget = new PackedScoring().TokenBudget;
    static readonly Dictionary<string, Memory> Memories = new() { ["normal"] = Memory.Normal, ["small"] = Memory.Small };
    static readonly Dictionary<string, Precision> Precisions = new() { ["bf16"] = Precision.BFloat16, ["fp32"] = Precision.Float32 };

    /// <summary>Reads the options and goes on with them; <c>--help</c> lists them and does not.</summary>
    public static Task<int> Parse(Experiment experiment, string[] args, Func<ExperimentOptions, Task<int>> run)
    {
        var settings = experiment.Settings;
        var model = new Option<string>("--model")
        {
            Description = $"A HuggingFace LLaVA folder or hub id; {experiment.BaseModel.Checkpoint} when --data is given.",
        };
        var data = new Option<string>("--data") { Description = "A JSON file of contrast pairs." };
        var validation = new Option<string>("--validation")
        {
            Description = "A JSON file of validation pairs; without it up to 240 are split off --data.",
        };
        var images = new Option<string>("--images")
        {
            Description = "The folder of relative image paths; the JSON file's own folder when not given.",
        };
        var output = new Option<string>("--output") { Description = $"The run's folder; runs/{experiment.Name} when not given." };
        var restart = new Option<bool>("--restart")
        {
            Description = "Throw away what an earlier run left in the folder instead of going on with it.",
        };
        var device = new Option<string>("--device") { Description = "auto, cpu, cuda or cuda:N; auto takes cuda when there is one." };
        var objective = new Option<string>("--objective") { Description = $"A formula in place of the script's {experiment.Loss}." };
        var featureCache = new Option<double?>("--feature-cache")
        {
            Description =
                $"GB of disk for the image features of a frozen vision tower, shared by all runs; {DefaultFeatureCache} when not given, 0 for none.",
        }.AtLeast(0);
        var memory = new Option<string?>("--memory")
        {
            Description =
                "normal, or small: keeps only the inputs of the decoder's layers and runs each layer again for its gradients, to the same results.",
        }.AcceptOnlyFromAmong([.. Memories.Keys]);
        var tokenBudget = new Option<int?>("--token-budget")
        {
            Description =
                $"The most tokens that go through the model together; {DefaultTokenBudget} when not given. A smaller one saves memory only with --memory small: 1 means one tree (the responses under one image) after the other.",
        }.AtLeast(1);
        var precision = new Option<string?>("--precision")
        {
            Description =
                $"bf16 or fp32, of weights and matrix products; the script says {Precisions.First(name => name.Value == experiment.BaseModel.Precision).Key}.",
        }.AcceptOnlyFromAmong([.. Precisions.Keys]);
        Setting[] training =
        [
            Number("--learning-rate", settings.LearningRate, (changed, value) => changed with { LearningRate = value }),
            Number("--epochs", settings.Epochs, (changed, value) => changed with { Epochs = value }),
            Of<int>("--max-steps", "Stop after so many steps.", (changed, value) => changed with { MaxSteps = value }),
            Number("--batch-size", settings.BatchSize, (changed, value) => changed with { BatchSize = value }),
            Number("--accumulation", settings.Accumulation, (changed, value) => changed with { Accumulation = value }),
            Number("--max-text-length", settings.MaxTextLength, (changed, value) => changed with { MaxTextLength = value }),
            Number("--seed", settings.Seed, (changed, value) => changed with { Seed = value }),
            Number("--save-every", settings.SaveEvery, (changed, value) => changed with { SaveEvery = value }),
            Number("--evaluate-every", settings.EvaluateEvery, (changed, value) => changed with { EvaluateEvery = value }),
            Of<Behaviour>(
                "--behaviour",
                $"official or corrected; the script says {settings.Behaviour}.",
                (changed, value) => changed with { Behaviour = value }
            ),
        ];

        var command = new RootCommand($"The experiment {experiment.Name}: {experiment.Loss}")
        {
            model,
            data,
            validation,
            images,
            output,
            restart,
            device,
            featureCache,
            memory,
            tokenBudget,
            precision,
            objective,
        };
        foreach (var setting in training)
        {
            command.Add(setting.Option);
        }

        command.HelpName = $"svco run {experiment.Name}.csx";
        command.SetAction(parsed =>
        {
            var isTiny = parsed.GetValue(model) is null && parsed.GetValue(data) is null;
            var start = isTiny ? Tiny(experiment) : experiment;
            if (parsed.GetValue(model) is not null && parsed.GetValue(data) is null)
            {
                throw new UserException("--model needs --data: say which pairs to train on, as in --data pairs.json.");
            }

            var ofData = new[] { validation, images }.FirstOrDefault(option => parsed.GetValue(option) is not null);
            if (isTiny && ofData is not null)
            {
                throw new UserException($"{ofData.Name} needs --data: without it the bundled pairs are used.");
            }

            var changed = start with
            {
                BaseModel = start.BaseModel with
                {
                    Checkpoint = parsed.GetValue(model) ?? start.BaseModel.Checkpoint,
                    Precision = parsed.GetValue(precision) is { } name ? Precisions[name] : start.BaseModel.Precision,
                },
                Loss = parsed.GetValue(objective) is { } formula ? Objective.Parse(formula) : start.Loss,
                Settings = training.Aggregate(start.Settings, (changed, setting) => setting.Apply(parsed, changed)).Validated(),
            };
            var files = isTiny
                ? new DataFiles(Bundled("train.json"), Bundled("val.json"), null)
                : new DataFiles(parsed.GetValue(data)!, parsed.GetValue(validation), parsed.GetValue(images));
            return run(
                new ExperimentOptions(
                    changed,
                    files,
                    parsed.GetValue(output) ?? Path.Combine("runs", experiment.Name),
                    parsed.GetValue(device) ?? "auto",
                    (long)((parsed.GetValue(featureCache) ?? DefaultFeatureCache) * 1e9),
                    parsed.GetValue(memory) is { } kept ? Memories[kept] : Memory.Normal,
                    parsed.GetValue(tokenBudget) ?? DefaultTokenBudget,
                    parsed.GetValue(restart),
                    isTiny
                )
            );
        });
        return command
            .Parse(args)
            .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <summary>An option and what it changes.</summary>
    sealed record Setting(Option Option, Func<ParseResult, TrainSettings, TrainSettings> Apply);

    static Setting Number<T>(string name, T scripts, Func<TrainSettings, T, TrainSettings> change)
        where T : struct => Of(name, FormattableString.Invariant($"The script says {scripts}."), change);

    static Setting Of<T>(string name, string description, Func<TrainSettings, T, TrainSettings> change)
        where T : struct
    {
        var option = new Option<T?>(name) { Description = description };
        return new(option, (parsed, settings) => parsed.GetValue(option) is { } value ? change(settings, value) : settings);
    }

    /// <summary>The same experiment on the bundled checkpoint, with settings under which a minute shows something.</summary>
    static Experiment Tiny(Experiment experiment) =>
        experiment.BaseModel.Tiny is { } tiny
            ? experiment with
            {
                BaseModel = experiment.BaseModel with { Checkpoint = Bundled(tiny, "checkpoint") },
                Settings = experiment.Settings with
                {
                    LearningRate = 1e-3,
                    Epochs = 3,
                    BatchSize = 2,
                    Accumulation = 2,
                    MaxTextLength = 96,
                    EvaluateEvery = 5,
                    SaveEvery = 5,
                },
            }
            : throw new UserException($"There is no bundled checkpoint for {experiment.BaseModel.Checkpoint}: give --model and --data.");

    static string Bundled(params string[] parts) => Path.Combine([Repository.Root, "tests", "golden", "svco", .. parts]);
}
