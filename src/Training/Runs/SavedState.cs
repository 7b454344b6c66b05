using System.Collections.Immutable;
using System.Globalization;
using SVco.Core;
using SVco.Files;
using SVco.Models;
using SVco.Models.Checkpoints;
using SVco.Models.Lora;
using SVco.Training.Distributed;

namespace SVco.Training;

/// <summary>
/// The newest state of a run to go on from, <c>step-N/</c>: the model, the optimiser's moments, and <c>state.json</c> with the step and the
/// SHA-256 of every other file.
/// </summary>
/// <param name="folder">The folder that holds it.</param>
public sealed class SavedState(string folder)
{
    const string StepFile = "state.json";
    const string OptimizerFile = "optimizer.safetensors";
    const string ModelFolder = "model";

    const string Prefix = "step-";

    /// <param name="Step">Optimiser steps made.</param>
    /// <param name="Files">The SHA-256 of each file by its path in the state's folder; null in a state that an earlier version saved.</param>
    sealed record Progress(int Step, ImmutableSortedDictionary<string, string>? Files);

    /// <summary>Its folder; null when nothing was saved yet.</summary>
    public string? Newest => StepsIn(folder).Select(state => state.Folder).LastOrDefault();

    /// <summary>Optimiser steps made when it was saved; 0 when nothing was saved yet.</summary>
    public int Step => StepsIn(folder).Select(state => state.Step).LastOrDefault();

    /// <summary>The folders <c>step-N</c> in a folder, in the order of their steps.</summary>
    internal static IEnumerable<(int Step, string Folder)> StepsIn(string folder) =>
        !Directory.Exists(folder)
            ? []
            : from state in Directory.GetDirectories(folder, $"{Prefix}*")
            let step = int.TryParse(Path.GetFileName(state)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var made)
                ? made
                : (int?)null
            where step is not null
            orderby step
            select (step.Value, state);

    /// <summary>
    /// Saves everything the run needs to go on, then removes the state before. All ranks take part, and rank 0 writes; what is written does not
    /// depend on how many they are.
    /// </summary>
    public void Save(VisionLanguageModel model, LoraAdapter? adapter, Optimizer optimizer, ICollective ranks)
    {
        var newest = Path.Combine(folder, NameOf(optimizer.Steps));
        if (ranks.SaysFirst(newest == Newest))
        {
            return;
        }

        if (ranks.Rank > 0)
        {
            optimizer.Save(OptimizerFile);
            return;
        }

        AtomicOutput.WriteFolder(
            newest,
            overwrite: false,
            temporary =>
            {
                SaveModel(model, adapter, Path.Combine(temporary, ModelFolder));
                optimizer.Save(Path.Combine(temporary, OptimizerFile));
                SealedJson.Write(Path.Combine(temporary, StepFile), new Progress(optimizer.Steps, ContentHash.OfFolder(temporary)));
            }
        );
        // Older states, and what a killed process left half written.
        foreach (var older in Directory.GetDirectories(folder).Where(state => state != newest))
        {
            Directory.Delete(older, recursive: true);
        }
    }

    /// <summary>Makes sure that all files are those that were saved.</summary>
    /// <param name="note">Is told when the state is of an earlier version, which wrote no checksums.</param>
    /// <exception cref="UserException">The state is damaged.</exception>
    public void Check(Action<string> note) =>
        Read(state =>
        {
            var saved = state is null ? ImmutableSortedDictionary<string, string>.Empty : ProgressOf(state, note).Files;
            var other = saved?.FirstOrDefault(file => ContentHash.OfFile(Path.Combine(state!, file.Key)) != file.Value);
            return other?.Key is { } name ? throw new UserException($"{name} has another SHA-256 than when it was saved") : state;
        });

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
            optimizer.Restore(moments);
            return ProgressOf(state, _ => { }).Step;
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

    /// <summary>The name of a step's folder.</summary>
    internal static string NameOf(int step) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D8}");

    static Progress ProgressOf(string state, Action<string> note) =>
        SealedJson.Read<Progress>(Path.Combine(state, StepFile), note) is var progress && NameOf(progress.Step) == Path.GetFileName(state)
            ? progress
            : throw new UserException($"{StepFile} says that it is of step {progress.Step}");

    T Read<T>(Func<string?, T> read)
    {
        var state = Newest;
        try
        {
            return read(state);
        }
        catch (Exception error) when (state is not null && error is not OperationCanceledException)
        {
            throw new UserException($"The saved state {state} is damaged; begin anew with --restart. ({error.Message})", error);
        }
    }
}
