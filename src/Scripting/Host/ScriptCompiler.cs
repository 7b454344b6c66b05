using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Scripting;
using SVco.Files;

namespace SVco.Scripting.Host;

/// <summary>The script does not compile.</summary>
/// <param name="errors">One line each, as compilers print them.</param>
sealed class ScriptCompilationException(ImmutableArray<string> errors) : Exception(string.Join('\n', errors));

/// <summary>Compiles scripts as dotnet script does, so that a script means the same in both.</summary>
static class ScriptCompiler
{
    // dotnet script's own list.
    static readonly string[] Imports =
    [
        "System",
        "System.IO",
        "System.Collections.Generic",
        "System.Console",
        "System.Diagnostics",
        "System.Dynamic",
        "System.Linq",
        "System.Linq.Expressions",
        "System.Text",
        "System.Threading.Tasks",
    ];

    // Two versions of one assembly: what counts is which one is loaded.
    static readonly ImmutableHashSet<string> Tolerated = ["CS1701", "CS1702", "CS1705"];

    /// <summary>What every script is compiled with.</summary>
    /// <param name="sources">Reads the files that it loads.</param>
    /// <param name="references">Finds the assemblies that it names.</param>
    /// <param name="documentation">Gives the documentation of an assembly's file; null where nobody reads it.</param>
    public static ScriptOptions Options(
        ScriptSources sources,
        ScriptReferences references,
        Func<string, DocumentationProvider?>? documentation = null
    ) =>
        ScriptOptions
            .Default.WithFileEncoding(Encoding.UTF8)
            .WithImports(Imports)
            .WithReferences(
                HostAssemblies.Framework.Select(path => MetadataReference.CreateFromFile(path, documentation: documentation?.Invoke(path)))
            )
            .WithSourceResolver(sources)
            .WithMetadataResolver(references)
            // As dotnet script does: optimised code would lose the lines of exceptions.
            .WithOptimizationLevel(OptimizationLevel.Debug)
            .WithEmitDebugInformation(true);

    /// <summary>What the compiler says against it, in the order of the places.</summary>
    public static IEnumerable<Diagnostic> Errors(IEnumerable<Diagnostic> diagnostics) =>
        diagnostics
            .Where(d => d.Severity == DiagnosticSeverity.Error && !Tolerated.Contains(d.Id))
            .OrderBy(d => d.Location.GetMappedLineSpan().Path, StringComparer.Ordinal)
            .ThenBy(d => d.Location.GetMappedLineSpan().StartLinePosition);

    /// <summary>An error in one line, as compilers print it.</summary>
    /// <param name="error">The error.</param>
    /// <param name="show">How a path is shown.</param>
    public static string Line(Diagnostic error, Func<string, string> show)
    {
        var place = error.Location.GetMappedLineSpan();
        var start = place.StartLinePosition;
        return (place.IsValid ? $"{show(place.Path)}({start.Line + 1},{start.Character + 1}): " : "")
            + $"error {error.Id}: {error.GetMessage()}";
    }

    /// <param name="file">The script's full path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="show">How a path is shown in an error.</param>
    /// <exception cref="ScriptCompilationException">It does not compile.</exception>
    public static CompiledScript Compile(string file, byte[] content, Func<string, string> show)
    {
        var sources = new ScriptSources(Path.GetDirectoryName(file)!);
        var references = new ScriptReferences(Path.GetDirectoryName(file)!);
        var options = Options(sources, references).WithFilePath(file);
        var code = new StreamReader(new MemoryStream(content), Encoding.UTF8).ReadToEnd();
        var compilation = CSharpScript.Create<object>(code, options, typeof(ScriptGlobals)).GetCompilation();
        using var assembly = new MemoryStream();
        using var symbols = new MemoryStream();
        var result = compilation.Emit(
            assembly,
            symbols,
            options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb)
        );
        return result.Success
            ? new([new(file, ContentHash.Of(content)), .. sources.Read], references.Used, assembly.ToArray(), symbols.ToArray())
            : throw new ScriptCompilationException([.. Errors(result.Diagnostics).Select(error => Line(error, show))]);
    }
}
