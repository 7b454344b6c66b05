using System.CommandLine;
using SVco.Scripting.Commands;
using SVco.Scripting.Host;

var root = new RootCommand("SVco: finetune vision-language models on contrast pairs, so that their words follow the image.")
{
    RunCommand.Create(),
    WatchCommand.Create(),
    SweepCommand.Create(),
    EvalCommand.Create(),
    BenchCommand.Create(),
    DataCommand.Create(),
    ReportCommand.Create(),
    ReplCommand.Create(),
    DoctorCommand.Create(),
    CompletionCommand.Create(),
};
root.Options.OfType<VersionOption>().Single().Action = new SvcoVersion();
root.HelpName = "svco";

ScriptTasks.IsOurHost = true;

// A file of arguments (@file) would change what a script sees.
var parser = new ParserConfiguration { ResponseFileTokenReplacer = null };

// Ctrl-C belongs to Interrupt, exceptions to ScriptFailure.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
try
{
    return await root.Parse(RunCommand.KeepScriptArguments(args), parser).InvokeAsync(invocation);
}
catch (OperationCanceledException) when (Interrupt.Token.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted. The same command goes on from here.");
    return 130;
}
catch (Exception error)
{
    Console.Error.WriteLine(ScriptFailure.Describe(error, [], ScriptHostOptions.FromEnvironment()));
    return 1;
}
