using System.Collections.Immutable;
using System.Diagnostics;
using MathNet.Numerics.Statistics;
using SVco.Models;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training.Bench;

/// <summary>S-VCO steps on a random model, in this process.</summary>
public static class BenchStep
{
    /// <summary>How long the machine's own rate is measured, in all.</summary>
    const double RateSeconds = 1;

    /// <summary>Runs and measures.</summary>
    /// <param name="settings">What is measured.</param>
    /// <param name="among">The processes that share each step; null for this one alone.</param>
    public static BenchResult Run(BenchSettings settings, ICollective? among = null)
    {
        var ranks = among ?? new SingleProcess();
        NativeLibraries.Load();
        if (settings.Threads > 0)
        {
            set_num_threads(settings.Threads);
        }

        if (settings.MemorySmall)
        {
            NativeHeap.ReturnFreedBlocks();
        }

        using var training = new BenchTraining(settings, ranks);
        var (steps, rates) = (new List<MeasuredStep>(), new List<double>());
        for (var step = settings.WarmUp ? 0 : 1; step <= settings.Steps; step++)
        {
            steps.Add(training.Step(seed: step));
            rates.Add(MachineRate(settings.Type, RateSeconds / settings.Steps));
        }

        return Result(settings, training, steps, rates.Max()) with
        {
            Ranks = ranks.Size == 1 ? null : RanksResult.Of(training, ranks, steps.Count),
        };
    }

    /// <summary>What a step of the engine will take.</summary>
    public static MemoryEstimate Estimate(BenchSettings settings, ModelConfig config)
    {
        var plan = MemoryPlan.For(
            config,
            BenchSettings.Trained,
            BenchBatch.Pairs(config, settings, 0),
            _ => config.UsualImage,
            BenchSettings.Objective.Cells(),
            settings.Pairs
        );
        return MemoryEstimate.Of(
            plan with
            {
                Type = settings.Type,
                VisionType = settings.Type,
                Lora = settings.Lora(config),
                Scoring = settings.Packed,
            }
        );
    }

    static BenchResult Result(BenchSettings settings, BenchTraining training, IReadOnlyList<MeasuredStep> steps, double machineRate)
    {
        MeasuredStep[] measured = [.. steps.TakeLast(settings.Steps)];
        var cost = steps[^1].Cost;
        return new(
            [.. measured.Select(step => step.Seconds)],
            cost.Tokens,
            cost.Step(!settings.ReferenceCached, settings.VisionPasses, frozen: settings.LoraRank > 0),
            machineRate,
            Process.GetCurrentProcess().PeakWorkingSet64,
            training.OwnBytes,
            settings.Way == BenchWay.Packed ? Estimate(settings, training.Config).Total : null,
            steps[0].Loss,
            measured
                .SelectMany(step => step.Parts)
                .Prepend(("load", training.LoadSeconds))
                .GroupBy(part => part.Item1, part => part.Item2)
                .ToImmutableSortedDictionary(part => part.Key, part => part.Median())
        );
    }

    /// <summary>Operations a second of one large square matrix product, the best of those made in some seconds.</summary>
    public static double MachineRate(ScalarType type, double seconds)
    {
        // One of bf16 takes minutes at 2048 where the processor has no such products: then a smaller one has to do.
        const int smallest = 256;
        const int largest = 2048;
        const double soon = 0.1;
        using var scope = NewDisposeScope();
        var size = smallest;
        while (size < largest && Rate(size, 0) is var rate && 2.0 * Math.Pow(2 * size, 3) / rate < soon)
        {
            size *= 2;
        }

        return Rate(size, seconds);

        double Rate(int side, double atLeast)
        {
            using var inner = NewDisposeScope();
            var (a, b, product) = (randn([side, side]).to(type), randn([side, side]).to(type), zeros([side, side], type));
            var whole = Stopwatch.StartNew();
            var best = 0.0;
            while (best == 0 || whole.Elapsed.TotalSeconds < atLeast)
            {
                var watch = Stopwatch.StartNew();
                // Into memory that is there already: fresh pages would be measured too.
                product.addmm_(a, b, beta: 0, alpha: 1);
                best = Math.Max(best, 2.0 * side * side * side / watch.Elapsed.TotalSeconds);
            }

            return best;
        }
    }
}
