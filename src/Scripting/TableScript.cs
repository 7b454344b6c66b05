using System.Diagnostics;
using SVco.Experiments;
using SVco.Scripting.Display;
using SVco.Scripting.Host;

namespace SVco.Scripting;

/// <summary>How a script runs a table.</summary>
public static class TableScript
{
    /// <summary>
    /// Trains the rows and asks the benchmarks in the terminal until the tables or Ctrl-C; the same call goes on with an interrupted one.
    /// Options in <paramref name="args"/> override the script's choices; <c>--help</c> lists them.
    /// </summary>
    /// <returns>The process's exit code: 0, or that of a mistake in the options.</returns>
    /// <exception cref="Core.UserException">Something the person can mend: a file, an option, a server.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static Task<int> Run(this ExperimentTable table, IEnumerable<string> args) => ScriptTasks.Begin(() => RunAsync(table, args));

    static async Task<int> RunAsync(ExperimentTable table, IEnumerable<string> args)
    {
        switch (TableCommandLine.Parse(table, [.. args]))
        {
            case TableCommand.Ended(var code):
                return code;
            case TableCommand.Run(var asked, var dryRun):
                await Interrupt.TellAsync(args, stop => asked.RunAsync(dryRun, new RunDisplay(stop), stop));
                return 0;
            default:
                throw new UnreachableException();
        }
    }
}
