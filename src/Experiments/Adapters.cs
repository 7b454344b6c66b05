using SVco.Models;
using SVco.Models.Lora;

namespace SVco.Experiments;

/// <summary>What of a model is trained.</summary>
static class Adapters
{
    /// <summary>Says which parameters are trained, with adapters the adapters' alone, and gives them the values to go on from.</summary>
    /// <param name="experiment">Its base model's frozen parts and adapters.</param>
    /// <param name="model">The loaded base model.</param>
    /// <param name="saved">The folder of the saved model or adapters to go on with; null to begin with the base model or new adapters.</param>
    public static LoraAdapter? Restore(Experiment experiment, VisionLanguageModel model, string? saved)
    {
        model.SetTrainable(experiment.Model.Trained);
        if (experiment.Model.Lora is not { } lora)
        {
            if (saved is not null)
            {
                model.CopyFrom(saved);
            }

            return null;
        }

        var config = Config(model.Config, experiment.Model.Frozen, lora) with { BaseModel = model.Folder };
        var adapter = saved is null ? LoraAdapter.Create(model, config, experiment.Train.Seed) : LoraAdapter.Load(saved, model);
        adapter.Train();
        return adapter;
    }

    /// <summary>The adapters' settings in PEFT's words.</summary>
    public static LoraConfig Config(ModelConfig model, Part frozen, Lora lora) =>
        LoraConfig.Outside(model, frozen, lora.Rank, lora.Alpha, [.. lora.Targets]);
}
