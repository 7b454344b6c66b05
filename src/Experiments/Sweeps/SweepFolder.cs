using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Files;

namespace SVco.Experiments;

/// <summary>
/// The folder of a sweep: <c>sweep.yaml</c> (what was asked), <c>experiment.yaml</c> (what all runs have in common), <c>runs/NAME/</c> (a run's
/// folder each), <c>logs/NAME.log</c> (what each run printed), <c>logs/NAME.failed</c> (why it failed), and the table and the page.
/// </summary>
/// <param name="path">The folder.</param>
sealed class SweepFolder(string path)
{
    /// <summary>The name of the folder of the runs.</summary>
    public const string RunsFolder = "runs";

    /// <summary>The name of the file that says what was asked.</summary>
    public const string FileName = "sweep.yaml";

    const string LockFile = "lock";
    const string LogsFolder = "logs";

    /// <summary>The folder.</summary>
    public string Path => path;

    /// <summary>What was asked.</summary>
    public string SweepFile => System.IO.Path.Combine(path, FileName);

    /// <summary>What all runs have in common.</summary>
    public string ExperimentFile => System.IO.Path.Combine(path, "experiment.yaml");

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

    /// <summary>Keeps why a run failed, or forgets it before another try.</summary>
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

    /// <summary>Opens the folder, new or to go on, and holds it until what is returned is disposed of.</summary>
    /// <param name="sweep">What is to run in it.</param>
    /// <param name="text">Its YAML.</param>
    /// <param name="restart">Throws away what an earlier sweep left in the folder.</param>
    /// <exception cref="UserException">The folder holds the sweep of another experiment or something else, or another process works on it.</exception>
    public IDisposable Open(Sweep sweep, string text, bool restart)
    {
        if (Directory.Exists(path) && !File.Exists(SweepFile) && Entries.Any())
        {
            throw new UserException($"{path} is not a sweep's folder and not empty: it has no {FileName}. Choose another with --output.");
        }

        var held = Lock();
        try
        {
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
        if (RunDescription.Difference(TextFile.Read(ExperimentFile), sweep.Base, nothing) is { } what)
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
