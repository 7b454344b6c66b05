using System.CommandLine;
using SVco.Scripting.Repl;

namespace SVco.Scripting.Commands;

/// <summary><c>svco repl [FILE.csx...]</c></summary>
static class ReplCommand
{
    public static Command Create()
    {
        var files = new Argument<string[]>("files")
        {
            Description = "Scripts to load first, such as experiments/svco_lvint.csx; what they run at their ends is not run.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("repl", "Try things line by line, with the words of scripts.") { files };
        command.SetAction(parsed => Run(parsed.GetValue(files) ?? []));
        return command;
    }

    static int Run(string[] files)
    {
        var session = new ReplSession(Directory.GetCurrentDirectory());
        var begun = Task.Run(session.Begin);
        var loop = new ReplLoop(session, new PlainReader(Console.In, null), Console.WriteLine, Console.Error.WriteLine);
        return loop.Run(files.Select(file => $"#load \"{file.Replace('\\', '/')}\""), begun) ? 0 : 1;
    }
}
