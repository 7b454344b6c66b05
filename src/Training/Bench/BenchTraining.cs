using System.Collections.Immutable;
using System.Diagnostics;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Models;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training.Bench;

/// <summary>A step and what its parts took.</summary>
/// <param name="Parts">Seconds of each part that belongs to the step.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Loss">Before the update.</param>
sealed record MeasuredStep(ImmutableArray<(string Part, double Seconds)> Parts, BenchCost Cost, double Loss)
{
    /// <summary>All parts.</summary>
    public double Seconds => Parts.Sum(part => part.Seconds);
}

/// <summary>A model that is trained on random pairs by the trainer's own step.</summary>
sealed class BenchTraining : IDisposable
{
    const double LearningRate = 1e-6;

    readonly BenchSettings _settings;
    readonly VisionLanguageModel _policy;
    readonly VisionLanguageModel? _second;
    readonly LoraAdapter? _adapter;
    readonly TrainingStep _step;
    readonly ICollective _ranks;

    /// <summary>Makes the model, or loads it where the settings name a checkpoint.</summary>
    /// <param name="settings">What is measured.</param>
    /// <param name="ranks">The processes that share each step.</param>
    public BenchTraining(BenchSettings settings, ICollective ranks)
    {
        (_settings, _ranks) = (settings, ranks);
        var type = new LoadOptions { Dtype = settings.Type };
        var loading = Stopwatch.StartNew();
        _policy =
            settings.Checkpoint.Length > 0
                ? VisionLanguageModel.Load(settings.Checkpoint, type)
                : VisionLanguageModel.Random(BenchGeometry.Of(settings), 0, type);
        LoadSeconds = loading.Elapsed.TotalSeconds;
        _policy.SetTrainable(BenchSettings.Trained);
        // The official way holds a second model; the engine scores the policy before it is trained.
        _second = settings.HasSecondModel ? VisionLanguageModel.Random(Config, 0, type) : null;
        _adapter = settings.Lora(Config) is { } lora ? LoraAdapter.Create(_policy, lora, 0) : null;
        _adapter?.Train();
        var optimizer = new Optimizer(_adapter?.Parameters ?? _policy.Parameters, _ => true, new TrainSettings(), ranks);
        _step = new TrainingStep(
            _policy,
            BenchSettings.Objective,
            settings.Way == BenchWay.Plain ? new PlainScoring() : settings.Packed,
            optimizer
        );
    }

    /// <summary>The model's config.</summary>
    public ModelConfig Config => _policy.Config;

    /// <summary>To load the model.</summary>
    public double LoadSeconds { get; }

    /// <summary>The bytes of weights, gradients and optimiser state.</summary>
    public long OwnBytes =>
        new[] { _policy.Parameters, _adapter?.Parameters ?? [], _step.Optimizer.Trainable, _step.Optimizer.State }
            .SelectMany(tensors => tensors)
            .Sum(tensor => tensor.Value.numel() * tensor.Value.element_size());

    /// <summary>The bytes of the weights.</summary>
    public long WeightBytes => _policy.Parameters.Sum(tensor => tensor.Value.numel() * tensor.Value.element_size());

    /// <summary>What sending gradients and updated parameters took so far.</summary>
    public (ExchangeTimes Gradients, ExchangeTimes Parameters) Exchanges => (_step.Optimizer.GradientTimes, _step.Optimizer.ParameterTimes);

    /// <summary>One step on a batch of its own; what counts as cached is computed too, but not as a part of the step.</summary>
    public MeasuredStep Step(int seed)
    {
        using var scope = NewDisposeScope();
        ImmutableArray<PreparedPair> pairs =
        [
            .. BenchBatch.Pairs(Config, _settings, seed).Where((_, index) => index % _ranks.Size == _ranks.Rank),
        ];
        ImageSource[] images = [.. pairs.SelectMany(pair => new[] { pair.Pair.W.Image, pair.Pair.L.Image })];
        var drawn = images.ToDictionary(image => image, image => BenchBatch.Image(Config, image));
        var loader = new ImageLoader(image => drawn[image], image => drawn[image].Size);
        using var encoded = new MemoryFeatures(_policy, loader, _settings.Packed.ImagesTogether(Config));
        var packed = _settings.Way == BenchWay.Packed;
        var features = packed ? (IImageFeatures)encoded : new LiveFeatures(_policy, loader);
        var batch = new PairBatch([.. Enumerable.Range(0, pairs.Length)], pairs, features);

        var vision = Seconds(() => encoded.Encode(packed ? images : []));
        var reference = ReferenceTable.Of(0, []);
        var scoring = Seconds(() => reference = Reference(batch));
        LogProbTable? table = null;
        // Together, so that nobody's beginning counts as another's waiting.
        _ranks.Max(0);
        var policy = Seconds(() => table = _step.Accumulate(batch, reference, share: 1.0 / _ranks.Size));
        var update = Seconds(() => _step.Optimizer.Update(LearningRate));
        return new(
            [
                .. _settings.FeaturesCached ? Array.Empty<(string, double)>() : [("vision", vision)],
                .. _settings.ReferenceCached ? Array.Empty<(string, double)>() : [("reference", scoring)],
                ("policy", policy),
                ("update", update),
            ],
            BenchBatch.Cost(Config, _settings, BenchSettings.Objective.Cells(), pairs),
            BenchSettings.Objective.Value(table!)
        );
    }

    /// <summary>Seconds of sending gradients where no computation goes on beside it.</summary>
    public double ExchangeAlone()
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in _step.Optimizer.Trainable)
        {
            parameter.Value.grad = zeros_like(parameter.Value, requires_grad: false);
        }

        _ranks.Max(0);
        var seconds = Seconds(() => _step.Optimizer.GradientNorm());
        // Rate 0: the next step starts from no gradients.
        _step.Optimizer.Update(0);
        return seconds;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _step.Optimizer.Dispose();
        _adapter?.Dispose();
        _second?.Dispose();
        _policy.Dispose();
    }

    ReferenceTable Reference(PairBatch batch)
    {
        using var off = _adapter?.Off();
        return new([.. _step.Scoring.Score(_second ?? _policy, batch.Pairs, BenchSettings.Objective.Cells(), batch.Images)]);
    }

    static double Seconds(Action part)
    {
        var watch = Stopwatch.StartNew();
        part();
        return watch.Elapsed.TotalSeconds;
    }
}
