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
        var room = Of(experiment, plan, modelFolder, pairs, step);
        var needed = room.Peak(isSaved);
        if (DiskSpace.Free(folder) is var free && free < needed)
        {
            throw new UserException(
                $"Saving needs up to {DiskSpace.Text(needed)} on the disk of {Path.GetFullPath(folder)} (a state to go on from is {DiskSpace.Text(room.State)}, and a new one is "
                    + $"written before the one before it goes; the finished {(plan.Lora is null ? "model" : "adapter")} is {DiskSpace.Text(room.Model)}{(room.Kept > 0 ? $", and train.keep_every keeps {room.Kept} more of that size" : "")}), "
                    + $"but only {DiskSpace.Text(free)} are free. Make room, or choose a folder on another disk with --output."
            );
        }
    }

    /// <summary>What a run saves.</summary>
    /// <param name="experiment">Says how often.</param>
    /// <param name="plan">Says what.</param>
    /// <param name="modelFolder">The base model's folder, whose files beside the weights are saved with a model.</param>
    /// <param name="pairs">Pairs to train on.</param>
    /// <param name="step">Steps that are made already.</param>
    /// <exception cref="UserException">A file that is to be saved cannot be read.</exception>
    public static RunRoom Of(Experiment experiment, MemoryPlan plan, string modelFolder, int pairs, int step = 0)
    {
        var companions = plan.Lora is null ? CompanionFiles.CheckedBytes(modelFolder) : 0;
        var model = ModelBytes(plan) + companions;
        var steps = StepPlan.Steps(pairs, experiment.Train).Length;
        return new(
            model,
            model + MemoryEstimate.Of(plan).OptimizerState,
            experiment.Train.KeepEvery is { } every ? Math.Max(0, (steps - 1) / every - step / every) : 0,
            steps / experiment.Train.SaveEvery - step / experiment.Train.SaveEvery
        );
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

/// <summary>What a run puts on the disk.</summary>
/// <param name="Model">Bytes of the finished model or adapter.</param>
/// <param name="State">Bytes of a state to go on from.</param>
/// <param name="Kept">Models that are kept on the way.</param>
/// <param name="Saves">States that are saved on the way, one after the other.</param>
readonly record struct RunRoom(long Model, long State, int Kept, int Saves)
{
    /// <summary>What lies there when it has ended.</summary>
    public long End => (1 + Kept) * Model;

    /// <summary>The most that lies there at a time, on top of what lies there now.</summary>
    /// <param name="isSaved">Whether there is a state already.</param>
    public long Peak(bool isSaved) => Kept * Model + RunSpace.Needed(Model, State, Saves, isSaved);
}
