using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Training;

namespace SVco.Experiments;

/// <summary>The words in which a script declares an experiment, one after another.</summary>
public static class ExperimentWords
{
    /// <summary>Names the base model.</summary>
    public static Experiment Model(this Experiment experiment, ModelSpec model) => experiment with { Model = model };

    /// <summary>Names the formula to minimise.</summary>
    public static Experiment Objective(this Experiment experiment, Objective objective) => experiment with { Objective = objective };

    /// <summary>Names the training pairs and those that the objective is reported on.</summary>
    public static Experiment Data(this Experiment experiment, Recipe<ContrastPair> train, Recipe<ContrastPair>? validation = null) =>
        experiment with
        {
            Data = experiment.Data with { Train = train, Validation = validation },
        };

    /// <summary>Says how to train.</summary>
    public static Experiment Train(this Experiment experiment, TrainSettings settings) => experiment with { Train = settings };
}
