using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Evaluation.Benchmarks;

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

    /// <summary>
    /// Where neither the command line nor the script names pairs, and the model is one of the paper's, the run is a small show: on a tiny bundled
    /// checkpoint and 24 bundled pairs, with settings under which a minute shows something. Its first line says so.
    /// </summary>
    public static Experiment OrTiny(this Experiment experiment) => experiment with { CanBeTiny = true };

    /// <summary>Asks all eight benchmarks of the paper when the run has come to its end, of the base model too.</summary>
    public static Experiment Evaluate(this Experiment experiment) => experiment.Evaluate(experiment.Evaluate);

    /// <summary>Names benchmarks that are asked when the run has come to its end, of the base model too.</summary>
    public static Experiment Evaluate(this Experiment experiment, BenchmarkSource first, params ReadOnlySpan<BenchmarkSource> others) =>
        experiment.Evaluate(experiment.Evaluate with { Benchmarks = [first.Name, .. others.ToArray().Select(one => one.Name)] });

    /// <summary>Adds benchmarks of the script's own to those that are asked when the run has come to its end.</summary>
    public static Experiment Evaluate(this Experiment experiment, Benchmark first, params ReadOnlySpan<Benchmark> others) =>
        experiment.Evaluate(experiment.Evaluate with { Own = [.. experiment.Evaluate.Own, first, .. others] });

    /// <summary>Says what is asked when the run has come to its end, and how; all eight benchmarks of the paper where it names none.</summary>
    public static Experiment Evaluate(this Experiment experiment, EvaluationSettings settings) =>
        experiment with
        {
            Evaluate = settings.IsAsked ? settings : settings with { Benchmarks = [.. AllBenchmarks.Sources.Select(one => one.Name)] },
        };
}
