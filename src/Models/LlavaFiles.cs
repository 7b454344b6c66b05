using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Models.Files;

namespace SVco.Models;

public sealed partial class Llava
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// Saves a Hugging Face folder: the weights in their present types under the older names, config.json with its torch_dtype, and the
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
                foreach (var file in Companions())
                {
                    File.Copy(file, Path.Combine(temporary, Path.GetFileName(file)));
                }

                File.WriteAllText(Path.Combine(temporary, "config.json"), ConfigToSave().ToJsonString(Indented) + "\n");
                SafetensorsWriter.WriteModel(temporary, Parameters, maximumShardBytes);
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
            checkpoint.CopyTo(LlavaNames.InFiles(parameter.Name).FirstOrDefault(checkpoint.Has) ?? parameter.Name, parameter.Value);
        }
    }

    /// <summary>What a processor and a tokenizer are made of; weights, their index, config.json and hub bookkeeping are not among it.</summary>
    IEnumerable<string> Companions() =>
        Folder.Length == 0
            ? []
            : Directory
                .EnumerateFiles(Folder)
                .Where(file =>
                    Path.GetExtension(file) is ".json" or ".jinja" or ".txt" or ".model"
                    && Path.GetFileName(file) is var name
                    && name is not ("config.json" or "adapter_config.json" or "trainer_state.json")
                    && !name.EndsWith(".index.json")
                );

    JsonObject ConfigToSave()
    {
        var source = Path.Combine(Folder, "config.json");
        var json = Folder.Length > 0 ? JsonNode.Parse(File.ReadAllText(source))!.AsObject() : Config.ToJson();
        json.Remove("dtype");
        json["torch_dtype"] = DataType.TorchNameOf(Dtype);
        return json;
    }
}
