using SVco.Core;
using SVco.Core.Data;
using SVco.Files;
using SVco.Models;
using SVco.Models.Lora;

namespace SVco.Training;

/// <summary>
/// The folder of a run: <c>experiment.yaml</c> (what was run), <c>metrics.jsonl</c> and <c>tensorboard/</c> (what happened),
/// <c>status.json</c> (where it stands, until it is finished), <c>pairs.sha256</c> and <c>images.sha256</c> (on which pairs and images), <c>checkpoints/step-N/</c> (the newest state to go on from), <c>kept/step-N/</c> (checkpoints to choose from) and <c>checkpoint/</c> (the finished
/// model in HuggingFace's or PEFT's layout), or an empty <c>given_away/</c> in its place. Everything in it is written beside its place, synced and renamed, so a crash leaves the last good state.
/// </summary>
public sealed class RunFolder : IDisposable
{
    /// <summary>The name of the file that says what was run.</summary>
    public const string Description = "experiment.yaml";

    /// <summary>The name of the finished model's folder.</summary>
    public const string CheckpointFolder = "checkpoint";

    const string LockFile = "lock";
    const string StatesFolder = "checkpoints";
    const string GivenAwayFolder = "given_away";

    /// <summary>Null on the ranks that write nothing.</summary>
    readonly FileLock? _lock;

    RunFolder(string path, FileLock? held) => (Path, _lock) = (path, held);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the finished model goes.</summary>
    public string Checkpoint => System.IO.Path.Combine(Path, CheckpointFolder);

    /// <summary>What a run that was stopped goes on from.</summary>
    public SavedState State => StateIn(Path);

    /// <summary>Whether the run has come to its end.</summary>
    public bool IsFinished => IsFinishedIn(Path);

    /// <summary>What the run in a folder goes on from.</summary>
    public static SavedState StateIn(string run) => new(StatesIn(run));

    /// <summary>Whether the run in a folder has come to its end, with its model still there or given away.</summary>
    public static bool IsFinishedIn(string run) => Directory.Exists(System.IO.Path.Combine(run, CheckpointFolder)) || IsGivenAway(run);

    /// <summary>Whether the models of the finished run in a folder were given away (<see cref="GiveAway"/>).</summary>
    public static bool IsGivenAway(string run) => Directory.Exists(System.IO.Path.Combine(run, GivenAwayFolder));

    /// <summary>
    /// Gives the models and states of a run away: its numbers and settings stay, and it still counts as finished if it was. Nothing is written for
    /// it, so it can be done on a full disk, and what a killed process has begun is done by the next call.
    /// </summary>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="UserException">Another process works there, or the disk refuses.</exception>
    public static void GiveAway(string run)
    {
        string In(string name) => System.IO.Path.Combine(run, name);
        IEnumerable<string> Leaving() =>
            Directory
                .GetFileSystemEntries(run)
                .Where(entry => AtomicOutput.IsTemporary(System.IO.Path.GetFileName(entry)))
                .Concat(IsGivenAway(run) ? Directory.GetFileSystemEntries(In(GivenAwayFolder)) : []);
        string[] models = [CheckpointFolder, KeptFolder, StatesFolder];
        if (!File.Exists(In(Description)) || !models.Any(name => Directory.Exists(In(name))) && !Leaving().Any())
        {
            return;
        }

        using var held = Lock(run);
        try
        {
            // A folder of this name, empty in the end, is what says that the run was finished.
            if (Directory.Exists(In(CheckpointFolder)) && !IsGivenAway(run))
            {
                Directory.Move(In(CheckpointFolder), In(GivenAwayFolder));
            }

            foreach (var name in models.Where(name => Directory.Exists(In(name))))
            {
                // A state of which half is left would be taken for a damaged one.
                Directory.Move(In(name), AtomicOutput.TemporaryBeside(In(name)));
            }

            foreach (var entry in Leaving().ToArray())
            {
                Delete(entry);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"The models in {run} cannot be given away: {error.Message}", error);
        }
    }

    /// <summary>The pairs that were refused, a JSON object a line.</summary>
    public string RefusedFile => System.IO.Path.Combine(Path, "refused.jsonl");

