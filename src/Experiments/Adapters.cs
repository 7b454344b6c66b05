using SVco.Core;
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

    /// <summary>Makes sure that each name of a map that gets adapters is one; no weights are needed for it.</summary>
    /// <exception cref="UserException">One is not, or only in frozen parts.</exception>
    public static void Require(Experiment experiment, ModelConfig config)
    {
        if (experiment.Model.Lora is not { } lora)
        {
            return;
        }

        var maps = VisionLanguageModel.ParameterShapes(config).Select(shape => shape.Map).OfType<string>().ToArray();
        var wrong = lora.Targets.FirstOrDefault(target =>
            Config(config, experiment.Model.Frozen, lora with { Targets = [target] }) is var alone
            && !maps.Any(map => alone.Targets(map, config))
        );
        if (wrong is not null)
        {
            var open = Config(config, experiment.Model.Frozen, lora with { Targets = ["all-linear"] });
            var names = maps.Where(map => open.Targets(map, config)).Select(map => map[(map.LastIndexOf('.') + 1)..]).Distinct().Order();
            throw new UserException(
                $"model.lora.targets: {wrong} is no linear map of what is trained. There are {string.Join(", ", names)}, and all-linear for all of them."
            );
        }
    }

    /// <summary>The adapters' settings in PEFT's words.</summary>
    public static LoraConfig Config(ModelConfig model, Part frozen, Lora lora) =>
        LoraConfig.Outside(model, frozen, lora.Rank, lora.Alpha, [.. lora.Targets]);
}
