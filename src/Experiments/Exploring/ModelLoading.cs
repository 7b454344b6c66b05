using SVco.Core;
using SVco.Core.Training;
using SVco.Models;
using SVco.Models.Folders;
using SVco.Models.Hub;
using SVco.Models.Lora;

namespace SVco.Experiments;

/// <summary>From the name of a model to a model that can be asked.</summary>
public static class ModelLoading
{
    /// <summary>Loads a model. Without a folder it is the tiny bundled checkpoint of its family, as in the bundled scripts: its numbers mean nothing.</summary>
    /// <param name="model">Its precision counts too.</param>
    /// <param name="checkpoint">A folder, a LoRA adapter's folder, a run's checkpoint, or a hub id; null takes the bundled checkpoint.</param>
    /// <param name="settings">How texts become rows: behaviour and text limit; null takes the usual ones.</param>
    /// <param name="device">auto, cpu, cuda or cuda:N.</param>
    /// <param name="progress">Is told of downloads.</param>
    /// <param name="stop">Ends a download; what has been fetched is kept.</param>
    /// <exception cref="UserException">The model cannot be had, or its files do not belong together.</exception>
    public static async Task<ReadyModel> Load(
        this ModelSpec model,
        string? checkpoint = null,
        TrainSettings? settings = null,
        string device = "auto",
        IProgress<RunEvent>? progress = null,
        CancellationToken stop = default
    )
    {
        var name = checkpoint ?? Tiny.CheckpointOf(model);
        var adapter = AdapterFolder.Find(name);
        var folder = await ModelHub.ResolveAsync(
            adapter?.Base ?? name,
            new RunProgress(progress),
            stop,
            beforeWeights: partial => ModelFolder.CheckWithoutWeights(partial)
        );
        NativeLibraries.Load();
        return Ready(name, folder, adapter, model.LoadOptions(Devices.Parse(device)), settings ?? new());
    }

    static ReadyModel Ready(string name, string folder, AdapterFolder? adapter, LoadOptions options, TrainSettings settings) =>
        new(
            name,
            folder,
            adapter,
            options,
            settings,
            (adapter is null ? RunDescription.BaseOf(folder) : folder) is { } before
                ? () => Ready(before, before, adapter: null, options, settings)
                : null
        );
}
