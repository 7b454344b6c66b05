using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Files;
using SVco.Models;
using SVco.Models.Files;
using SVco.Models.Lora;

namespace SVco.Training;

/// <summary>
/// The folder of a run: <c>experiment.yaml</c> (what was run), <c>metrics.jsonl</c> and <c>tensorboard/</c> (what happened),
/// <c>images.sha256</c> (on which images), <c>checkpoints/step-N/</c> (the newest state to go on from) and <c>checkpoint/</c> (the finished
/// model in HuggingFace's or PEFT's layout). Everything in it is written beside its place, synced and renamed, so a crash leaves the last good state.
/// </summary>
public sealed class RunFolder : IDisposable
{
    const string Description = "experiment.yaml";
    const string StateFile = "state.json";
    const string OptimizerFile = "optimizer.safetensors";
    const string ModelFolder = "model";

    sealed record State(int Step);

    const string LockFile = "lock";

    readonly FileLock _lock;

    RunFolder(string path) => (Path, _lock) = (path, Lock(path));

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the finished model goes.</summary>
    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint");

    /// <summary>The folder of the newest saved state; null when there is none.</summary>
    public string? NewestState =>
        Directory.Exists(States)
            ? Directory
                .GetDirectories(States, "step-*")
                .Where(folder => File.Exists(System.IO.Path.Combine(folder, StateFile)))
                .MaxBy(folder => folder, StringComparer.Ordinal)
            : null;

    /// <summary>Whether the run has come to its end.</summary>
    public bool IsFinished => Directory.Exists(Checkpoint);

    /// <summary>The pairs that were refused, a JSON object a line.</summary>
    public string RefusedFile => System.IO.Path.Combine(Path, "refused.jsonl");

    string ReferenceFile => System.IO.Path.Combine(Path, "reference.json");

    string ImagesFile => System.IO.Path.Combine(Path, "images.sha256");

    string States => System.IO.Path.Combine(Path, "checkpoints");

