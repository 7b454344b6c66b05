using SVco.Core;
using SVco.Files;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Training.Caching;

namespace SVco.Experiments;

/// <summary>The folder of a model that is evaluated, looked at before any weights are loaded.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Checkpoint">What the person named.</param>
/// <param name="Folder">Where the model lies; with an adapter the one that it belongs to.</param>
/// <param name="Adapter">The folder of its adapter; null without one.</param>
/// <param name="Content">Names all that decides what it answers.</param>
sealed record AskedFolder(string Name, string Checkpoint, string Folder, string? Adapter, string Content)
{
    const long FileCacheBytes = 1L << 20;

    /// <summary>Finds it, downloads what is missing, and compares its files with each other.</summary>
    /// <exception cref="UserException">It cannot be had, or its files do not belong together.</exception>
    public static async Task<AskedFolder> FindAsync(
        NamedCheckpoint model,
        EvaluationPlan plan,
        RunProgress progress,
        CancellationToken stop
    )
    {
        var adapter = LoraAdapter.IsIn(model.Checkpoint) ? model.Checkpoint : null;
        var folder = await ModelHub.ResolveAsync(
            adapter is null ? model.Checkpoint : BaseOf(model.Name, adapter),
            progress,
            stop,
            beforeWeights: partial => ModelFolder.CheckWithoutWeights(partial)
        );
        ModelFolder.Check(folder);
        var weights = ModelFingerprint.Of(folder, new(CacheRoot.Of("files"), FileCacheBytes, progress.Note), progress.Note);
        var companions = string.Join(' ', CompanionFiles.Of(folder).Order(StringComparer.Ordinal).Select(file => ContentHash.OfFile(file)));
        var adapted = adapter is null
            ? ""
            : $" adapter {string.Join(' ', ContentHash.OfFolder(adapter).Select(file => $"{file.Key} {file.Value}"))}";
        // The number is of how images are read and texts are written; it grows when that changes.
        return new(
            model.Name,
            model.Checkpoint,
            folder,
            adapter,
            ContentHash.Of(
                $"{weights} answers 1 {plan.Precision} {plan.Behaviour} {companions} {ImageProcessor.SettingsOf(folder)}{adapted}"
            )
        );
    }

    static string BaseOf(string name, string adapter)
    {
        var model = LoraAdapter.BaseOf(adapter);
        return Path.IsPathRooted(model) && !Directory.Exists(model)
            ? throw new UserException(
                $"{name} is the adapter in {adapter}, and its model {model} is not there. Write where it is now as base_model_name_or_path in adapter_config.json."
            )
            : model;
    }
}
