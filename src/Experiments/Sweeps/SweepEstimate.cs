using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Hub;
using SVco.Training;
using SVco.Training.Bench;

namespace SVco.Experiments;

/// <summary>What a run will take.</summary>
/// <param name="Memory">The peak, in bytes.</param>
/// <param name="Work">Its steps and operations.</param>
/// <param name="Time">On this machine's processor, alone.</param>
/// <param name="Room">On the disk.</param>
sealed record SweepEstimate(long Memory, RunEstimate Work, TimeSpan Time, RunRoom Room)
{
    /// <summary>What a process takes before its first step, about: the runtime, libtorch, reading pairs and images.</summary>
    static readonly TimeSpan Start = TimeSpan.FromSeconds(3);

    /// <summary>Of each run. Runs that differ only in what changes neither are looked at once; no weights are loaded.</summary>
    /// <exception cref="Core.UserException">A file is missing or cannot be read.</exception>
    public static async Task<Dictionary<SweepRun, SweepEstimate>> OfAsync(
        IEnumerable<SweepRun> runs,
        RunProgress progress,
        CancellationToken stop
    )
    {
        NativeLibraries.Load();
        var (known, rates, all) = (
            new Dictionary<Experiment, SweepEstimate>(),
            new Dictionary<Precision, double>(),
            new Dictionary<SweepRun, SweepEstimate>()
        );
        foreach (var run in runs)
        {
            stop.ThrowIfCancellationRequested();
            var kind = KindOf(run.Experiment);
            if (!known.TryGetValue(kind, out var estimate))
            {
                var precision = kind.Model.Precision;
                if (!rates.TryGetValue(precision, out var rate))
                {
                    rates[precision] = rate = BenchStep.MachineRate(
                        kind.Model.LoadOptions(Devices.Parse("cpu")).Dtype!.Value,
                        seconds: 0.5
                    );
                }

                known[kind] = estimate = await OfAsync(kind, rate, progress, stop);
            }

            all[run] = estimate;
        }

        return all;
    }

    /// <summary>The time of some of the steps.</summary>
    public TimeSpan TimeOf(int steps) => Start + (Time - Start) * Math.Min(1, (double)steps / Work.Steps);

    static async Task<SweepEstimate> OfAsync(Experiment experiment, double rate, RunProgress progress, CancellationToken stop)
    {
        experiment.Data.RequireFiles();
        RunBenchmarks.Require(experiment);
        var checkpoint = Models.Lora.AdapterFolder.Find(experiment.Model.Checkpoint)?.Base ?? experiment.Model.Checkpoint;
        var folder = await ModelHub.ResolveAsync(checkpoint, progress, stop, weights: false);
        var data = RunData.Read(experiment, folder, ModelFolder.CheckWithoutWeights(folder));
        data.RequirePairs();
        var plan = RunMemory.Plan(
            experiment,
            folder,
            data,
            new PackedScoring { MemorySmall = experiment.Memory == SVco.Experiments.Memory.Small, TokenBudget = experiment.TokenBudget },
            Devices.Parse(experiment.Device),
            areImagesRead: false
        );
        var work = RunEstimate.Of(experiment, folder);
        return new(MemoryEstimate.Of(plan).Total, work, work.At(rate) + Start, RunSpace.Of(experiment, plan, folder, data.Train.Length));
    }

    /// <summary>The experiment without what changes neither memory nor time.</summary>
    static Experiment KindOf(Experiment experiment) =>
        experiment with
        {
            Name = "",
            Output = null,
            Train = experiment.Train with { LearningRate = 1, WarmupRatio = 0, WeightDecay = 0, Seed = 0 },
        };
}
