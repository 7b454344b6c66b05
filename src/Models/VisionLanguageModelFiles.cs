using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Files;
using SVco.Models.Checkpoints;
using SVco.Models.Folders;
using SVco.Models.Hub;
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
                foreach (var (name, content) in Companions())
                {
                    File.WriteAllBytes(Path.Combine(temporary, name), content);
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

    /// <summary>Whether a config, or a section of one, has fields that older versions of transformers do not know.</summary>
    static bool IsNewer(JsonObject section) =>
        ((string[])["dtype", "image_token_id", "rope_parameters", "rope_scaling"]).Any(name => section[name] is not null);

    static void PutMissing(JsonObject json, JsonObject known)
    {
        foreach (var (name, value) in known.Where(field => field.Value is not null))
        {
            if (value is JsonObject section && json[name] is JsonObject old)
            {
                PutMissing(old, section);
            }
            else if (json[name] is null)
            {
                json[name] = value!.DeepClone();
            }
        }
    }

    static void WriteConfig(string folder, JsonObject config) =>
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString(Indented) + "\n");

    IEnumerable<(string Name, byte[] Content)> Companions() =>
        Folder.Length == 0
            ? []
            : OlderLayout.Of(CompanionFiles.Of(Folder).ToDictionary(file => Path.GetFileName(file), file => InputFile.Bytes(file)));

    JsonObject ConfigToSave()
    {
        var known = Config.ToJson();
        if (Folder.Length == 0)
        {
            known["torch_dtype"] = DataType.TorchNameOf(Dtype);
            return known;
        }

        var json = JsonNode.Parse(TextFile.Utf8(Path.Combine(Folder, ModelFiles.Config)).Span)!.AsObject();
        var isNewer = new[] { json, json["text_config"], json["vision_config"] }.OfType<JsonObject>().Any(IsNewer);
        json.Remove("dtype");
        json["torch_dtype"] = DataType.TorchNameOf(Dtype);
        if (isNewer)
        {
            // What stands there stays, and beside it the fields under the older names, which every version reads.
            PutMissing(json, known);
        }

        return json;
    }
}
