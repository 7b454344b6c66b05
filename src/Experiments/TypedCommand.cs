using System.Collections.Immutable;
using System.Text;

namespace SVco.Experiments;

/// <summary>What a person has typed to start this process.</summary>
/// <param name="Program">The words before the arguments, such as <c>./svco</c> or <c>dotnet run my.cs --</c>.</param>
/// <param name="Args">The arguments.</param>
sealed record TypedCommand(ImmutableArray<string> Program, ImmutableArray<string> Args)
{
    const string Dotnet = "dotnet";
    const string Tool = "svco";

    /// <summary>The commands of <c>dotnet</c> that start a program of their own and give it what follows.</summary>
    static readonly ImmutableArray<string> Starters = ["run", "script", "tool", Tool];

    /// <summary>The command of this process; null where it cannot be known.</summary>
    /// <param name="words">The process's command line, the program's assembly first.</param>
    /// <param name="said">What a starter says was typed in its place; empty where nobody typed anything.</param>
    public static TypedCommand? Of(ImmutableArray<string> words, string? said) =>
        words is [var assembly, .. var args]
        && ProgramOf(assembly, args, said, Parent(), Environment.ProcessPath, AppContext.GetData("EntryPointFilePath") as string)
            is { IsDefaultOrEmpty: false } program
            ? new(program, args)
            : null;

    /// <summary>The words before some arguments; null where the command does not end with them.</summary>
    public ImmutableArray<string>? Before(IReadOnlyCollection<string> args) =>
        EndsWith(Args, args) ? [.. Program, .. Args[..^args.Count]] : null;

    /// <summary>The words before the arguments; none where they cannot be known.</summary>
    /// <param name="assembly">The program's assembly.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="said">See <see cref="Of"/>.</param>
    /// <param name="parent">The command line of the process that started this one; null where it is not told.</param>
    /// <param name="process">The executable of this process.</param>
    /// <param name="file">The source of a program of one file.</param>
    internal static ImmutableArray<string> ProgramOf(
        string assembly,
        ImmutableArray<string> args,
        string? said,
        ImmutableArray<string>? parent,
        string? process,
        string? file
    )
    {
        var name = Path.GetFileNameWithoutExtension(process);
        return said is not null ? (said.Length > 0 ? [said] : [])
            // `dotnet run` and the like wait for the program that they start, and its arguments are the last of their own.
            : parent is [var starter, var verb, ..] words
            && Path.GetFileNameWithoutExtension(starter) == Dotnet
            && Starters.Contains(verb)
            && EndsWith(words, args)
                ? [Dotnet, .. words[1..^args.Length]]
            : file is not null ? [Dotnet, "run", Shorter(file), "--"]
            : Path.GetFileNameWithoutExtension(assembly) == "dotnet-script" ? [Dotnet, "script"]
            : name == Dotnet ? [Dotnet, Shorter(assembly)]
            : name == Tool ? [Tool]
            // It may have been started by a `dotnet run` that nobody tells of.
            : parent is not null && process is not null ? [Shorter(process)]
            : [];
    }

    static bool EndsWith(ImmutableArray<string> words, IReadOnlyCollection<string> end) =>
        words.Length >= end.Count && words[^end.Count..].SequenceEqual(end);

    static string Shorter(string path) =>
        Path.GetRelativePath(Environment.CurrentDirectory, path) is var relative && relative.Length < path.Length ? relative : path;

    /// <summary>The command line of the process that started this one; null where the system does not tell.</summary>
    static ImmutableArray<string>? Parent()
    {
        try
        {
            // PID (NAME) STATE PARENT ...; a name may have any letters.
            var stat = File.ReadAllText("/proc/self/stat");
            var parent = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
            return [.. Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{parent}/cmdline")).TrimEnd('\0').Split('\0')];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
