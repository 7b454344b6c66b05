using System.Collections.Immutable;
using SVco.Training.Distributed;

namespace SVco.Experiments;

/// <summary>Commands to be copied into a shell, and the one that the person has typed as far as it can be known.</summary>
public static class ShellCommand
{
    /// <summary>The environment variable in which a starter such as <c>./svco</c> says what was typed in its place; empty where nobody typed anything.</summary>
    public const string Variable = "SVCO_COMMAND";

    const string Repl = "repl";

    /// <summary>What makes a command begin anew, or end early; the second has a value.</summary>
    static readonly ImmutableArray<string> NotGoingOn = ["--restart", ExperimentCommandLine.StopAfter];

    // What stands before the words of a launcher's processes nobody tells.
    static readonly TypedCommand? Known = Collectives.IsLaunched
        ? null
        : TypedCommand.Of([.. Environment.GetCommandLineArgs()], Environment.GetEnvironmentVariable(Variable));

    /// <summary>The command that the person has typed; null where that cannot be known.</summary>
    public static string? Typed => Known is { } known ? Of([.. known.Program, .. known.Args]) : null;

    /// <summary>Whether this process is the program <c>svco</c> and not another that uses it; the program says so.</summary>
    public static bool IsSvco { get; set; }

    /// <summary>How the person calls the program <c>svco</c>.</summary>
    public static string Svco => IsSvco && Known is { } known ? Of(known.Program) : "svco";

    /// <summary>A message with commands such as <c>`svco data read`</c>, in which the program is called as the person has called it.</summary>
    public static string InTypedWords(string message) => message.Replace("`svco ", $"`{Svco} ", StringComparison.Ordinal);

    /// <summary>What the person has typed before a script's arguments, such as <c>./svco run x.csx</c>; null where that cannot be known.</summary>
    /// <param name="args">The script's arguments; where they are not what was typed they are the script's own.</param>
    public static string? Before(IReadOnlyCollection<string> args) => Known?.Before(args) is { } before ? Of(before) : null;

    /// <summary>A sentence with the command that goes on with what was stopped.</summary>
    /// <param name="args">The stopped command's arguments.</param>
    public static string GoesOn(IReadOnlyList<string> args)
    {
        var (kept, left) = GoingOn(args);
        return Known is { } known && known.Before(args) is { } before && !(IsSvco && known.Args is [Repl, ..])
                ? $"It goes on from here with:\n  {Of([.. kept.IsEmpty && before[^1] == "--" ? before[..^1] : before, .. kept])}"
            : left.IsEmpty ? "The same command goes on from here."
            : $"The same command without {string.Join(" and ", left)} goes on from here.";
    }

    /// <summary>The command that runs a script with its arguments.</summary>
    public static string Of(string script, IEnumerable<string> args) => Of(["./svco", "run", script, .. args]);

    /// <summary>Words as one command, quoted where a shell would take them for something else.</summary>
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quoted));

    /// <summary>The arguments with which a command goes on, and what is left out of them.</summary>
    internal static (ImmutableArray<string> Kept, ImmutableArray<string> Left) GoingOn(IReadOnlyList<string> args)
    {
        var (kept, left) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        for (var index = 0; index < args.Count; index++)
        {
            var name = args[index].Split('=', ':')[0];
            if (!NotGoingOn.Contains(name))
            {
                kept.Add(args[index]);
                continue;
            }

            left.Add(name);
            var hasValue = args[index] == name && index + 1 < args.Count && !args[index + 1].StartsWith('-');
            if (hasValue && (name == ExperimentCommandLine.StopAfter || bool.TryParse(args[index + 1], out _)))
            {
                index++;
            }
        }

        return (kept.ToImmutable(), [.. left.Distinct()]);
    }

    static string Quoted(string arg) =>
        arg.Length > 0 && arg.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_=+,./:@%".Contains(letter))
            ? arg
            : $"'{arg.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
