using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Files;

namespace SVco.Experiments;

/// <summary>
/// The folder of a sweep: <c>sweep.yaml</c> (what was asked), <c>experiment.yaml</c> (what all runs have in common), <c>runs/NAME/</c> (a run's
/// folder each), <c>logs/NAME.log</c> (what each run printed), <c>logs/NAME.failed</c> (why it failed), <c>logs/NAME.task</c> (its task in Slurm,
/// until the run has ended), <c>base/</c> (the base models' answers and verdicts), and the table and the page.
/// </summary>
/// <param name="path">The folder.</param>
sealed class SweepFolder(string path)
{
    /// <summary>The name of the folder of the runs.</summary>
    public const string RunsFolder = "runs";

    /// <summary>The name of the folder of what the base models answered, which all runs compare with.</summary>
    public const string BaseAnswersFolder = "base";

    /// <summary>The name of the file that says what was asked.</summary>
    public const string FileName = "sweep.yaml";

    const string LockFile = "lock";
    const string LogsFolder = "logs";
    const string TaskEnd = ".task";

    /// <summary>The folder.</summary>
    public string Path => path;

    /// <summary>What was asked.</summary>
    public string SweepFile => System.IO.Path.Combine(path, FileName);

    /// <summary>What was asked, as it was written.</summary>
    public string SweepText => TextFile.Read(SweepFile);

    /// <summary>What all runs have in common, as it was written.</summary>
    public string ExperimentText => TextFile.Read(ExperimentFile);

    /// <summary>What all runs have in common.</summary>
    public string ExperimentFile => System.IO.Path.Combine(path, "experiment.yaml");

    /// <summary>What the runs' options are given to: the script, or the file of what they have in common.</summary>
    public string SourceOf(Sweep sweep) => sweep.Script is { } script ? System.IO.Path.GetFullPath(script) : ExperimentFile;

    /// <summary>Whether another process is working on the sweep now.</summary>
    public bool IsHeld
    {
        get
        {
            if (!Directory.Exists(path))
            {
                return false;
            }

            try
            {
                Lock().Dispose();
                return false;
            }
            catch (UserException)
            {
                return true;
            }
        }
    }

    /// <summary>The folder of what the runs print.</summary>
    public string Logs => System.IO.Path.Combine(path, LogsFolder);

    /// <summary>What a run prints.</summary>
    public string LogOf(SweepRun run) => System.IO.Path.Combine(Logs, $"{run.Name}.log");

    /// <summary>Writes the script of an array job.</summary>
    /// <returns>Its file.</returns>
    public string WriteSlurm(SlurmScript script)
    {
        var file = System.IO.Path.Combine(path, SlurmScript.FileName);
        Write(file, $"{script}");
        return file;
    }

    /// <summary>Why a run failed; null where it did not.</summary>
    public string? FailureOf(SweepRun run) => File.Exists(FailedFile(run)) ? TextFile.Read(FailedFile(run)) : null;

    /// <summary>Keeps why a run failed; null where it did not.</summary>
    public void SetFailure(SweepRun run, string? failure)
    {
        if (failure is null)
        {
            File.Delete(FailedFile(run));
        }
        else
        {
            Write(FailedFile(run), failure);
        }
    }

    /// <summary>The tasks of Slurm whose runs have not ended, by the runs' names.</summary>
    public ImmutableSortedDictionary<string, SlurmTask> Tasks() =>
        !Directory.Exists(Logs)
            ? ImmutableSortedDictionary<string, SlurmTask>.Empty
            : Directory
                .GetFiles(Logs, $"*{TaskEnd}")
                .Where(file => !AtomicOutput.IsTemporary(System.IO.Path.GetFileName(file)))
                .Select(file => (Run: System.IO.Path.GetFileName(file)[..^TaskEnd.Length], Task: SealedJson.Find<SlurmTask>(file)))
                .Where(one => one.Task is not null)
                .ToImmutableSortedDictionary(one => one.Run, one => one.Task!, StringComparer.Ordinal);

