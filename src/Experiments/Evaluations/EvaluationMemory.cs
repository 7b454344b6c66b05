using SVco.Core;
using SVco.Files;
using SVco.Models;
using SVco.Models.Generation;
using SVco.Training;
using TorchSharp;

namespace SVco.Experiments;

/// <summary>The memory of a model that is asked, before its weights are loaded.</summary>
static class EvaluationMemory
{
    /// <summary>Warns where a model does not fit into what the CPU's memory has left. What was answered before needs no weights, so nothing is refused.</summary>
    public static void Tell(string name, ModelConfig config, EvaluationPlan plan, RunProgress progress)
    {
        if (Lack(name, config, plan, machine => machine.Free) is { } lack)
        {
            progress.Note(lack);
        }
    }

    /// <summary>Refuses weights that the CPU's memory can never hold.</summary>
    /// <exception cref="UserException">They are too large.</exception>
    public static void Require(string name, ModelConfig config, EvaluationPlan plan)
    {
        if (Lack(name, config, plan, machine => machine.Installed) is { } lack)
        {
            throw new UserException(lack);
        }
    }

    static string? Lack(string name, ModelConfig config, EvaluationPlan plan, Func<MachineMemory, long> has)
    {
        NativeLibraries.Load();
        var options = plan.LoadOptions;
        var type = options.Dtype!.Value;
        var needed = GenerationMemory.Of(config, type, options.VisionDtype ?? type, new GenerationLimits { TokenBudget = 0 });
        var there = has(new MachineMemory());
        return options.Device!.type != DeviceType.CPU || needed.Weights + needed.Prompts <= there
            ? null
            : $"{name} needs about {MemoryEstimate.Gibibytes(needed.Weights + needed.Prompts)} GiB to be asked, and there are {MemoryEstimate.Gibibytes(there)} GiB."
                + (
                    plan.Precision == Precision.Float32
                        ? " --precision bf16 takes half of it."
                        : " End other programs, or take a larger machine."
                );
    }
}
