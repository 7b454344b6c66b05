using SVco.Core;
using SVco.Files;
using SVco.Models.Hub;

namespace SVco.Models.Lora;

/// <summary>A folder with a LoRA adapter alone, given where a model is wanted: it stands for its base model with the adapter merged.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Base">The folder or hub id of its base model.</param>
public sealed record AdapterFolder(string Path, string Base)
{
    /// <summary>Recognises one.</summary>
    /// <param name="folder">A folder, or the hub id of a model.</param>
    /// <returns>Null where it is anything else.</returns>
    /// <exception cref="UserException">Its settings cannot be read, are not supported, or name no base model.</exception>
    public static AdapterFolder? Find(string folder)
    {
        if (!File.Exists(System.IO.Path.Combine(folder, LoraAdapter.ConfigName)) || ModelFiles.HasWeights(folder))
        {
            return null;
        }

        var file = System.IO.Path.Combine(folder, LoraAdapter.ConfigName);
        var name = LoraConfig.Read(file).BaseModel;
        return name.Length == 0
                ? throw new UserException(
                    $"{file}: base_model_name_or_path is empty, so it cannot be told of which model {folder} is an adapter. Write its folder or hub id there."
                )
            : Directory.Exists(System.IO.Path.Combine(folder, name)) && !Directory.Exists(name)
                ? new(folder, System.IO.Path.Combine(folder, name))
            : new(folder, name);
    }

    /// <summary>Names it by its content.</summary>
    /// <exception cref="UserException">A file cannot be read.</exception>
    public string Fingerprint =>
        string.Join(
            ' ',
            new[] { LoraAdapter.ConfigName, LoraAdapter.WeightsName }.Select(name => ContentHash.OfFile(System.IO.Path.Combine(Path, name)))
        );

    /// <summary>Names the base model with the adapter by their contents.</summary>
    /// <param name="weights">Names the base model's.</param>
    public string FingerprintOn(string weights) => ContentHash.Of($"{weights} {Fingerprint}");

    /// <summary>Adds it to its base model for good.</summary>
    /// <exception cref="UserException">It does not fit, or changes a head that shares its weights with the embeddings.</exception>
    public void MergeInto(VisionLanguageModel model) => LoraAdapter.Load(Path, model).Merge();
}
