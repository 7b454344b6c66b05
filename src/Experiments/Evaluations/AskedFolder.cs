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
    const string KnownFile = "model.json";

    /// <summary>What an evaluation's folder keeps of a model, so that its answers can be graded again without it.</summary>
    sealed record Known(string Checkpoint, string Asked, string Content);

    /// <summary>Why the model cannot be had, when it has answered before; what it has not answered yet cannot be asked. Null where it is there.</summary>
    UserException? Missing { get; init; }

    /// <summary>Where its answers and verdicts lie, when other evaluations share them; null where they are this evaluation's alone.</summary>
    public string? Shared { get; init; }

    /// <summary>The folder, for what needs its files.</summary>
    /// <exception cref="UserException">The model is not there any more.</exception>
    public string Required => Missing is null ? Folder : throw new UserException($"{Name} is needed again. {Missing.Message}", Missing);

    /// <summary>
    /// Finds it, downloads what is missing, and compares its files with each other. One that cannot be had any more but has answered in the same
    /// evaluation is known by what that left.
    /// </summary>
    /// <exception cref="UserException">It cannot be had, or its files do not belong together.</exception>
    public static async Task<AskedFolder> FindAsync(
        NamedCheckpoint model,
        EvaluationPlan plan,
        RunProgress progress,
        CancellationToken stop
    )
    {
        var adapter = AdapterFolder.Find(model.Checkpoint);
        var known = Path.Combine(plan.Folder, model.Name, KnownFile);
        var asked = $"{plan.Precision} {plan.VisionPrecision} {plan.Behaviour}";
        string folder;
        try
        {
            folder = await ModelHub.ResolveAsync(
                adapter?.Base ?? model.Checkpoint,
                progress,
                stop,
                beforeWeights: partial => ModelFolder.CheckWithoutWeights(partial)
            );
        }
        catch (UserException error)
            when (SealedJson.Find<Known>(known) is { } before && (before.Checkpoint, before.Asked) == (model.Checkpoint, asked))
        {
            progress.Note($"{model.Name} ({model.Checkpoint}) is not there any more; the answers that it gave are graded.");
            return new(model.Name, model.Checkpoint, "", null, before.Content) { Missing = error };
        }

        EvaluationMemory.Tell(model.Name, ModelFolder.Check(folder), plan, progress);
        if (ChatFormat.For(Tokenizer.Load(folder), folder).Note is { } note)
        {
            progress.Note(note);
        }

        var weights = ModelFingerprint.Of(folder, UserCaches.Files(progress), progress.Note);
        if (model.Base is { } begun && begun != weights && begun != adapter?.FingerprintOn(weights))
        {
            throw new UserException(
                $"{model.Name}: the weights in {folder} are no longer those that the run began with (SHA-256 {begun} in its experiment.yaml), so its checkpoints cannot be compared with them. Put them back."
            );
        }

        var companions = string.Join(' ', CompanionFiles.Of(folder).Order(StringComparer.Ordinal).Select(file => ContentHash.OfFile(file)));
        var adapted = adapter is null ? "" : $" adapter {adapter.Fingerprint}";
        var vision = plan.VisionPrecision is { } tower && tower != plan.Precision ? $" vision {tower}" : "";
        // The number is of how images are read and texts are written; it grows when that changes.
        var content = ContentHash.Of(
            $"{weights} answers 2 {plan.Precision}{vision} {plan.Behaviour} {companions} {ImageProcessor.SettingsOf(folder)}{adapted}"
        );
        SealedJson.Write(known, new Known(model.Checkpoint, asked, content));
        return new(model.Name, model.Checkpoint, folder, adapter, content);
    }
}
