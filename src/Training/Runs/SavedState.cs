using System.Globalization;
using System.Text.Json;
using SVco.Core;
using SVco.Files;
using SVco.Models;
using SVco.Models.Checkpoints;
using SVco.Models.Lora;

namespace SVco.Training;

/// <summary>The newest state of a run to go on from, <c>step-N/</c>: the model, the optimiser's moments and the step.</summary>
/// <param name="folder">The folder that holds it.</param>
public sealed class SavedState(string folder)
{
    const string StepFile = "state.json";
    const string OptimizerFile = "optimizer.safetensors";
    const string ModelFolder = "model";

    sealed record Progress(int Step);

    /// <summary>Its folder; null when nothing was saved yet.</summary>
    public string? Newest =>
        Directory.Exists(folder)
            ? Directory
                .GetDirectories(folder, "step-*")
                .Where(state => File.Exists(Path.Combine(state, StepFile)))
                .MaxBy(state => state, StringComparer.Ordinal)
            : null;

    /// <summary>Saves everything the run needs to go on, then removes the state before.</summary>
    public void Save(VisionLanguageModel model, LoraAdapter? adapter, Optimizer optimizer)
    {
        var newest = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"step-{optimizer.Steps:D8}"));
        if (newest == Newest)
        {
            return;
        }

        AtomicOutput.WriteFolder(
            newest,
            overwrite: false,
            temporary =>
            {
                SaveModel(model, adapter, Path.Combine(temporary, ModelFolder));
                SafetensorsWriter.Write(Path.Combine(temporary, OptimizerFile), optimizer.State);
                File.WriteAllText(Path.Combine(temporary, StepFile), JsonSerializer.Serialize(new Progress(optimizer.Steps)));
            }
        );
        // Older states, and what a killed process left half written.
        foreach (var older in Directory.GetDirectories(folder).Where(state => state != newest))
        {
            Directory.Delete(older, recursive: true);
        }
    }

    /// <summary>Reads the saved model.</summary>
    /// <param name="load">Is given the folder of the model or the adapter; null when nothing was saved yet.</param>
    /// <exception cref="UserException">The state is damaged.</exception>
    public T RestoreModel<T>(Func<string?, T> load) => Read(state => load(state is null ? null : Path.Combine(state, ModelFolder)));

    /// <summary>Puts the saved moments and step count into the optimiser, if there are any.</summary>
    /// <exception cref="UserException">The state is damaged.</exception>
    public void Restore(Optimizer optimizer) =>
        optimizer.Steps = Read(state =>
        {
            if (state is null)
            {
                return 0;
            }

            using var moments = SafetensorsFile.Open(Path.Combine(state, OptimizerFile));
            foreach (var tensor in optimizer.State)
            {
                moments.CopyTo(tensor.Name, tensor.Value);
            }

            return JsonSerializer.Deserialize<Progress>(File.ReadAllText(Path.Combine(state, StepFile)))!.Step;
        });

    /// <summary>Deletes it.</summary>
    public void Delete()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Saves what is trained: the adapter, or without one the model.</summary>
    internal static void SaveModel(VisionLanguageModel model, LoraAdapter? adapter, string folder)
    {
        if (adapter is null)
        {
            model.Save(folder, overwrite: true);
        }
        else
        {
            adapter.Save(folder, overwrite: true);
        }
    }

    T Read<T>(Func<string?, T> read)
    {
        var state = Newest;
        try
        {
            return read(state);
        }
        catch (Exception error) when (state is not null && error is (UserException or JsonException or IOException))
        {
            throw new UserException($"The saved state {state} is damaged; begin anew with --restart. ({error.Message})", error);
        }
    }
}