    /// <summary>Keeps which task is to make a run, or null when none is any more. What the task has said of itself stays.</summary>
    public void SetTask(SweepRun run, SlurmTask? task)
    {
        var file = System.IO.Path.Combine(Logs, $"{run.Name}{TaskEnd}");
        if (task is null)
        {
            File.Delete(file);
        }
        else if (task.Stage != SlurmStage.Submitted || !File.Exists(file))
        {
            SealedJson.Write(file, task);
        }
    }

    /// <summary>Forgets how an earlier try of a run ended.</summary>
    public void Forget(SweepRun run)
    {
        Directory.CreateDirectory(Logs);
        SetFailure(run, null);
        SetTask(run, null);
    }

    /// <summary>What a task prints beside what its run prints, as when it is killed.</summary>
    public string LogOf(SlurmTask task) => System.IO.Path.Combine(Logs, SlurmScript.LogName(task.Job, $"{task.Index}"));

    /// <summary>Waits until no other process tidies the folder or writes its table and page, and holds them off until what is returned is disposed of.</summary>
    public IDisposable HoldReport(CancellationToken stop) =>
        FileLock.Wait(System.IO.Path.Combine(path, "report.lock"), () => { }, "Mend that, or choose another folder with --output.", stop);

    /// <summary>Opens the folder, new or to go on, and holds it until what is returned is disposed of.</summary>
    /// <param name="sweep">What is to run in it.</param>
    /// <param name="text">Its YAML.</param>
    /// <param name="restart">Throws away what an earlier sweep left in the folder.</param>
    /// <param name="besideTasks">Whether tasks of Slurm may wait for runs or make them meanwhile.</param>
    /// <exception cref="UserException">The folder holds the sweep of another experiment or something else, or others work on it.</exception>
    public IDisposable Open(Sweep sweep, string text, bool restart, bool besideTasks = false)
    {
        if (Directory.Exists(path) && !File.Exists(SweepFile) && Entries.Any())
        {
            throw new UserException($"{path} is not a sweep's folder and not empty: it has no {FileName}. Choose another with --output.");
        }

        var held = Lock();
        try
        {
            SlurmTasks.In(this).Require(isNone: restart || !besideTasks);
            if (restart)
            {
                foreach (
                    var folder in new[] { RunsFolder, LogsFolder }
                        .Select(name => System.IO.Path.Combine(path, name))
                        .Where(Directory.Exists)
                )
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            else if (File.Exists(ExperimentFile))
            {
                RequireSame(sweep);
            }

            Directory.CreateDirectory(Logs);
            Write(ExperimentFile, sweep.Base.ToYaml());
            Write(SweepFile, text);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Runs that are finished were made with the experiment as it was; points and seeds may be added or taken away.</summary>
    void RequireSame(Sweep sweep)
    {
        var nothing = ImmutableSortedDictionary<string, string>.Empty;
        if (RunDescription.Difference(ExperimentText, sweep.Base, nothing) is { } what)
        {
            throw new UserException(
                $"{path} holds a sweep of another experiment: {what}. Choose another folder with --output, or throw the earlier runs away with --restart."
            );
        }
    }

    IEnumerable<string> Entries =>
        Directory
            .EnumerateFileSystemEntries(path)
            .Select(entry => System.IO.Path.GetFileName(entry))
            .Where(name => name != LockFile && !AtomicOutput.IsTemporary(name));

    FileLock Lock() =>
        new(
            System.IO.Path.Combine(path, LockFile),
            $"Another process works on the sweep in {path}. Wait for it, or choose another folder with --output.",
            "Choose another with --output."
        );

    string FailedFile(SweepRun run) => System.IO.Path.Combine(Logs, $"{run.Name}.failed");

    static void Write(string file, string text) => AtomicOutput.WriteFile(file, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
