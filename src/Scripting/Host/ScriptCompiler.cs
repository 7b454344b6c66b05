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

    /// <param name="file">The script's full path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="show">How a path is shown in an error.</param>
    /// <exception cref="ScriptCompilationException">It does not compile.</exception>
    public static CompiledScript Compile(string file, byte[] content, Func<string, string> show)
    {
        var sources = new SourceResolver(Path.GetDirectoryName(file)!);
        var references = new ReferenceResolver(Path.GetDirectoryName(file)!);
        var options = ScriptOptions
            .Default.WithFilePath(file)
            .WithFileEncoding(Encoding.UTF8)
            .WithImports(Imports)
            .WithReferences(HostAssemblies.Framework.Select(path => MetadataReference.CreateFromFile(path)))
            .WithSourceResolver(sources)
            .WithMetadataResolver(references)
            // As dotnet script does: optimised code would lose the lines of exceptions.
            .WithOptimizationLevel(OptimizationLevel.Debug)
            .WithEmitDebugInformation(true);
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
            : throw new ScriptCompilationException(Errors(result.Diagnostics, show));
    }

    static ImmutableArray<string> Errors(IEnumerable<Diagnostic> diagnostics, Func<string, string> show) =>
        [
            .. diagnostics
                .Where(d => d.Severity == DiagnosticSeverity.Error && !Tolerated.Contains(d.Id))
                .Select(d => (Diagnostic: d, Place: d.Location.GetMappedLineSpan()))
                .OrderBy(d => d.Place.Path, StringComparer.Ordinal)
                .ThenBy(d => d.Place.StartLinePosition)
                .Select(d =>
                    (
                        d.Place.IsValid
                            ? $"{show(d.Place.Path)}({d.Place.StartLinePosition.Line + 1},{d.Place.StartLinePosition.Character + 1}): "
                            : ""
                    ) + $"error {d.Diagnostic.Id}: {d.Diagnostic.GetMessage()}"
                ),
        ];

    // Remembers what was read, with the hash of exactly what was compiled.
    sealed class SourceResolver(string folder) : SourceFileResolver([], folder)
    {
        readonly Dictionary<string, ScriptSource> read = [];

        public IEnumerable<ScriptSource> Read => read.Values.OrderBy(source => source.Path, StringComparer.Ordinal);

        public override Stream OpenRead(string resolvedPath)
        {
            var content = File.ReadAllBytes(resolvedPath);
            read[resolvedPath] = new(resolvedPath, ContentHash.Of(content));
            return new MemoryStream(content);
        }
    }

    sealed class ReferenceResolver(string folder) : MetadataReferenceResolver
    {
        readonly Dictionary<string, PortableExecutableReference> used = [];

        public ImmutableArray<ScriptReference> Used =>
            [
                .. used
                    .Keys.Where(path => !HostAssemblies.IsFramework(path))
                    .Order(StringComparer.Ordinal)
                    .Select(path => new ScriptReference(path, HostAssemblies.BuildOf(path))),
            ];

        public override bool ResolveMissingAssemblies => true;

        public override ImmutableArray<PortableExecutableReference> ResolveReference(
            string reference,
            string? baseFilePath,
            MetadataReferenceProperties properties
        )
        {
            var isPath = reference.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || reference.IndexOfAny(['/', '\\']) >= 0;
            var name = isPath ? Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')) : reference;
            var path = HostAssemblies.PathOf(name) ?? Existing(Path.GetFullPath(reference, Path.GetDirectoryName(baseFilePath) ?? folder));
            return path is null ? [] : [Use(path, properties)];
        }

        public override PortableExecutableReference? ResolveMissingAssembly(
            MetadataReference definition,
            AssemblyIdentity referenceIdentity
        ) => HostAssemblies.PathOf(referenceIdentity.Name) is { } path ? Use(path, MetadataReferenceProperties.Assembly) : null;

        public override bool Equals(object? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        static string? Existing(string path) => File.Exists(path) ? path : null;

        PortableExecutableReference Use(string path, MetadataReferenceProperties properties)
        {
            if (!used.TryGetValue(path, out var reference))
                used[path] = reference = MetadataReference.CreateFromFile(path);
            return reference.WithProperties(properties);
        }
    }
}
