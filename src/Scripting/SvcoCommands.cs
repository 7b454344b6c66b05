using System.CommandLine;
using SVco.Experiments;
using SVco.Scripting.Commands;

namespace SVco.Scripting;

/// <summary>The commands of <c>svco</c>.</summary>
static class SvcoCommands
{
    /// <summary>A command line, read.</summary>
    /// <param name="args">The words behind <c>svco</c>.</param>
    public static ParseResult Parse(string[] args)
    {
        var root = new RootCommand("SVco: finetune vision-language models on contrast pairs, so that their words follow the image.")
        {
            RunCommand.Create(),
            WatchCommand.Create(),
            NewCommand.Create(),
            SweepCommand.Create(),
            EvalCommand.Create(),
            BenchCommand.Create(),
            DataCommand.Create(),
            ReportCommand.Create(),
            ReplCommand.Create(),
            DoctorCommand.Create(),
            CompletionCommand.Create(),
            HelpCommand.Create(Parse),
        };
        root.Options.OfType<VersionOption>().Single().Action = new SvcoVersion();
        root.HelpName = ShellCommand.Svco;

        // A file of arguments (@file) would change what a script sees.
        return root.Parse(RunCommand.KeepScriptArguments(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
    }
}
