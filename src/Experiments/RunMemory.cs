using SVco.Files;
using SVco.Models;
using SVco.Models.Images;
using SVco.Training;
using TorchSharp;

namespace SVco.Experiments;

/// <summary>The memory of a run before it begins.</summary>
static class RunMemory
{
    /// <summary>What decides what the run will take.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="modelFolder">The base model's folder.</param>
    /// <param name="data">The pairs.</param>
    /// <param name="scoring">How they are scored.</param>
    /// <param name="device">Where.</param>
    /// <param name="areImagesRead">Before they are, one may be broken, and each counts as the model's usual one.</param>
    /// <param name="ranks">How many processes train together.</param>
    public static MemoryPlan Plan(
        Experiment experiment,
        string modelFolder,
        RunData data,
        PackedScoring scoring,
        torch.Device device,
        bool areImagesRead,
        int ranks = 1
    )
    {
        var (model, load) = (experiment.Model, experiment.Model.LoadOptions(device));
        var processor = ImageProcessor.Load(modelFolder);
        var config = ModelFamilies.ReadConfig(Path.Combine(modelFolder, "config.json"));
        var largest = MemoryPlan.For(
            config,
            model.Trained,
            data.Train,
            image => areImagesRead ? processor.SizeOf(image, experiment.Train.Behaviour) : config.UsualImage,
            experiment.Objective.Cells(),
            experiment.Train.BatchSize
        );
        return largest with
        {
            Type = load.Dtype!.Value,
            VisionType = load.VisionDtype ?? load.Dtype.Value,
            Lora = model.Lora is { } lora ? Adapters.Config(config, model.Frozen, lora) : null,
            Accumulates = experiment.Train.Accumulation > 1,
            Ranks = ranks,
            Scoring = scoring,
        };
    }

    /// <summary>What the run will take, before anything is loaded; on the CPU also a warning where that is hardly there.</summary>
    /// <exception cref="Core.UserException">The CPU's memory cannot hold weights and optimiser.</exception>
    public static string Describe(MemoryPlan plan, torch.Device device)
    {
        var machine = new MachineMemory();
        var warning = device.type == DeviceType.CPU ? MemoryAdvice.Check(plan, machine.Installed, machine.Free) : null;
        return warning ?? $"memory: about {MemoryEstimate.Of(plan)}";
    }
}
