using SVco.Miniature.BaseModel;
using SVco.Models;

namespace SVco.Miniature.Tests;

/// <summary>A base model of random weights in a folder of its own, for what does not depend on what a model has learnt.</summary>
sealed class SmallModel : IDisposable
{
    public SmallModel()
    {
        BaseModelFiles.Write(Folder);
        using var random = VisionLanguageModel.Random(
            ModelFamilies.ReadConfig(Path.Combine(Folder, "config.json")),
            seed: 5,
            new LoadOptions()
        );
        random.Save(Path.Combine(Folder, "weights"));
        File.Move(Path.Combine(Folder, "weights", "model.safetensors"), Path.Combine(Folder, "model.safetensors"));
        Model = MiniatureModel.Load(Folder);
    }

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"svco-miniature-{Guid.NewGuid():N}");

    public MiniatureModel Model { get; }

    public void Dispose()
    {
        Model.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
