using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using SVco.Models;

namespace SVco.Scripting.Commands;

/// <summary><c>svco --version</c>: the version, the commit that it was built from, and the libtorch that it computes with.</summary>
sealed class SvcoVersion : SynchronousCommandLineAction
{
    /// <summary>Version and commit.</summary>
    public static string Text =>
        typeof(SvcoVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')
            is [var version, var commit]
            ? $"{version}, commit {commit[..Math.Min(10, commit.Length)]}"
            : typeof(SvcoVersion).Assembly.GetName().Version!.ToString(3);

    public override int Invoke(ParseResult parsed)
    {
        Console.WriteLine($"SVco {Text}; {NativeLibraries.Versions}; .NET {Environment.Version}");
        return 0;
    }
}
