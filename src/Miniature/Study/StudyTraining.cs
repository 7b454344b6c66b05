using System.Collections.Immutable;
using System.Diagnostics;
using SVco.Core;
using SVco.Core.Metrics;
using SVco.Core.Training;
using SVco.Evaluation.Results;
using SVco.Miniature.BaseModel;
using SVco.Models;
using SVco.Training;
using TorchSharp;

namespace SVco.Miniature.Study;

/// <summary>What a finetuning left besides the model.</summary>
/// <param name="Curves">What it logged.</param>
/// <param name="Seconds">The time it took.</param>
/// <param name="Data">The SHA-256 of the pairs; null for the base model.</param>
sealed record StudyTraining(ImmutableArray<CurvePoint> Curves, double Seconds, string? Data)
{
    const int PointsOfACurve = 32;

    /// <summary>The base model's: none.</summary>
    public static StudyTraining None { get; } = new([], 0, null);

    /// <summary>Trains the model in place.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static StudyTraining Run(
        MiniatureModel model,
        SeedData data,
        Treatment treatment,
        int seed,
        CancellationToken stop,
        Action<double> advance
    )
    {
        var clock = Stopwatch.StartNew();
        model.Network.SetTrainable(Part.Projector | Part.LanguageModel);
        using var trainer = new Trainer(Job(model, data, treatment, seed), model.Network.Parameters, data.Reference);
        var steps = new List<TrainingEvent.Stepped>();
        foreach (var next in Scoped(trainer.Run(stop)))
        {
            if (next is TrainingEvent.Interrupted)
            {
                throw new OperationCanceledException(stop);
            }

            steps.Add((TrainingEvent.Stepped)next);
            advance(treatment.Sequences);
        }

        return new(CurvesOf(treatment.Name, seed, steps), clock.Elapsed.TotalSeconds, data.Fingerprint);
    }

    static TrainingSetup Job(MiniatureModel model, SeedData data, Treatment treatment, int seed)
    {
        var stepsOfAnEpoch = (data.Pairs.Length + StudySettings.Batch - 1) / StudySettings.Batch;
        var settings = new TrainSettings
        {
            LearningRate = treatment.LearningRate,
            Epochs = (treatment.Steps + stepsOfAnEpoch - 1) / stepsOfAnEpoch,
            MaxSteps = treatment.Steps,
            BatchSize = StudySettings.Batch,
            Accumulation = 1,
            Seed = seed,
            Behaviour = Behaviour.Corrected,
        };
        return new()
        {
            Model = model.Network,
            Objective = treatment.Objective,
            Train = data.Pairs,
            Settings = settings.Validated(),
            Images = model.Vision,
        };
    }

    /// <summary>Each element is made in a dispose scope of its own, so that a step leaves no tensors behind.</summary>
    static IEnumerable<T> Scoped<T>(IEnumerable<T> elements)
    {
        using var enumerator = elements.GetEnumerator();
        while (Next())
        {
            yield return enumerator.Current;
        }

        bool Next()
        {
            using var scope = torch.NewDisposeScope();
            return enumerator.MoveNext();
        }
    }

    static ImmutableArray<CurvePoint> CurvesOf(string model, int seed, IReadOnlyList<TrainingEvent.Stepped> steps) =>
        [
            .. steps
                .Chunk(Math.Max(1, steps.Count / PointsOfACurve))
                .SelectMany(window =>
                    window
                        .SelectMany(step => Series(step.Metrics))
                        .GroupBy(point => point.Name)
                        .Select(series => new CurvePoint(model, seed, series.Key, window[^1].Step, series.Average(point => point.Value)))
                ),
        ];

    static IEnumerable<(string Name, double Value)> Series(TableMetrics metrics) =>
        [
            ("loss", metrics.Loss),
            .. metrics.Terms.Select(term => ($"loss {term.Name}", term.Loss)),
            .. metrics.Terms.Where(term => term.Accuracy is not null).Select(term => ($"accuracy {term.Name}", term.Accuracy!.Value)),
            .. metrics.Terms.Where(term => term.Margin is not null).Select(term => ($"margin {term.Name}", term.Margin!.Value)),
            .. metrics.Cells.Select(cell => ($"reward {cell.Cell}", cell.Reward)),
        ];
}
