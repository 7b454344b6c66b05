using SVco.Core;

namespace SVco.Experiments;

/// <summary>Tiny checkpoints of both models of the paper and 24 pairs that lie in the checkout: they show in seconds how a run goes.</summary>
static class Tiny
{
    static readonly Dictionary<string, string> Checkpoints = new()
    {
        [ModelSpec.LlavaInterleave7B.Checkpoint] = "llava-interleave",
        [ModelSpec.Llava15_7B.Checkpoint] = "llava-1.5",
    };

    /// <summary>The same experiment on the bundled checkpoint and pairs, with settings under which a minute shows something.</summary>
    /// <exception cref="UserException">No tiny checkpoint stands for its model.</exception>
    public static Experiment Of(Experiment experiment) =>
        Find(experiment.Model) is { } folder
            ? experiment with
            {
                Model = experiment.Model with { Checkpoint = folder },
                Data = experiment.Data with
                {
                    TrainFile = Pairs.TrainFile,
                    ValidationFile = experiment.Data.ReadsValidation ? Pairs.ValidationFile : null,
                    Images = null,
                },
                Train = experiment.Train with
                {
                    LearningRate = 1e-3,
                    Epochs = 3,
                    BatchSize = 2,
                    Accumulation = 2,
                    MaxTextLength = 96,
                    EvaluateEvery = 5,
                    SaveEvery = 5,
                },
                Evaluate = experiment.Evaluate.IsAsked ? Of(experiment.Evaluate) : experiment.Evaluate,
            }
            : throw new UserException($"There is no bundled checkpoint for {experiment.Model.Checkpoint}: give --model and --data.");

    /// <summary>The bundled pairs.</summary>
    public static ExperimentData Pairs => new() { TrainFile = Bundled("train.json"), ValidationFile = Bundled("val.json") };

    /// <summary>The folder of the bundled checkpoint that stands for a model; the model's own where it is one.</summary>
    /// <exception cref="UserException">None does, and it is no folder.</exception>
    public static string CheckpointOf(ModelSpec model) =>
        Find(model)
        ?? (
            Directory.Exists(model.Checkpoint)
                ? model.Checkpoint
                : throw new UserException(
                    $"There is no bundled checkpoint for {model.Checkpoint}: give its folder or hub id, as in .Load(\"{model.Checkpoint}\")."
                )
        );

    static string? Find(ModelSpec model) => Checkpoints.GetValueOrDefault(model.Checkpoint) is { } folder ? Bundled(folder) : null;

    /// <summary>The same evaluation on the bundled questions, where no others are named; who judges answers to them was never asked.</summary>
    public static EvaluationSettings Of(EvaluationSettings settings) =>
        settings.Data is null
            ? settings with
            {
                Data = Path.Combine(Repository.Root, "experiments", "eval_tiny", "benchmarks"),
                Judge = JudgedBy.Recorded,
            }
            : settings;

    /// <summary>Whether the script lets the bundled ones stand in, and names neither a model nor pairs of its own.</summary>
    public static bool CanStandFor(Experiment experiment) =>
        experiment.CanBeTiny
        && Checkpoints.ContainsKey(experiment.Model.Checkpoint)
        && experiment.Data is { TrainFile: null, ReadsRunsFiles: true };

    /// <summary>Whether an experiment is on a bundled checkpoint and the bundled pairs.</summary>
    public static bool IsIn(Experiment experiment) =>
        experiment.Data.TrainFile == Bundled("train.json")
        && Checkpoints.Values.Any(folder => experiment.Model.Checkpoint == Bundled(folder));

    static string Bundled(string name) => Path.Combine(Repository.Root, "experiments", "tiny", name);
}
