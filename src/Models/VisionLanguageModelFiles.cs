using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Files;
using SVco.Models.Checkpoints;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models;

public abstract partial class VisionLanguageModel
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// Saves a Hugging Face folder: the weights in their present types, config.json with its torch_dtype, and the
    /// tokenizer, processor, chat template and generation files of <see cref="Folder"/>. The folder is written beside its place, synced and
    /// renamed, so that a failure leaves an older one as it was.
    /// </summary>
    /// <param name="folder">The folder to make.</param>
    /// <param name="overwrite">Whether an existing folder may be replaced as a whole.</param>
    /// <param name="maximumShardBytes">The largest file of weights.</param>
    /// <exception cref="UserException">The folder exists and must not be replaced, or the disk refuses.</exception>
    /// <exception cref="InvalidOperationException">A LoRA adapter is attached; merge it or save it by itself.</exception>
    public void Save(string folder, bool overwrite = false, long maximumShardBytes = SafetensorsWriter.DefaultShardBytes)
    {
        if (Adapter is not null)
        {
            throw new InvalidOperationException("A LoRA adapter is attached: merge it before saving the model, or save the adapter.");
        }

        AtomicOutput.WriteFolder(
            folder,
            overwrite,
            temporary =>
            {
                if (Folder.Length > 0)
                {
                    CompanionFiles.Copy(Folder, temporary);
                }

                WriteConfig(temporary, ConfigToSave());
                SafetensorsWriter.WriteModel(temporary, Parameters, maximumShardBytes);
            }
        );
    }

    /// <summary>
    /// Writes the folder that <see cref="Random"/> and <see cref="Save"/> would write with all weights in one type, but holds one shard of it
    /// at a time, so that a 7B model needs no 16 GB to be made. There is no tokenizer in it.
    /// </summary>
    /// <param name="config">The geometry.</param>
    /// <param name="seed">Of the weights.</param>
    /// <param name="type">Their float type.</param>
    /// <param name="folder">The folder to make.</param>
    /// <param name="maximumShardBytes">The largest file of weights.</param>
    /// <exception cref="UserException">The folder exists, or the disk refuses.</exception>
    public static void SaveRandom(
        ModelConfig config,
        long seed,
        ScalarType type,
        string folder,
        long maximumShardBytes = SafetensorsWriter.DefaultShardBytes
    )
    {
        NativeLibraries.Load();
        using var scope = NewDisposeScope();
        using var weights = new RandomWeights(seed, config.Text.InitializerRange, _ => type, CPU);
        var shapes = Build(config, new MetaWeights(type)).Parameters;
        AtomicOutput.WriteFolder(
            folder,
            overwrite: false,
            temporary =>
            {
                WriteConfig(temporary, (config with { TorchDtype = DataType.TorchNameOf(type) }).ToJson());
                SafetensorsWriter.WriteModel(temporary, shapes, maximumShardBytes, shape => weights.Get(shape.Name, shape.Value.shape));
            }
        );
    }

    /// <summary>Puts the weights of another folder of the same shapes into this model's parameters.</summary>
    /// <exception cref="UserException">A file is missing, malformed, or of another model.</exception>
    public void CopyFrom(string folder)
    {
        using var checkpoint = Checkpoint.Open(folder);
        foreach (var parameter in Parameters)
        {
            checkpoint.CopyTo(Config.NamesInFiles(parameter.Name).FirstOrDefault(checkpoint.Has) ?? parameter.Name, parameter.Value);
        }
    }

    static void WriteConfig(string folder, JsonObject config) =>
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString(Indented) + "\n");

    JsonObject ConfigToSave()
    {
        var source = Path.Combine(Folder, "config.json");
        var json = Folder.Length > 0 ? JsonNode.Parse(File.ReadAllText(source))!.AsObject() : Config.ToJson();
        json.Remove("dtype");
        json["torch_dtype"] = DataType.TorchNameOf(Dtype);
        return json;
    }
}
