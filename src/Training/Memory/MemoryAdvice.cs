using System.Collections.Immutable;
using SVco.Core;
using SVco.Models;
using SVco.Models.Lora;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>What to say before a run about the memory it will take.</summary>
public static class MemoryAdvice
{
    /// <summary>Ways to take less that the plan does not use yet, and all of them together; each with its estimate.</summary>
    public static ImmutableArray<(string Change, MemoryEstimate Estimate)> Alternatives(MemoryPlan plan)
    {
        (string Change, bool IsNew, Func<MemoryPlan, MemoryPlan> Apply)[] all =
        [
            ("--memory small", !plan.Scoring.MemorySmall, Small),
            (
                plan.Scoring.MemorySmall ? "--token-budget 1" : "--memory small --token-budget 1",
                Math.Min(plan.Tokens, plan.Scoring.TokenBudget) > plan.LargestTree,
                TreeByTree
            ),
            ("--batch-size 1 with a larger --accumulation", plan.Pairs > 1, OnePair),
            ("--precision bf16", plan.Type == ScalarType.Float32, Half),
            ("--lora-rank 16 --lora-alpha 32", plan.Lora is null, Adapted),
        ];
        var news = all.Where(change => change.IsNew).ToArray();
        var each = news.Select(change => (change.Change, change.Apply(plan)));
        var together =
            news.Length > 1
                ? [("all of these", news.Aggregate(plan, (changed, change) => change.Apply(changed)))]
                : Array.Empty<(string, MemoryPlan)>();
        return [.. each.Concat(together).Select(change => (change.Item1, MemoryEstimate.Of(change.Item2)))];
    }

    /// <summary>A warning when the estimate is more than there is, else null.</summary>
    /// <param name="plan">The run.</param>
    /// <param name="installed">Bytes that this process may have at all.</param>
    /// <param name="free">Bytes that nothing else uses now.</param>
    /// <exception cref="UserException">What lasts from the first step to the last, which is exact, does not fit in at all.</exception>
    public static string? Check(MemoryPlan plan, long installed, long free)
    {
        var estimate = MemoryEstimate.Of(plan);
        if (estimate.Total <= Math.Min(installed, free))
        {
            return null;
        }

        var there =
            free < installed
                ? $"{MemoryEstimate.Gibibytes(free)} GiB of {MemoryEstimate.Gibibytes(installed)} GiB are free"
                : $"there are {MemoryEstimate.Gibibytes(installed)} GiB";
        var text = string.Join(
            "\n",
            [
                $"This run needs about {estimate}; {there}. It would need:",
                .. Alternatives(plan).Select(way => $"  {MemoryEstimate.Gibibytes(way.Estimate.Total)} GiB with {way.Change}"),
            ]
        );
        return estimate.Lasting > installed ? throw new UserException(text) : text;
    }

    static MemoryPlan Small(MemoryPlan plan) => plan with { Scoring = plan.Scoring with { MemorySmall = true } };

    static MemoryPlan TreeByTree(MemoryPlan plan) => plan with { Scoring = plan.Scoring with { MemorySmall = true, TokenBudget = 1 } };

    static MemoryPlan OnePair(MemoryPlan plan) =>
        plan with
        {
            Pairs = 1,
            Tokens = plan.Tokens / plan.Pairs,
            Images = Math.Max(1, plan.Images / plan.Pairs),
            Predictors = plan.Predictors / plan.Pairs,
        };

    static MemoryPlan Half(MemoryPlan plan) => plan with { Type = ScalarType.BFloat16, VisionType = ScalarType.BFloat16 };

    static MemoryPlan Adapted(MemoryPlan plan) =>
        plan with
        {
            Lora = LoraConfig.Outside(plan.Config, Part.VisionTower | Part.Projector, 16, 32, LoraConfig.UsualTargets),
        };
}
