namespace SVco.Scripting.Host;

/// <summary>The command that runs a script again, to be copied into a shell.</summary>
public static class ShellCommand
{
    /// <summary>The command with its arguments, quoted where a shell would take them for something else.</summary>
    public static string Of(string script, IEnumerable<string> args) => string.Join(' ', ["./svco", "run", script, .. args.Select(Quoted)]);

    static string Quoted(string arg) =>
        arg.Length > 0 && arg.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_=+,./:@%".Contains(letter))
            ? arg
            : $"'{arg.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
