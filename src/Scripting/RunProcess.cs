using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using SVco.Core;
using SVco.Experiments;

namespace SVco.Scripting;

/// <summary>A run of a sweep as a process of its own, so that one that crashes or is killed for memory does not end the others.</summary>
static class RunProcess
{
    const int InterruptedExitCode = 130;

    const int KilledExitCode = 137;

    /// <summary>SIGTERM, before the process could hear of it.</summary>
    const int TerminatedExitCode = 143;

    /// <summary>More lines than <see cref="LastWords"/> takes.</summary>
    const int LinesOfFailure = 20;

    /// <summary>What starts this program.</summary>
    public static ImmutableArray<string> Program { get; } = ["dotnet", typeof(RunProcess).Assembly.Location];

    /// <summary>Makes a run; see <see cref="SweepRunner"/>.</summary>
    public static string? Run(SweepRunRequest request)
    {
        using var log = Open(request.Log);
        var (code, last) = Start(request.Arguments, request.Threads, line => Write(log, line), request.Stop);
        return code switch
        {
            0 or InterruptedExitCode or TerminatedExitCode => null,
            KilledExitCode => "It was killed (SIGKILL), as the system does where memory is short. Fewer --jobs take less.",
            _ => $"Exit code {code}: {LastWords.Of(last)}",
        };
    }

    static FileStream Open(string path)
    {
        try
        {
            return new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be written: {error.Message}", error);
        }
    }

    static void Write(FileStream log, string line)
    {
        try
        {
            log.Write(Encoding.UTF8.GetBytes($"{line}\n"));
        }
        catch (IOException)
        {
            // On a full disk the run's own error is the one to see.
        }
    }

    /// <summary>The experiment of a script: what it prints when it is asked to.</summary>
    /// <exception cref="UserException">The script fails, or prints something else.</exception>
    public static Experiment ExperimentOf(string script)
    {
        var printed = new List<string>();
        var (code, last) = Start(["run", script, "--yaml"], threads: 1, printed.Add, CancellationToken.None);
        if (code != 0)
        {
            throw new UserException($"{script} cannot be swept: {string.Join('\n', last)}");
        }

        try
        {
            return Experiment.FromYaml(string.Join('\n', printed));
        }
        catch (UserException error)
        {
            throw new UserException(
                $"{script} cannot be swept: with --yaml it must print its experiment and nothing else, and every field must be one that YAML can hold. {error.Message}",
                error
            );
        }
    }

    static (int Code, IReadOnlyCollection<string> Last) Start(
        IEnumerable<string> args,
        int threads,
        Action<string> print,
        CancellationToken stop
    )
    {
        var start = new ProcessStartInfo(Program[0], [.. Program[1..], .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OMP_NUM_THREADS"] = $"{threads}" },
        };
        EndOfInput.Ask(start.Environment);
        // The person has typed another command.
        start.Environment[ShellCommand.Variable] = "";
        using var process = Process.Start(start)!;
        var last = new Queue<string>();
        var gate = new Lock();
        void Print(object _, DataReceivedEventArgs line)
        {
            if (line.Data is { } text)
            {
                lock (gate)
                {
                    print(text);
                    last.Enqueue(text);
                    if (last.Count > LinesOfFailure)
                    {
                        last.Dequeue();
                    }
                }
            }
        }

        process.OutputDataReceived += Print;
        process.ErrorDataReceived += Print;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using (stop.Register(process.StandardInput.Close))
        {
            process.WaitForExit();
        }

        return (process.ExitCode, last);
    }
}
