using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Training;
using TorchSharp;
using Objectives = SVco.Core.Objectives.Objectives;

namespace SVco.Training.Tests;

/// <summary>A training of a random model on a random batch, three times over.</summary>
static class TrainerCase
{
    public static Trainer Start(PackedCase random, TrainingSetup job) => new(job, random.Model.Parameters, Reference(job));

    public static TrainingSetup Job(PackedCase random) => Job(random, new LiveFeatures(random.Model, random.Loader(Pixels)));

    public static TrainingSetup Job(PackedCase random, IImageFeatures images) =>
        new()
        {
            Model = random.Model,
            Objective = Objectives.SVco(0.1, 0.1),
            Train =
            [
                .. Enumerable
                    .Repeat(random.Batch, 3)
                    .SelectMany((batch, copy) => batch.Select(pair => pair with { Pair = pair.Pair with { Query = $"{copy}" } })),
            ],
            Validation = random.Batch,
            Settings = new TrainSettings
            {
                LearningRate = 1e-3,
                BatchSize = 2,
                Accumulation = 1,
                Epochs = 3,
                EvaluateEvery = 2,
            },
            Images = images,
        };

    static ReferenceTable Reference(TrainingSetup job) =>
        new([.. job.Pairs.Select(_ => Objectives.SVco(0.1, 0.1).Cells().ToImmutableDictionary(cell => cell, _ => -10.0))]);

    public static float[] Pixels(ImageSource image)
    {
        var path = ((ImageSource.File)image).Path;
        var random = new Random(int.Parse(path));
        return [.. Enumerable.Range(0, 3 * Size * Size).Select(_ => random.NextSingle())];
    }

    static readonly int Size = ImageSize();

    static int ImageSize()
    {
        using var random = new PackedCase(5, torch.ScalarType.Float32);
        return random.Config.Vision.ImageSize;
    }
}
