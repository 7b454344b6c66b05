using System.Collections.Immutable;
using SVco.Core.Benchmarks;
using SVco.Core.Data;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Hub;
using SVco.Models.Lora;
using SVco.Training;
using SVco.Training.Bench;

namespace SVco.Experiments;

/// <summary>What it takes a model to read the prompts of benchmarks, from the matrix products that they need. No weights are needed for it.</summary>
/// <param name="Operations">Floating-point operations; those of written tokens are few, and memory limits them.</param>
sealed record AskingEstimate(double Operations)
{
    /// <summary>About as many letters of English make a token.</summary>
    const double LettersPerToken = 4;

    /// <summary>Of the chat format around a question.</summary>
    const int TokensAround = 30;

    /// <summary>The estimate for a model; its small files are fetched where they are not there.</summary>
    /// <exception cref="Core.UserException">It cannot be had, or its files do not belong together.</exception>
    public static async Task<AskingEstimate> OfAsync(
        NamedCheckpoint model,
        EvaluationPlan plan,
        ImmutableArray<PlannedBenchmark> benchmarks,
        RunProgress progress,
        CancellationToken stop
    )
    {
        var checkpoint = AdapterFolder.Find(model.Checkpoint)?.Base ?? model.Checkpoint;
        var config = ModelFolder.CheckWithoutWeights(await ModelHub.ResolveAsync(checkpoint, progress, stop, weights: false));
        EvaluationMemory.Tell(model.Name, config, plan, progress);
        return new(
            benchmarks.Sum(one =>
                Of(config, one.Benchmark.Items, item => item.Image) + (plan.WithoutImages ? Of(config, one.Benchmark.Items, _ => null) : 0)
            )
        );
    }

    /// <summary>The time that several models take on this machine's processor.</summary>
    public static TimeSpan Time(IEnumerable<AskingEstimate> models, EvaluationPlan plan)
    {
        NativeLibraries.Load();
        return RunEstimate.At(models.Sum(model => model.Operations), BenchStep.MachineRate(plan.LoadOptions.Dtype!.Value, seconds: 1));
    }

    /// <summary>Questions on one image read it once.</summary>
    static double Of(ModelConfig config, IEnumerable<Item> items, Func<Item, ImageSource?> shown) =>
        items
            .GroupBy(item => shown(item) ?? (object)item)
            .Sum(same =>
            {
                var images = shown(same.First()) is null ? 0 : 1;
                var text = same.Sum(item => TokensAround + (item.Prompt.Length / LettersPerToken));
                var cost = BenchCost.Of(config, [(int)text + (images * config.UsualImageTokens)], images);
                return cost.Decoder + cost.Projector + cost.Vision;
            });
}
