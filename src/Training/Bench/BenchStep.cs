using System.Collections.Immutable;
using System.Diagnostics;
using MathNet.Numerics.Statistics;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Core.Training;
using SVco.Models;
using SVco.Models.Lora;
using static TorchSharp.torch;

namespace SVco.Training.Bench;

/// <summary>S-VCO steps on a random model, in this process.</summary>
public static class BenchStep
{
    /// <summary>How long the machine's own rate is measured, in all.</summary>
    const double RateSeconds = 1;

    /// <summary>What a LoRA adapts.</summary>
    const string DecoderMaps = @"language_model\..*\.(?:q|k|v|o|gate|up|down)_proj";

    /// <summary>Runs and measures.</summary>
    public static BenchResult Run(BenchSettings settings)
    {
        NativeLibraries.Load();
        if (settings.Threads > 0)
        {
            set_num_threads(settings.Threads);
        }

        if (settings.MemorySmall)
        {
            NativeHeap.ReturnFreedBlocks();
        }

        var objective = Objectives.SVco(0.1, 0.1);
        var cells = objective.Cells();
        var type = TypeOf(settings);
        var parts = new List<(string Part, double Seconds)>();
        var loading = Stopwatch.StartNew();
        using var policy =
            settings.Checkpoint.Length > 0
                ? Llava.Load(settings.Checkpoint, new LoadOptions { Dtype = type })
                : Llava.Random(BenchGeometry.Of(settings), 0, new LoadOptions { Dtype = type });
        parts.Add(("load", loading.Elapsed.TotalSeconds));
        var config = policy.Config;
        policy.SetTrainable(IsTrained);
        // The official way holds a second model; the engine scores the policy before it is trained.
        using var second = settings is { Way: BenchWay.Plain, ReferenceCached: false }
            ? Llava.Random(config, 0, new LoadOptions { Dtype = type })
            : null;
        using var adapter = Lora(settings) is { } lora ? LoraAdapter.Create(policy, lora, 0) : null;
        adapter?.Train();
        NamedTensor[] trainable = [.. (adapter?.Parameters ?? policy.Parameters).Where(parameter => parameter.Value.requires_grad)];
        using var optimizer = new AdamW(trainable, _ => true, new TrainSettings { WarmupRatio = 0 });

        var features = new Dictionary<ImageSource, Tensor>();
        ScoreTable score = settings.Way == BenchWay.Plain ? PlainScoring.Score : Packed(settings).Score;

        var (seconds, rates, losses) = (new List<double>(), new List<double>(), new List<double>());
        var cost = new BenchCost(0, 0, 0, 0, 0);
        for (var step = settings.WarmUp ? 0 : 1; step <= settings.Steps; step++)
        {
            using var scope = NewDisposeScope();
            var batch = BenchBatch.Pairs(config, settings, step);
            cost = BenchBatch.Cost(config, settings, cells, batch);
            ImageSource[] images = [.. batch.SelectMany(pair => new[] { pair.Pair.W.Image, pair.Pair.L.Image })];
            var pixels = images.ToDictionary(image => image, image => BenchBatch.Pixels(config, image));
            void Encode()
            {
                using var noGrad = no_grad();
                foreach (var some in settings.Way == BenchWay.Packed ? images.Chunk(Packed(settings).ImagesTogether(policy)) : [])
                {
                    var encoded = policy.VisionFeatures(stack(some.Select(image => pixels[image])));
                    foreach (var (image, value) in some.Zip(encoded.unbind(0)))
                    {
                        features[image] = value;
                    }
                }
            }

            EncodeImages encode =
                settings.Way == BenchWay.Packed
                    ? some => stack(some.Select(image => features[image]))
                    : VisionFeatures.Live(policy, image => pixels[image]);
            if (settings.FeaturesCached)
            {
                Encode();
            }

            var watch = new Stopwatch();
            void Timed(string part, Action action)
            {
                var before = watch.Elapsed.TotalSeconds;
                watch.Start();
                action();
                watch.Stop();
                if (step > 0)
                {
                    parts.Add((part, watch.Elapsed.TotalSeconds - before));
                }
            }

            if (!settings.FeaturesCached)
            {
                Timed("vision", Encode);
            }

            IReadOnlyList<ImmutableDictionary<Cell, double>>? reference = null;
            if (!settings.ReferenceCached)
            {
                using var off = adapter?.Off();
                Timed("reference", () => reference = score(second ?? policy, batch, cells, encode));
            }

            Timed(
                "policy",
                () =>
                    score(
                        policy,
                        batch,
                        cells,
                        encode,
                        values =>
                        {
                            var table = new LogProbTable([
                                .. batch
                                    .Zip(values, reference ?? values)
                                    .Select(pair => new ScoredPair(pair.Second, pair.Third, pair.First.Lengths(objective.Lengths()))),
                            ]);
                            losses.Add(objective.Value(table));
                            return objective.Gradient(table);
                        }
                    )
            );
            Timed(
                "update",
                () =>
                {
                    optimizer.Step(1e-6, GradientClipping.Measure(trainable, 1).Factor);
                    foreach (var parameter in trainable)
                    {
                        parameter.Value.grad = null;
                    }
                }
            );
            if (step > 0)
            {
                seconds.Add(watch.Elapsed.TotalSeconds);
            }

            rates.Add(MachineRate(type, RateSeconds / settings.Steps));
        }

        return new(
            [.. seconds],
            cost.Tokens,
            Operations(settings, cost),
            rates.Max(),
            Process.GetCurrentProcess().PeakWorkingSet64,
            policy.Parameters.Concat(adapter?.Parameters ?? []).Sum(parameter => Bytes(parameter.Value))
                + trainable.Sum(parameter => Bytes(parameter.Value))
                + optimizer.State.Sum(moment => Bytes(moment.Value)),
            settings.Way == BenchWay.Packed ? Estimate(settings, config).Total : null,
            losses[0],
            parts.GroupBy(part => part.Part).ToImmutableSortedDictionary(part => part.Key, part => part.Select(one => one.Seconds).Median())
        );
    }

