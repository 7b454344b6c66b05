using System.CommandLine;
using SVco.Experiments;
using SVco.Files;
using SVco.Scripting.Printing;
using SVco.Scripting.Repl;
using SVco.Scripting.Repl.Assistance;
using SVco.Scripting.Repl.Editing;

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
        var folder = Directory.GetCurrentDirectory();
        var session = new ReplSession(folder);
        // While the first input is typed.
        var begun = Task.Run(session.Begin);
        var assistant = new CodeAssistant(folder);
        var reader = Reader(session, assistant, begun);
        var loop = new ReplLoop(
            session,
            reader,
            Printer.Print,
            Error,
            name => assistant.DescribeAsync(session.Inputs, name, default).GetAwaiter().GetResult()
        );
        var isWell = loop.Run(files.Select(file => $"#load \"{Repository.Find(file).Replace('\\', '/')}\""), begun);
        // A person has seen what went wrong.
        return isWell || reader is not PlainReader { IsPiped: true } ? 0 : 1;
    }

    static ILineReader Reader(ReplSession session, CodeAssistant assistant, Task begun)
    {
        if (Console.IsInputRedirected)
        {
            return new PlainReader(Console.In, null);
        }

        Console.WriteLine(ReplText.Greeting);
        if (Console.IsOutputRedirected || Printer.IsDumb)
        {
            return new PlainReader(Console.In, Console.Out);
        }

        // The first advice takes seconds: let it be one that nobody waits for.
        _ = AdviseAsync(InputText.Of("r"), suggest: true, default);
        return new TerminalReader(
            new Keyboard(),
            new Screen(Console.Out, Printer.HasColours),
            new History(Path.Combine(CacheRoot.Of("repl"), "history.jsonl"), Error),
            AdviseAsync
        );

        async Task<Advice> AdviseAsync(InputText input, bool suggest, CancellationToken stop)
        {
            await begun;
            return await assistant.AdviseAsync(session.Inputs, input.Text, input.Caret, suggest, stop);
        }
    }

    /// <summary>As it is: a line that were wrapped between words would not stand above its caret.</summary>
    static void Error(string text) =>
        Console.Error.WriteLine(Printer.HasColours && !Console.IsErrorRedirected ? $"\u001b[31m{text}\u001b[0m" : text);
}