    /// <summary>The reference's log-probabilities; see <see cref="ReferenceTable"/>.</summary>
    public string ReferenceFile => System.IO.Path.Combine(Path, "reference.json");

    /// <summary>Where the run stands; see <see cref="RunStatus"/>.</summary>
    public string StatusFile => StatusIn(Path);

    /// <summary>Where a run stands, for whoever looks from another process.</summary>
    /// <param name="run">A run's folder, or one that can become it.</param>
    /// <exception cref="UserException">It is a folder of something else.</exception>
    public static RunPhase PhaseOf(string run)
    {
        if (!IsRun(run))
        {
            throw new UserException($"{run} is not a run's folder: it has no {Description}. Runs lie in runs/NAME.");
        }

        // The lock first: what a process leaves is there before it lets go.
        var isHeld = FileLock.IsHeldAt(System.IO.Path.Combine(run, LockFile));
        var status = SealedJson.Find<RunStatus>(StatusIn(run));
        var checkpoint = System.IO.Path.Combine(run, CheckpointFolder);
        return IsFinishedIn(run) ? new RunPhase.Finished(IsGivenAway(run) ? null : checkpoint)
            : isHeld ? new RunPhase.AtWork(status)
            : !File.Exists(System.IO.Path.Combine(run, Description)) ? new RunPhase.NotBegun()
            : status switch
            {
                null => new RunPhase.Left(),
                { End: null } => new RunPhase.Killed(status),
                { End: RunEnd.Failed } => new RunPhase.Failed(status),
                _ => new RunPhase.Stopped(status),
            };
    }

    /// <summary>The checkpoints that were kept on the way, by their steps.</summary>
    /// <param name="run">A run's folder.</param>
    public static IEnumerable<(int Step, string Folder)> KeptIn(string run) => SavedState.StepsIn(System.IO.Path.Combine(run, KeptFolder));

    const string KeptFolder = "kept";

    string Kept => System.IO.Path.Combine(Path, KeptFolder);

    static string StatusIn(string run) => System.IO.Path.Combine(run, "status.json");

    static string StatesIn(string run) => System.IO.Path.Combine(run, StatesFolder);

    string States => StatesIn(Path);