    /// <summary>What a step of the engine will take.</summary>
    public static MemoryEstimate Estimate(BenchSettings settings, LlavaConfig config)
    {
        var plan = MemoryPlan.For(
            config,
            IsTrained,
            BenchBatch.Pairs(config, settings, 0),
            Objectives.SVco(0.1, 0.1).Cells(),
            settings.Pairs
        );
        return MemoryEstimate.Of(
            plan with
            {
                Type = TypeOf(settings),
                VisionType = TypeOf(settings),
                Lora = Lora(settings),
                Scoring = Packed(settings),
            }
        );
    }

    static bool IsTrained(string name) => !name.StartsWith("vision_tower.", StringComparison.Ordinal);

    static ScalarType TypeOf(BenchSettings settings) => settings.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;

    static LoraConfig? Lora(BenchSettings settings) =>
        settings.LoraRank > 0 ? new LoraConfig(settings.LoraRank, settings.LoraRank, [], DecoderMaps) : null;

    static PackedScoring Packed(BenchSettings settings) => new() { MemorySmall = settings.MemorySmall };

    static double Operations(BenchSettings settings, BenchCost cost) =>
        cost.Step(
            !settings.ReferenceCached,
            settings.FeaturesCached ? 0
                : settings is { Way: BenchWay.Plain, ReferenceCached: false } ? 2
                : 1,
            frozen: settings.LoraRank > 0
        );

    /// <summary>Operations a second of one large square matrix product, the best of those made in some seconds.</summary>
    static double MachineRate(ScalarType type, double seconds)
    {
        const int size = 2048;
        using var scope = NewDisposeScope();
        var (a, b, product) = (randn([size, size]).to(type), randn([size, size]).to(type), zeros([size, size], type));
        var whole = Stopwatch.StartNew();
        var best = 0.0;
        while (best == 0 || whole.Elapsed.TotalSeconds < seconds)
        {
            var watch = Stopwatch.StartNew();
            // Into memory that is there already: fresh pages would be measured too.
            product.addmm_(a, b, beta: 0, alpha: 1);
            best = Math.Max(best, 2.0 * size * size * size / watch.Elapsed.TotalSeconds);
        }

        return best;
    }

    static long Bytes(Tensor tensor) => tensor.numel() * tensor.element_size();
}
