using System.CommandLine;
using SVco.Core;

namespace SVco.Scripting.Tests;

/// <summary><c>svco help</c></summary>
public sealed class HelpCommandTests
{
    [Theory]
    [InlineData("")]
    [InlineData("watch")]
    [InlineData("data build")]
    public void Help_of_a_command_is_what_its_option_shows(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var shown = Said(["help", .. words]);
        Assert.Contains("Usage:", shown);
        Assert.Equal(Said([.. words, "--help"]), shown);
    }

    [Theory]
    [InlineData("wach", "no command wach; there are run, ")]
    [InlineData("data bild", "no command bild; there are ")]
    public void A_command_that_there_is_not_is_told_with_those_that_there_are(string command, string message) =>
        Assert.Contains(message, Assert.Throws<UserException>(() => Said(["help", .. command.Split(' ')])).Message);

    static string Said(string[] args)
    {
        var output = new StringWriter();
        SvcoCommands.Parse(args).Invoke(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false });
        return output.ToString();
    }
}
