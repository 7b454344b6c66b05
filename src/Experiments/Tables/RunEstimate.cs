using System.Globalization;
using SVco.Core.Training;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Training;
using SVco.Training.Bench;

namespace SVco.Experiments;

/// <summary>How long a run will take, from the matrix products that it needs and this machine's rate.</summary>
/// <param name="Pairs">Pairs to train on.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="Operations">Floating-point operations of all its matrix products.</param>
sealed record RunEstimate(int Pairs, int Steps, double Operations)
{
    /// <summary>The share of the rate of one large product that a whole step reaches (docs/performance.md: 71 % of the time at 79 to 81 %).</summary>
    const double Utilisation = 0.55;

    /// <summary>So many pairs are laid out; the others are taken to be like them.</summary>
    const int LaidOut = 64;

    /// <summary>Lays out a few of the pairs. No weights are loaded for it.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="modelFolder">Its base model's folder.</param>
    /// <exception cref="Core.UserException">A file cannot be read.</exception>
    public static RunEstimate Of(Experiment experiment, string modelFolder)
    {
        var config = ModelFolder.CheckWithoutWeights(modelFolder);
        var data = RunData.Read(experiment, modelFolder, config);
        data.RequirePairs();
        var (cells, settings) = (experiment.Objective.Cells(), experiment.Train);
        var steps = StepPlan.Steps(data.Train.Length, settings);
        // A tower that is frozen runs once for each image.
        var passes = experiment.FeatureCache > 0 && experiment.Model.Frozen.HasFlag(Part.VisionTower) ? 1.0 / settings.Epochs : 1;
        var costs = data.Train.Take(LaidOut).Select(pair => BenchCost.Of(config, [pair], cells)).ToArray();
        var trained = costs.Average(cost => cost.Step(referenceLive: false, visionPasses: 0, frozen: experiment.Model.Lora is not null));
        var seen = steps.Sum(step => step.MicroBatches.Sum(batch => (long)batch.Length));
        var reference = experiment.Objective.NeedsReference ? costs.Average(cost => cost.Forward) * data.Train.Length : 0;
        return new(data.Train.Length, steps.Length, trained * seen + reference + costs.Average(cost => cost.Vision) * seen * passes);
    }

    /// <summary>The time at a rate.</summary>
    /// <param name="rate">Operations a second of one large product of the model's type.</param>
    public TimeSpan At(double rate) => At(Operations, rate);

    /// <summary>The time of operations at a rate.</summary>
    /// <param name="operations">Of all matrix products.</param>
    /// <param name="rate">Operations a second of one large product of the model's type.</param>
    public static TimeSpan At(double operations, double rate) => TimeSpan.FromSeconds(operations / (rate * Utilisation));

    /// <summary>A time for people: 40 s, 12 min, 5.5 h, 3.1 days.</summary>
    public static string Text(TimeSpan time) =>
        time.TotalMinutes < 2 ? Invariant($"{time.TotalSeconds:F0} s")
        : time.TotalHours < 2 ? Invariant($"{time.TotalMinutes:F0} min")
        : time.TotalDays < 2 ? Invariant($"{time.TotalHours:F1} h")
        : Invariant($"{time.TotalDays:F1} days");

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
