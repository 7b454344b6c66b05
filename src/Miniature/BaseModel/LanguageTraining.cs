using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Training;
using SVco.Miniature.Scenes;
using SVco.Models;
using SVco.Training;
using static TorchSharp.torch;

namespace SVco.Miniature.BaseModel;

/// <summary>A stage of the language model's pretraining.</summary>
/// <param name="Name">For the log.</param>
/// <param name="Curriculum">Which scenes and texts come.</param>
/// <param name="Steps">Optimiser steps.</param>
/// <param name="LearningRate">The highest rate, after 5 % warm-up.</param>
/// <param name="Schedule">The shape of the rate after warm-up.</param>
/// <param name="Ramp">The share of the steps over which the texts' noise rises to its strength.</param>
public sealed record PretrainingStage(
    string Name,
    Curriculum Curriculum,
    int Steps,
    double LearningRate,
    Schedule Schedule,
    double Ramp = 0
);

/// <summary>Trains projector and decoder on texts about scenes, the tower frozen.</summary>
static class LanguageTraining
{
    const int Scenes = 12288;
    const int Batch = 64;
    const int Chunks = 3;
    const double EditedShare = 0.05;

    /// <summary>Runs one stage; <paramref name="check"/> is called every so many steps and at the end.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static void Run(
        MiniatureModel model,
        PretrainingStage stage,
        ulong seed,
        Action<string> log,
        int checkEvery,
        Action<int> check,
        CancellationToken stop
    )
    {
        using var scope = NewDisposeScope();
        var rng = new SplitMix64(SplitMix64.Derive(seed, stage.Name));
        var settings = new TrainSettings
        {
            LearningRate = stage.LearningRate,
            WarmupRatio = 0.05,
            Schedule = stage.Schedule,
            Behaviour = Behaviour.Corrected,
        };
        var scenes = Enumerable.Range(0, Scenes).Select(_ => stage.Curriculum.DrawScene(rng)).ToArray();
        var images = scenes
            .Select(scene => (ImageSource)new ScenePicture(scene, rng.Uniform() < EditedShare ? Canvas.UsualArtefact : 0))
            .ToArray();
        model.Vision.Encode(images);
        model.Network.SetTrainable(Part.Projector | Part.LanguageModel);
        using var optimizer = new Optimizer(
            model.Network.Parameters,
            name => model.Network.Config.HasWeightDecay(name, Behaviour.Corrected),
            settings
        );
        for (var step = 0; step < stage.Steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using var each = NewDisposeScope();
            var strength = stage.Ramp == 0 ? 1 : Math.Min(1, (step + 1) / (stage.Ramp * stage.Steps));
            var curriculum = stage.Curriculum with { Noise = stage.Curriculum.Noise.Times(strength) };
            var loss = Accumulate(model, [.. Enumerable.Range(0, Batch).Select(_ => Draw(model, curriculum, scenes, images, rng))]);
            if (!double.IsFinite(optimizer.Update(LearningRate.At(settings, step, stage.Steps))))
            {
                throw new UserException($"The gradient is not finite in step {step + 1} of the stage {stage.Name}.");
            }

            if ((step + 1) % 50 == 0)
            {
                log(FormattableString.Invariant($"{stage.Name} {step + 1}: loss {loss:F4}"));
            }

            if ((step + 1) % checkEvery == 0 || step + 1 == stage.Steps)
            {
                check(step + 1);
            }
        }
    }

    static PretrainingRow Draw(MiniatureModel model, Curriculum curriculum, Scene[] scenes, ImageSource[] images, SplitMix64 rng)
    {
        if (rng.Uniform() < curriculum.TextOnlyShare)
        {
            var alone = curriculum.DrawTextOnly(rng);
            return model.Row(alone.Query, alone.Response, null);
        }

        var index = rng.Below(scenes.Length);
        var text = curriculum.DrawText(scenes[index], rng);
        return model.Row(text.Query, text.Response, images[index]);
    }

    // Each row weighs the same: in a mean over all labels the few words that answer questions would drown among captions. Rows of like
    // length go together to save padding.
    static double Accumulate(MiniatureModel model, PretrainingRow[] rows) =>
        PretrainingRow
            .ByLength(rows)
            .Chunk((rows.Length + Chunks - 1) / Chunks)
            .Sum(chunk =>
            {
                using var scope = NewDisposeScope();
                var chosen = chunk.Select(index => rows[index]).ToArray();
                var weights = chosen.SelectMany(row => Enumerable.Repeat(-1f / row.Tokens.LabelCount / rows.Length, row.Tokens.LabelCount));
                var loss = (PretrainingRow.LabelLogProbs(model.Network, chosen) * tensor(weights.ToArray())).sum();
                loss.backward();
                return loss.item<float>();
            });
}
