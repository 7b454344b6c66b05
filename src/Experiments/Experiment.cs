using SVco.Core.Data;
using SVco.Core.Metrics;
using SVco.Core.Objectives;
using SVco.Core.Training;

namespace SVco.Experiments;

/// <summary>An experiment as a script declares it: a base model, an objective, data and training settings. Nothing happens before <see cref="Run"/>.</summary>
/// <param name="Name">Names the run's folder.</param>
public sealed record Experiment(string Name)
{
    internal ModelSpec BaseModel { get; init; } = ModelSpec.LlavaInterleave7B;
    internal Objective Loss { get; init; } = Objectives.SVco(0.1, 0.1);
    internal Recipe<ContrastPair> TrainData { get; init; } = Mvc.Train;
    internal Recipe<ContrastPair>? ValidationData { get; init; } = Mvc.Validation;
    internal TrainSettings Settings { get; init; } = new();

    /// <summary>Names the base model.</summary>
    public Experiment Model(ModelSpec model) => this with { BaseModel = model };

    /// <summary>Names the formula to minimise.</summary>
    public Experiment Objective(Objective objective) => this with { Loss = objective };

    /// <summary>Names the training pairs and those that the objective is reported on.</summary>
    public Experiment Data(Recipe<ContrastPair> train, Recipe<ContrastPair>? validation = null) =>
        this with
        {
            TrainData = train,
            ValidationData = validation,
        };

    /// <summary>Says how to train.</summary>
    public Experiment Train(TrainSettings settings) => this with { Settings = settings };

    /// <summary>
    /// Runs the experiment; the same call goes on with an interrupted run. Options in <paramref name="args"/> override the script's
    /// choices; <c>--help</c> lists them.
    /// </summary>
    /// <returns>The process's exit code: 0, or 130 when interrupted.</returns>
    /// <exception cref="Core.UserException">Something the person can mend: a file, an option, a setting.</exception>
    public Task<int> Run(IEnumerable<string> args) => ExperimentOptions.Parse(this, [.. args], ExperimentRun.Execute);

    /// <summary>The formula reported on validation pairs.</summary>
    internal Objective EvaluatedLoss => Settings.Behaviour == Core.Behaviour.Official ? OfficialEvaluation.Of(Loss) : Loss;
}
