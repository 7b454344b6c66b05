using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Training;
using SVco.Miniature.Scenes;
using SVco.Models;
using SVco.Models.Images;
using SVco.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Miniature.BaseModel;

/// <summary>Teaches the vision tower to see: each patch tells what lies in it through linear heads that are thrown away afterwards.</summary>
static class TowerTraining
{
    const int Scenes = 12288;
    const double UniformShare = 0.6;
    const double EditedShare = 0.3;

    static readonly TrainSettings Settings = new()
    {
        LearningRate = 3e-3,
        WarmupRatio = 0.05,
        MaxGradientNorm = double.PositiveInfinity,
        Behaviour = Behaviour.Corrected,
    };

    sealed record Head(string Name, int Classes, bool OfCells, Tensor Labels, double Weight);

    /// <summary>Trains the tower's parameters in place.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static void Run(
        VisionLanguageModel model,
        ImageProcessor processor,
        ulong seed,
        int steps,
        Action<string> log,
        CancellationToken stop
    )
    {
        using var scope = NewDisposeScope();
        var rng = new SplitMix64(SplitMix64.Derive(seed, "tower"));
        var images = Enumerable.Range(0, Scenes).Select(_ => Draw(rng)).ToArray();
        var processed = Processed(processor, images);
        var heads = Heads(images);
        model.SetTrainable(Part.VisionTower);
        var weights = RandomHeads(heads, model.Config.FeatureWidth, seed);
        using var optimizer = new Optimizer(
            model.Parameters.Concat(weights),
            name => model.Config.HasWeightDecay(name, Behaviour.Corrected),
            Settings
        );
        for (var step = 0; step < steps; step++)
        {
            stop.ThrowIfCancellationRequested();
            using var each = NewDisposeScope();
            var chosen = Enumerable.Range(0, 128).Select(_ => rng.Below(Scenes)).ToArray();
            var places = tensor(chosen.Select(index => (long)index).ToArray());
            var hidden = Hidden(model, [.. chosen.Select(index => processed[index])]);
            var loss = heads
                .Select(
                    (head, i) =>
                        cross_entropy(Predict(head, weights[i], hidden).flatten(0, -2), head.Labels.index_select(0, places).flatten())
                        * Numbers.Of(head.Weight)
                )
                .Aggregate((sum, term) => sum.Plus(term));
            loss.backward();
            if (!double.IsFinite(optimizer.Update(LearningRate.At(Settings, step, steps))))
            {
                throw new UserException($"The tower's gradient is not finite in step {step + 1}.");
            }

            if (step % 100 == 99)
            {
                log($"tower {step + 1}: loss {loss.item<float>():F4}");
            }
        }

        log($"tower: {Accuracies(model, processor, heads.Length, weights, seed)}");
        model.SetTrainable(Part.None);
    }

    static ImageSource Draw(SplitMix64 rng)
    {
        var priors = rng.Uniform() < UniformShare ? Priors.Uniform : Priors.Natural;
        return new ScenePicture(new World(priors, Split.Pretraining).Scene(rng), rng.Uniform() < EditedShare ? Canvas.UsualArtefact : 0);
    }

    static ProcessedImage[] Processed(ImageProcessor processor, IEnumerable<ImageSource> images) =>
        [.. images.AsParallel().AsOrdered().Select(processor.Loader(Behaviour.Corrected).Load)];

    /// <summary>[images, feature tokens, vision width]</summary>
    static Tensor Hidden(VisionLanguageModel model, IReadOnlyList<ProcessedImage> images) =>
        stack(model.VisionFeatures(images).Select(image => image.Features));

    static Head[] Heads(IReadOnlyList<ImageSource> images)
    {
        var drawn = images.Cast<ScenePicture>().ToArray();
        var labels = drawn.AsParallel().AsOrdered().Select(image => DenseLabels.Of(image.Scene)).ToArray();
        return
        [
            Cells("kind", 9, label => label.Kind),
            Cells("colour", 7, label => label.Colour),
            Cells("size", 3, label => label.Size),
            Cells("relation", 5, label => label.Relation),
            Cells("count", 5, label => label.Count),
            new("background", 4, false, tensor(labels.Select(label => (long)label.Background).ToArray()), 0.2),
            new("edited", 2, false, tensor(drawn.Select(image => image.Artefact > 0 ? 1L : 0).ToArray()), 0.2),
        ];

        Head Cells(string name, int classes, Func<DenseLabels, IEnumerable<int>> of) =>
            new(name, classes, true, tensor(labels.SelectMany(of).Select(label => (long)label).ToArray(), [labels.Length, 16]), 1);
    }

    static NamedTensor[] RandomHeads(IReadOnlyList<Head> heads, int width, ulong seed)
    {
        using var generator = new torch.Generator(SplitMix64.Derive(seed, "heads"), CPU);
        return
        [
            .. heads.Select(head => new NamedTensor(
                $"head.{head.Name}.weight",
                empty(head.Classes, width).normal_(0, 0.1, generator).requires_grad_(true)
            )),
        ];
    }

    static Tensor Predict(Head head, NamedTensor weight, Tensor hidden) => linear(head.OfCells ? hidden : hidden.mean([1]), weight.Value);

    // On scenes that were not trained on; cells without a thing do not count.
    static string Accuracies(VisionLanguageModel model, ImageProcessor processor, int count, NamedTensor[] weights, ulong seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rng = new SplitMix64(SplitMix64.Derive(seed, "tower check"));
        var images = Enumerable.Range(0, 1024).Select(_ => Draw(rng)).ToArray();
        var hidden = Hidden(model, Processed(processor, images));
        var heads = Heads(images);
        var there = heads[0].Labels.gt(Numbers.Of(0));
        return string.Join(
            ", ",
            Enumerable
                .Range(0, count)
                .Select(i =>
                {
                    var right = Predict(heads[i], weights[i], hidden).argmax(-1).eq(heads[i].Labels);
                    var counted = heads[i].OfCells ? right[there] : right;
                    return FormattableString.Invariant($"{heads[i].Name} {100 * counted.to(float32).mean().item<float>():F1}");
                })
        );
    }
}
