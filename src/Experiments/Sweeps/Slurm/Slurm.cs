using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using SVco.Core;

namespace SVco.Experiments;

/// <summary>Slurm's own programs.</summary>
static class Slurm
{
    /// <summary>Submits a script.</summary>
    /// <param name="options">More options, as a person writes them.</param>
    /// <param name="script">The script's file.</param>
    /// <param name="note">Is told what sbatch says beside the number.</param>
    /// <returns>The number of the job.</returns>
    /// <exception cref="UserException">There is no sbatch, or it refuses.</exception>
    public static string Submit(string options, string script, Action<string> note)
    {
        string[] words = ["sbatch", "--parsable", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), script];
        if (Start(words) is not { } ended)
        {
            throw new UserException(
                $"There is no sbatch on the PATH, so nothing was submitted. Give the same command on a machine of the cluster that sees the same files; what it submits is {script}."
            );
        }

        var (code, output, error) = ended;
        // Behind a semicolon stands the cluster, where there are several.
        var job = output.Split('\n').Last().Split(';')[0];
        if (code != 0 || !job.All(char.IsAsciiDigit) || job.Length == 0)
        {
            throw new UserException(
                $"sbatch refused {script} ({OneLine(error.Length > 0 ? error : output)}), so nothing was submitted. What --sbatch=\"--partition=... --time=...\" says counts before what stands in the script."
            );
        }

        if (error.Length > 0)
        {
            note(OneLine(error));
        }

        return job;
    }

    /// <summary>The tasks of array jobs that wait or run, by what Slurm calls them.</summary>
    /// <exception cref="UserException">Slurm does not say.</exception>
    public static ImmutableDictionary<string, QueuedTask> Queue(IEnumerable<string> jobs)
    {
        var tasks = ImmutableDictionary.CreateBuilder<string, QueuedTask>();
        foreach (var job in jobs)
        {
            if (Start(["squeue", "--noheader", "--array", "--format=%i|%T|%R", $"--jobs={job}"]) is not { } ended)
            {
                throw new UserException("There is no squeue on the PATH.");
            }

            var (code, output, error) = ended;
            // Slurm forgets a job some minutes after its last task.
            if (code != 0 && !error.Contains("Invalid job id", StringComparison.OrdinalIgnoreCase))
            {
                throw new UserException($"squeue does not answer ({OneLine(error)}).");
            }

            foreach (var words in output.Split('\n').Select(line => line.Split('|', 3)).Where(words => words.Length == 3))
            {
                tasks[words[0].Trim()] = new(words[1].Trim(), words[2].Trim());
            }
        }

        return tasks.ToImmutable();
    }

    /// <summary>Null where there is no such program.</summary>
    static (int Code, string Output, string Error)? Start(string[] words)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(words[0], words[1..])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            process.StandardInput.Close();
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output.Trim(), error.Result.Trim());
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>What a program of Slurm says, without who says it.</summary>
    static string OneLine(string text) =>
        string.Join(
            "; ",
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line[(line.LastIndexOf("error: ", StringComparison.Ordinal) is var at and >= 0 ? at + 7 : 0)..].Trim())
        );
}
