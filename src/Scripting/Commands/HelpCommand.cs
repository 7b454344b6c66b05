using System.CommandLine;
using SVco.Core;
using SVco.Experiments;

namespace SVco.Scripting.Commands;

/// <summary><c>svco help [COMMAND...]</c>: the same as <c>svco COMMAND... --help</c>.</summary>
static class HelpCommand
{
    public static Command Create(Func<string[], ParseResult> parse)
    {
        var words = new Argument<string[]>("command")
        {
            Description =
                "A command, such as sweep or data build, or a script with its command, such as run x.csx; all commands where none is given.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("help", "Show what a command does and takes: the same as COMMAND --help.") { words };
        command.SetAction(
            (parsed, stop) =>
            {
                var asked = parsed.GetValue(words) ?? [];
                Require(parsed.RootCommandResult.Command, asked);
                return parse([.. asked, "--help"]).InvokeAsync(parsed.InvocationConfiguration, stop);
            }
        );
        return command;
    }

    /// <exception cref="UserException">There is no such command.</exception>
    static void Require(Command command, string[] words)
    {
        if (words is not [var word, .. var rest] || command.Subcommands.Count == 0)
        {
            return;
        }

        Require(
            command.Subcommands.FirstOrDefault(one => one.Name == word)
                ?? throw new UserException(
                    $"There is no command {word}; there are {string.Join(", ", command.Subcommands.Select(one => one.Name))}. See `svco help`."
                ),
            rest
        );
    }
}