    /// <summary>Opens a run's folder, new or to go on.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="experiment">The resolved experiment as YAML.</param>
    /// <param name="difference">Compares with the YAML of the run that the folder holds: says what differs, or null when it is the same experiment.</param>
    /// <param name="restart">Throws away what an earlier run left in the folder.</param>
    /// <exception cref="UserException">The folder holds another experiment or something else.</exception>
    public static RunFolder Open(string path, string experiment, Func<string, string?> difference, bool restart)
    {
        if (!IsRun(path))
        {
            throw new UserException(
                $"{path} is not a run's folder and not empty: it has no {Description}. Choose another with --output, or put the file back if it is lost."
            );
        }

        var folder = new RunFolder(path, Lock(path));
        try
        {
            folder.Begin(experiment, difference, restart);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The folder of a run that rank 0 has opened; this rank reads it and writes nothing.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="difference">See <see cref="Open"/>.</param>
    /// <exception cref="UserException">This rank does not see the folder, or would run another experiment.</exception>
    public static RunFolder OfAnotherRank(string path, Func<string, string?> difference)
    {
        var description = System.IO.Path.Combine(path, Description);
        return !File.Exists(description)
                ? throw new UserException(
                    $"{description}, which rank 0 has written, is not there. Keep the run's folder where all ranks see it."
                )
            : difference(TextFile.Read(description)) is { } what
                ? throw new UserException(
                    $"This rank would run another experiment than rank 0: {what}. Start all of them with the same command and files."
                )
            : new(path, held: null);
    }

    /// <summary>Whether a folder is a run's or can become one: it is not there, is empty, or holds what a process killed at its very first write leaves.</summary>
    static bool IsRun(string path) =>
        !Directory.Exists(path)
        || File.Exists(System.IO.Path.Combine(path, Description))
        || Directory
            .EnumerateFileSystemEntries(path)
            .Select(entry => System.IO.Path.GetFileName(entry))
            .All(name => name == LockFile || AtomicOutput.IsTemporary(name));

    /// <summary>Takes away what is not to stay and compares what was run here with what is to run now; the lock is held.</summary>
    void Begin(string experiment, Func<string, string?> difference, bool restart)
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

        if (Directory.Exists(Kept))
        {
            // What a killed process left half written.
            foreach (
                var half in Directory.GetDirectories(Kept).Where(folder => AtomicOutput.IsTemporary(System.IO.Path.GetFileName(folder)))
            )
            {
                Delete(half);
            }
        }

        if (!File.Exists(description))
        {
            WriteText(description, experiment);
        }
        else if (difference(TextFile.Read(description)) is { } what)
        {
            throw new UserException(
                $"{Path} holds a run of another experiment: {what}. "
                    + "Choose another folder with --output, or throw the earlier run away with --restart."
            );
        }

        RefuseExchanged();
        if (IsFinished)
        {
            State.Delete();
            File.Delete(StatusFile);
        }
    }

    /// <summary>A folder in the place of a file, or the other way round, would show itself only when a step is to be saved.</summary>
    void RefuseExchanged()
    {
        string[] files =
        [
            ReferenceFile,
            RefusedFile,
            StatusFile,
            .. new[] { MetricsLog.FileName, "images.sha256", "pairs.sha256" }.Select(name => System.IO.Path.Combine(Path, name)),
        ];
        string[] folders = [Checkpoint, States, Kept, System.IO.Path.Combine(Path, MetricsLog.EventsFolder)];
        if ((files.FirstOrDefault(Directory.Exists) ?? folders.FirstOrDefault(File.Exists)) is { } odd)
        {
            throw new UserException(
                $"{odd} is a {(Directory.Exists(odd) ? "folder" : "file")}, and a run keeps a {(Directory.Exists(odd) ? "file" : "folder")} of this name. Move it away."
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

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

    /// <summary>Makes sure that a run goes on with what it began with.</summary>
    /// <param name="what">Its name: images or pairs.</param>
    /// <param name="content">Names its content.</param>
    /// <exception cref="UserException">It is another.</exception>
    public void HoldTo(string what, string content)
    {
        var file = System.IO.Path.Combine(Path, $"{what}.sha256");
        if (_lock is null && File.Exists(file) && TextFile.Read(file) != content)
        {
            throw new UserException(
                $"The {what} on {Environment.MachineName} are not those of rank 0. All ranks must see the same files: keep them on a shared disk, or copy them again."
            );
        }

        if (_lock is null)
        {
            return;
        }

        if (!File.Exists(file) || (State.Newest is null && !File.Exists(ReferenceFile)))
        {
            WriteText(file, content);
        }
        else if (TextFile.Read(file) != content)
        {
            throw new UserException($"The {what} have changed since the run in {Path} began. Put them back, or begin anew with --restart.");
        }
    }

    /// <summary>Lists the pairs that were refused and why.</summary>
    public void WriteRefused(IEnumerable<Refusal> refused)
    {
        if (_lock is not null)
        {
            JsonLines.Write(RefusedFile, refused);
        }
    }

    /// <summary>Keeps what is trained as it is now, to choose from afterwards.</summary>
    /// <param name="model">The model.</param>
    /// <param name="adapter">Its adapter, which alone is kept then.</param>
    /// <param name="step">Optimiser steps made.</param>
    public void Keep(VisionLanguageModel model, LoraAdapter? adapter, int step)
    {
        if (_lock is not null)
        {
            SavedState.SaveModel(model, adapter, System.IO.Path.Combine(Kept, SavedState.NameOf(step)));
        }
    }

    /// <summary>Writes the finished model; the states to go on from are then of no more use and go.</summary>
    public void Finish(VisionLanguageModel model, LoraAdapter? adapter)
    {
        if (_lock is null)
        {
            return;
        }

        SavedState.SaveModel(model, adapter, Checkpoint);
        State.Delete();
        File.Delete(StatusFile);
    }

    static void WriteText(string path, string text) =>
        AtomicOutput.WriteFile(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
