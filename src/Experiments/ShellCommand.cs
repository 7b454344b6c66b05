namespace SVco.Experiments;

/// <summary>Commands to be copied into a shell.</summary>
public static class ShellCommand
{
    /// <summary>The command that runs a script with its arguments.</summary>
    public static string Of(string script, IEnumerable<string> args) => Of(["./svco", "run", script, .. args]);

    /// <summary>The command that the person has typed: our own or dotnet script's.</summary>
    public static string Typed =>
        Environment.GetCommandLineArgs() is [var program, .. var args] ? Of([.. ProgramOf(program), .. args]) : "";

    static string[] ProgramOf(string path) => Path.GetFileNameWithoutExtension(path) == "dotnet-script" ? ["dotnet", "script"] : ["./svco"];

    /// <summary>Words as one command, quoted where a shell would take them for something else.</summary>
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    static string Quoted(string arg) =>
        arg.Length > 0 && arg.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_=+,./:@%".Contains(letter))
            ? arg
            : $"'{arg.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
