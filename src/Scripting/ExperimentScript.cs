using System.Diagnostics;
using SVco.Experiments;
using SVco.Scripting.Display;
using SVco.Scripting.Host;
using SVco.Training.Distributed;

namespace SVco.Scripting;

/// <summary>How a script runs an experiment.</summary>
public static class ExperimentScript
{
    internal const int InterruptedExitCode = 130;

    /// <summary>
    /// Runs an experiment in the terminal until its end or Ctrl-C; the same call goes on with an interrupted run. Options in
    /// <paramref name="args"/> override the script's choices; <c>--help</c> lists them.
    /// </summary>
    /// <returns>The process's exit code: 0, 130 when interrupted, or that of a mistake in the options.</returns>
    /// <exception cref="Core.UserException">Something the person can mend: a file, an option, a setting.</exception>
    public static Task<int> Run(this Experiment experiment, IEnumerable<string> args) =>
        ScriptTasks.Begin(() => RunAsync(experiment, args));

    static async Task<int> RunAsync(Experiment experiment, IEnumerable<string> args)
    {
        switch (ExperimentCommandLine.Parse(experiment, [.. args]))
        {
            case CommandLine.Ended(var code):
                return code;
            case CommandLine.Describe(var asked):
                Console.Write(asked.ToYaml());
                return 0;
            case CommandLine.Run(var asked, var restart, var stopAfter):
                using (var ending = EndOfInput.Linked(Interrupt.Token))
                {
                    var (display, stop) = (new RunDisplay(ending.Token), ending.Token);
                    var result = stopAfter is { } steps
                        ? await asked.RunUntilAsync(steps, restart, display, stop)
                        : await asked.RunAsync(restart, display, stop);
                    if (result.State == RunState.Interrupted && Collectives.IsFirst)
                    {
                        Console.WriteLine(ShellCommand.GoesOn([.. args]));
                    }

                    // Of ranks another may have been asked. Launchers take another code than 0 of any rank for a failure, and end the others.
                    var isStopped = result.State == RunState.Interrupted && (stopAfter is null || stop.IsCancellationRequested);
                    return isStopped && Collectives.IsFirst ? InterruptedExitCode : 0;
                }
            default:
                throw new UnreachableException();
        }
    }
}
