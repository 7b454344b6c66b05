using System.CommandLine;
using SVco.Experiments;
using SVco.Scripting;
using SVco.Scripting.Host;
using SVco.Training.Distributed;

(ScriptTasks.IsOurHost, ShellCommand.IsSvco) = (true, true);

if (Collectives.IsLaunched)
{
    // Open MPI gives each process a terminal of its own, which nobody looks at: no escape sequences into it.
    Environment.SetEnvironmentVariable("TERM", "dumb");
}

// Ctrl-C belongs to Interrupt, exceptions to ScriptFailure.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
try
{
    return await SvcoCommands.Parse(args).InvokeAsync(invocation);
}
catch (OperationCanceledException error) when (Interrupt.Token.IsCancellationRequested)
{
    Console.Error.WriteLine((error as InterruptedException ?? new(args, error)).Message);
    return 130;
}
catch (Exception error)
{
    Console.Error.WriteLine(ScriptFailure.Describe(error, [], ScriptHostOptions.FromEnvironment()));
    return 1;
}
finally
{
    Collectives.End();
}
