using System.Text.Json;
using SVco.Core;
using SVco.Models.Hub;
using SVco.Models.Text;

namespace SVco.Models.Folders;

/// <summary>Recognises the folders that people give in place of a model's.</summary>
static class FolderKind
{
    const string Adapter = "adapter_config.json";

    /// <summary>Makes sure that a folder is a model's in the format of transformers, as far as names and config.json tell.</summary>
    /// <exception cref="UserException">It is another; the message says what it is and what to give.</exception>
    public static void RequireModel(string folder)
    {
        bool Has(params ReadOnlySpan<string> parts) => Path.Exists(Path.Combine([folder, .. parts]));
        if (!Directory.Exists(folder))
        {
            throw new UserException($"The model folder {folder} does not exist.");
        }

        if (Has(Adapter))
        {
            throw ModelFiles.HasWeights(folder) && Has(ModelFiles.Config)
                ? new UserException(
                    $"{folder} is a model and has a LoRA adapter in it too ({Adapter}), with which transformers would load its base model. "
                        + "Take away either the adapter's files or the model's."
                )
                : IsAdapter(folder);
        }

        if (!Has(ModelFiles.Config))
        {
            throw new UserException(
                Has("snapshots")
                    ? $"{folder} is a model's folder in the hub's cache. Give the folder of a commit in it: {Below(folder, "snapshots")}."
                : Models(folder) is { Length: > 0 } models
                    ? $"{folder} is the hub's cache. Give a model's id in place of the folder: {string.Join(", ", models)}."
                : Has("experiment.yaml")
                    ? Has("checkpoint") ? $"{folder} is the folder of a run. Give its model: {Path.Combine(folder, "checkpoint")}."
                        : $"{folder} is the folder of a run that is not finished, so there is no model in it yet. Finish the run first."
                : $"{folder} has no {ModelFiles.Config}, so it is no model's folder in the format of transformers."
            );
        }

        var config = JsonField.Read(Path.Combine(folder, ModelFiles.Config));
        RequireThisFormat(config);
        RequireUnquantised(config);
    }

    /// <summary>Makes sure that the weights of a model's folder are there, in the one format that is read.</summary>
    /// <exception cref="UserException">They are not; the message says what is there instead.</exception>
    public static void RequireWeights(string folder)
    {
        if (!ModelFiles.HasWeights(folder))
        {
            throw Directory.EnumerateFiles(folder).Select(Path.GetFileName).FirstOrDefault(IsOtherWeights) is { } other
                ? new UserException(
                    $"{folder} has its weights in {other}; only safetensors are read. In Python: "
                        + "AutoModelForImageTextToText.from_pretrained(FOLDER).save_pretrained(OTHER, safe_serialization=True), likewise the processor."
                )
                : new UserException(
                    $"{folder} has no weights: neither {ModelFiles.SingleWeights} nor {ModelFiles.WeightsIndex} with its shards. Copy or fetch them too."
                );
        }
    }

    static UserException IsAdapter(string folder)
    {
        var config = JsonField.Read(Path.Combine(folder, Adapter));
        var of = config.Text("base_model_name_or_path", "");
        return new(
            $"{folder} is a LoRA adapter{(of.Length > 0 ? $" of {of}" : "")} and no model. Give its base model, or merge the two: in Python "
                + "PeftModel.from_pretrained(BASE, ADAPTER).merge_and_unload().save_pretrained(OTHER), likewise the processor."
        );
    }

    static void RequireThisFormat(JsonField config)
    {
        string[] architectures = config.Find("architectures") is { Kind: JsonValueKind.Array } list
            ? [.. list.Items().Select(name => $"{name.Value}")]
            : [];
        if (config.Find("mm_vision_tower") is not null || architectures.Any(IsOriginalLlava))
        {
            throw new UserException(
                $"{config.File} is of a checkpoint of the original LLaVA code ({string.Join(", ", architectures)}), whose layout is another. "
                    + "Give its conversion, such as llava-hf/llava-1.5-7b-hf or llava-hf/llava-interleave-qwen-7b-hf."
            );
        }
    }

    static bool IsOriginalLlava(string architecture) =>
        architecture.StartsWith("Llava", StringComparison.Ordinal) && architecture.EndsWith("ForCausalLM", StringComparison.Ordinal);

    /// <summary>Refuses a config that says that its weights are quantised.</summary>
    public static void RequireUnquantised(JsonField config)
    {
        foreach (var part in new[] { config, config.Section("text_config"), config.Section("vision_config") }.OfType<JsonField>())
        {
            // The second is an older name of the first.
            foreach (var name in (string[])["quantization_config", "compression_config"])
            {
                if (part.Section(name) is { } quantization && quantization.Value.EnumerateObject().Any())
                {
                    throw new UserException(
                        $"{config.File}: {quantization.Path}: the checkpoint is quantised ({quantization.Text("quant_method", "method not named")}). "
                            + "Finetuning needs the unquantised one that it was made from."
                    );
                }
            }
        }
    }

    static bool IsOtherWeights(string? name) =>
        name is not null
        && (
            (name.StartsWith("pytorch_model", StringComparison.Ordinal) && name.EndsWith(".bin", StringComparison.Ordinal))
            || Path.GetExtension(name) is ".gguf" or ".pth" or ".pt" or ".ckpt" or ".h5" or ".msgpack"
        );

    static string Below(string folder, string name) =>
        string.Join(" or ", Directory.EnumerateDirectories(Path.Combine(folder, name)).Order(StringComparer.Ordinal).Take(3));

    /// <summary>The ids of the models in a cache of the hub.</summary>
    static string[] Models(string folder) =>
        [
            .. new[] { folder, Path.Combine(folder, "hub") }
                .Where(Directory.Exists)
                .SelectMany(cache => Directory.EnumerateDirectories(cache, "models--*"))
                .Select(model => Path.GetFileName(model)["models--".Length..].Replace("--", "/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Take(5),
        ];
}
