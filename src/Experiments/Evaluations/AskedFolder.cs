using SVco.Core;
using SVco.Files;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Models.Text;
using SVco.Training.Caching;

namespace SVco.Experiments;

/// <summary>The folder of a model that is evaluated, looked at before any weights are loaded.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Checkpoint">What the person named.</param>
/// <param name="Folder">Where the model lies; with an adapter the one that it belongs to.</param>
/// <param name="Adapter">Its adapter; null without one.</param>
/// <param name="Content">Names all that decides what it answers.</param>
sealed record AskedFolder(string Name, string Checkpoint, string Folder, AdapterFolder? Adapter, string Content)
{
    /// <summary>Finds it, downloads what is missing, and compares its files with each other.</summary>
    /// <exception cref="UserException">It cannot be had, or its files do not belong together.</exception>
    public static async Task<AskedFolder> FindAsync(
        NamedCheckpoint model,
        EvaluationPlan plan,
        RunProgress progress,
        CancellationToken stop
    )
    {
        var adapter = AdapterFolder.Find(model.Checkpoint);
        var folder = await ModelHub.ResolveAsync(
            adapter?.Base ?? model.Checkpoint,
            progress,
            stop,
            beforeWeights: partial => ModelFolder.CheckWithoutWeights(partial)
        );
        EvaluationMemory.Tell(model.Name, ModelFolder.Check(folder), plan, progress);
        if (ChatFormat.For(Tokenizer.Load(folder), folder).Note is { } note)
        {
            progress.Note(note);
        }

        var weights = ModelFingerprint.Of(folder, UserCaches.Files(progress), progress.Note);
        if (model.Base is { } known && known != weights && known != adapter?.FingerprintOn(weights))
        {
            throw new UserException(
                $"{model.Name}: the weights in {folder} are no longer those that the run began with (SHA-256 {known} in its experiment.yaml), so its checkpoints cannot be compared with them. Put them back."
            );
        }

        var companions = string.Join(' ', CompanionFiles.Of(folder).Order(StringComparer.Ordinal).Select(file => ContentHash.OfFile(file)));
        var adapted = adapter is null ? "" : $" adapter {adapter.Fingerprint}";
        var vision = plan.VisionPrecision is { } tower && tower != plan.Precision ? $" vision {tower}" : "";
        // The number is of how images are read and texts are written; it grows when that changes.
        return new(
            model.Name,
            model.Checkpoint,
            folder,
            adapter,
            ContentHash.Of(
                $"{weights} answers 2 {plan.Precision}{vision} {plan.Behaviour} {companions} {ImageProcessor.SettingsOf(folder)}{adapted}"
            )
        );
    }
}
