using SVco.Core;
using SVco.Core.Training;
using SVco.Files;
using SVco.Models;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>The disk of a run before it begins: what is found wrong when the first step is saved comes too late.</summary>
static class RunSpace
{
    /// <summary>Makes sure that everything the run will save can be saved.</summary>
    /// <param name="experiment">Says how often.</param>
    /// <param name="plan">Says what.</param>
    /// <param name="modelFolder">The base model's folder, whose files beside the weights are saved with a model.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="pairs">Pairs to train on.</param>
    /// <exception cref="UserException">There is no room, or a file that is to be saved cannot be read.</exception>
    public static void Check(Experiment experiment, MemoryPlan plan, string modelFolder, RunFolder folder, int pairs) =>
        Check(experiment, plan, modelFolder, folder.Path, pairs, folder.State.Step, folder.State.Newest is not null);

    /// <summary>The same before there is a folder, and so nothing in it.</summary>
    public static void CheckNew(Experiment experiment, MemoryPlan plan, string modelFolder, int pairs) =>
        Check(experiment, plan, modelFolder, experiment.Folder, pairs, step: 0, isSaved: false);

    static void Check(Experiment experiment, MemoryPlan plan, string modelFolder, string folder, int pairs, int step, bool isSaved)
    {
        var companions = plan.Lora is null ? CompanionFiles.CheckedBytes(modelFolder) : 0;
        var model = ModelBytes(plan) + companions;
        var state = model + MemoryEstimate.Of(plan).OptimizerState;
        var steps = StepPlan.Steps(pairs, experiment.Train).Length;
        var kept = experiment.Train.KeepEvery is { } every ? Math.Max(0, (steps - 1) / every - step / every) : 0;
        var needed = kept * model + Needed(model, state, steps / experiment.Train.SaveEvery - step / experiment.Train.SaveEvery, isSaved);
        if (DiskSpace.Free(folder) is var free && free < needed)
        {
            throw new UserException(
                $"Saving needs up to {DiskSpace.Text(needed)} on the disk of {Path.GetFullPath(folder)} (a state to go on from is {DiskSpace.Text(state)}, and a new one is "
                    + $"written before the one before it goes; the finished {(plan.Lora is null ? "model" : "adapter")} is {DiskSpace.Text(model)}{(kept > 0 ? $", and train.keep_every keeps {kept} more of that size" : "")}), "
                    + $"but only {DiskSpace.Text(free)} are free. Make room, or choose a folder on another disk with --output."
            );
        }
    }

    /// <summary>The most that lies on the disk at a time, on top of what lies there now.</summary>
    /// <param name="model">Bytes of the finished model or adapter.</param>
    /// <param name="state">Bytes of a state.</param>
    /// <param name="saves">States that will be saved; one more is saved when the run is stopped.</param>
    /// <param name="isSaved">Whether there is a state already.</param>
    internal static long Needed(long model, long state, int saves, bool isSaved) =>
        (isSaved, saves) switch
        {
            (true, _) or (false, 0) => state,
            (false, 1) => state + model,
            _ => 2 * state,
        };

    static long ModelBytes(MemoryPlan plan) =>
        MemoryEstimate.Of(plan) is var memory && plan.Lora is null ? memory.Weights : memory.Gradients;
}
