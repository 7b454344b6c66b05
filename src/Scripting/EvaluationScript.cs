using System.Diagnostics;
using SVco.Experiments;
using SVco.Scripting.Display;
using SVco.Scripting.Host;

namespace SVco.Scripting;

/// <summary>How a script runs an evaluation.</summary>
public static class EvaluationScript
{
    /// <summary>
    /// Runs an evaluation in the terminal until its table or Ctrl-C; the same call goes on with an interrupted one. Options in
    /// <paramref name="args"/> override the script's choices; <c>--help</c> lists them.
    /// </summary>
    /// <returns>The process's exit code: 0, or that of a mistake in the options.</returns>
    /// <exception cref="Core.UserException">Something the person can mend: a file, an option, a server.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static Task<int> Run(this EvaluationPlan plan, IEnumerable<string> args) => ScriptTasks.Begin(() => RunAsync(plan, args));

    static async Task<int> RunAsync(EvaluationPlan plan, IEnumerable<string> args)
    {
        switch (EvaluationCommandLine.Parse(plan, [.. args]))
        {
            case EvaluationCommand.Ended(var code):
                return code;
            case EvaluationCommand.Run(var asked, var dryRun):
                await Interrupt.TellAsync(
                    args,
                    stop => (asked with { Command = ShellCommand.Typed }).RunAsync(dryRun, new RunDisplay(stop), stop)
                );
                return 0;
            default:
                throw new UnreachableException();
        }
    }
}