    /// <summary>Opens a run's folder, new or to go on.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="experiment">The resolved experiment as YAML.</param>
    /// <param name="restart">Throws away what an earlier run left in the folder.</param>
    /// <exception cref="UserException">The folder holds another experiment or something else.</exception>
    public static RunFolder Open(string path, string experiment, bool restart)
    {
        if (!IsRun(path))
        {
            throw new UserException($"{path} is not a run's folder and not empty. Choose another with --output.");
        }

        var folder = new RunFolder(path);
        try
        {
            folder.Begin(experiment, restart);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder is a run's, or may become one; one whose process was killed at its very first write holds only that.</summary>
    static bool IsRun(string path) =>
        !Directory.Exists(path)
        || File.Exists(System.IO.Path.Combine(path, Description))
        || Directory
            .EnumerateFileSystemEntries(path)
            .Select(entry => System.IO.Path.GetFileName(entry))
            .All(name => name == LockFile || AtomicOutput.IsTemporary(name));

    /// <summary>Takes away what is not to stay and compares what was run here with what is to run now; the lock is held.</summary>
    void Begin(string experiment, bool restart)
    {
        var description = System.IO.Path.Combine(Path, Description);
        // The description goes last: without it this is no run's folder.
        var leaving = Directory
            .GetFileSystemEntries(Path)
            .Where(entry =>
                System.IO.Path.GetFileName(entry) is var name && name != LockFile && (restart || AtomicOutput.IsTemporary(name))
            );
        foreach (var entry in leaving.OrderBy(entry => entry == description))
        {
            Delete(entry);
        }

        if (!File.Exists(description))
        {
            WriteText(description, experiment);
        }
        else if (FirstDifference(File.ReadAllText(description), experiment) is { } difference)
        {
            throw new UserException(
                $"{Path} holds a run of another experiment: it has '{difference.Before}' where this one has '{difference.Now}'. "
                    + "Choose another folder with --output, or throw the earlier run away with --restart."
            );
        }

        if (IsFinished)
        {
            DeleteStates();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    static FileLock Lock(string path) =>
        new(
            System.IO.Path.Combine(path, LockFile),
            $"Another process is training in {path}. Wait for it, or choose another folder with --output.",
            "Choose another with --output."
        );

    static void Delete(string entry)
    {
        if (Directory.Exists(entry))
        {
            Directory.Delete(entry, recursive: true);
        }
        else
        {
            File.Delete(entry);
        }
    }

    /// <summary>Makes sure that a run goes on with the images it began with.</summary>
    /// <param name="images">Names the contents of all of them.</param>
    /// <exception cref="UserException">They are others.</exception>
    public void HoldTo(string images)
    {
        if (!File.Exists(ImagesFile) || (NewestState is null && !File.Exists(ReferenceFile)))
        {
            WriteText(ImagesFile, images);
        }
        else if (File.ReadAllText(ImagesFile) != images)
        {
            throw new UserException(
                $"Images have changed since the run in {Path} began. Put them back, delete {ImagesFile} to go on with the new ones, "
                    + "or begin anew with --restart."
            );
        }
    }

    /// <summary>Lists the pairs that were refused and why.</summary>
    public void WriteRefused(IEnumerable<Refusal> refused) => JsonLines.Write(RefusedFile, refused);

    /// <summary>Keeps the reference's log-probabilities, so that a run that goes on needs no reference model.</summary>
    public void WriteReference(
        IEnumerable<PreparedPair> pairs,
        ImmutableDictionary<PreparedPair, ImmutableDictionary<Cell, double>> reference
    ) =>
        WriteText(
            ReferenceFile,
            JsonSerializer.Serialize(
                pairs.Select(pair => reference.GetValueOrDefault(pair, []).ToDictionary(cell => cell.Key.ToString(), cell => cell.Value))
            )
        );

    /// <summary>The log-probabilities of <see cref="WriteReference"/> for the same pairs; null when there are none yet or they are damaged.</summary>
    public ImmutableDictionary<PreparedPair, ImmutableDictionary<Cell, double>>? Reference(IReadOnlyList<PreparedPair> pairs)
    {
        if (!File.Exists(ReferenceFile))
        {
            return null;
        }

        var cells = Enum.GetValues<Side>()
            .SelectMany(side =>
                Enum.GetValues<ImageCondition>()
                    .SelectMany(image => Enum.GetValues<Tokens>().Select(tokens => new Cell(side, image, tokens)))
            )
            .ToDictionary(cell => cell.ToString());
        try
        {
            return
                JsonSerializer.Deserialize<Dictionary<string, double>[]>(File.ReadAllText(ReferenceFile)) is { } values
                && values.Length == pairs.Count
                ? pairs
                    .Zip(values)
                    .ToImmutableDictionary(
                        pair => pair.First,
                        pair => pair.Second.ToImmutableDictionary(cell => cells[cell.Key], cell => cell.Value)
                    )
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Saves everything the run needs to go on, then removes the state before.</summary>
    public string Save(Llava model, LoraAdapter? adapter, AdamW optimizer)
    {
        var folder = System.IO.Path.Combine(States, string.Create(CultureInfo.InvariantCulture, $"step-{optimizer.Steps:D8}"));
        if (folder == NewestState)
        {
            return folder;
        }

        AtomicOutput.WriteFolder(
            folder,
            overwrite: false,
            temporary =>
            {
                SaveModel(model, adapter, System.IO.Path.Combine(temporary, ModelFolder));
                SafetensorsWriter.Write(System.IO.Path.Combine(temporary, OptimizerFile), optimizer.State);
                File.WriteAllText(System.IO.Path.Combine(temporary, StateFile), JsonSerializer.Serialize(new State(optimizer.Steps)));
            }
        );
        // Older states, and what a killed process left half written.
        foreach (var older in Directory.GetDirectories(States).Where(state => state != folder))
        {
            Directory.Delete(older, recursive: true);
        }

        return folder;
    }

    /// <summary>Reads the model of the newest saved state.</summary>
    /// <param name="load">Is given the folder of the model or the adapter; null when nothing was saved yet.</param>
    /// <exception cref="UserException">The state is damaged.</exception>
    public T RestoreModel<T>(Func<string?, T> load) =>
        FromState(state => load(state is null ? null : System.IO.Path.Combine(state, ModelFolder)));

    /// <summary>Puts the newest saved moments and step count into the optimiser, if there are any.</summary>
    /// <exception cref="UserException">The state is damaged.</exception>
    public void Restore(AdamW optimizer) =>
        optimizer.Steps = FromState(state =>
        {
            if (state is null)
            {
                return 0;
            }

            using var moments = SafetensorsFile.Open(System.IO.Path.Combine(state, OptimizerFile));
            foreach (var tensor in optimizer.State)
            {
                moments.CopyTo(tensor.Name, tensor.Value);
            }

            return JsonSerializer.Deserialize<State>(File.ReadAllText(System.IO.Path.Combine(state, StateFile)))!.Step;
        });

    T FromState<T>(Func<string?, T> read)
    {
        var state = NewestState;
        try
        {
            return read(state);
        }
        catch (Exception error) when (state is not null && error is (UserException or JsonException or IOException))
        {
            throw new UserException($"The saved state {state} is damaged; begin anew with --restart. ({error.Message})", error);
        }
    }

    /// <summary>Writes the finished model; the states to go on from are then of no more use and go.</summary>
    public void Finish(Llava model, LoraAdapter? adapter)
    {
        SaveModel(model, adapter, Checkpoint);
        DeleteStates();
    }

    void DeleteStates()
    {
        if (Directory.Exists(States))
        {
            Directory.Delete(States, recursive: true);
        }
    }

    static void WriteText(string path, string text) =>
        AtomicOutput.WriteFile(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    static void SaveModel(Llava model, LoraAdapter? adapter, string folder)
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

    static (string Before, string Now)? FirstDifference(string before, string now)
    {
        // A build of another commit is no other experiment: committing a script must not keep its own run from going on.
        static string[] Lines(string yaml) => [.. yaml.Split('\n').Where(line => !line.StartsWith("svco: ", StringComparison.Ordinal))];

        var (old, current) = (Lines(before), Lines(now));
        return Enumerable
            .Range(0, Math.Max(old.Length, current.Length))
            .Select(line => ((string, string)?)(old.ElementAtOrDefault(line)?.Trim() ?? "", current.ElementAtOrDefault(line)?.Trim() ?? ""))
            .FirstOrDefault(line => line!.Value.Item1 != line.Value.Item2);
    }
}
