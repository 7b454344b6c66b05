using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Scripting.Hosting;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.CodeAnalysis.Scripting.Hosting;

namespace SVco.Scripting.Tests;

/// <summary>
/// Does with a script what the tool dotnet script does, and nothing of what our host does: Roslyn's own globals and resolvers, and the
/// #r'd assemblies copied to another folder and loaded from there. Stricter than the tool in one point: an assembly that is neither the
/// runtime's nor named by #r is not found, though the test process has it.
/// </summary>
public static class HostStandIn
{
    static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

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

    /// <summary>Runs a script.</summary>
    /// <param name="file">The script.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="copies">The folder for copies of the #r'd assemblies.</param>
    /// <returns>What the script returns, 0 when nothing.</returns>
    public static async Task<int> RunAsync(string file, IReadOnlyList<string> args, string copies)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var options = ScriptOptions
            .Default.AddImports(Imports)
            .WithReferences(
                Directory.GetFiles(FrameworkFolder, "*.dll").Where(IsManaged).Select(path => MetadataReference.CreateFromFile(path))
            )
            .WithSourceResolver(new SourceFileResolver([], folder))
            .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory(folder))
            .WithEmitDebugInformation(true)
            .WithFileEncoding(Encoding.UTF8)
            .WithFilePath(Path.GetFullPath(file));
        var compilation = CSharpScript.Create<int>(File.ReadAllText(file), options, typeof(CommandLineScriptGlobals)).GetCompilation();
        var (assembly, symbols) = (new MemoryStream(), new MemoryStream());
        var result = compilation.Emit(
            assembly,
            symbols,
            options: new EmitOptions(debugInformationFormat: DebugInformationFormat.PortablePdb)
        );
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));

        Directory.CreateDirectory(copies);
        foreach (var reference in compilation.DirectiveReferences.OfType<PortableExecutableReference>())
            File.Copy(reference.FilePath!, Path.Combine(copies, Path.GetFileName(reference.FilePath!)), overwrite: true);
        var globals = new CommandLineScriptGlobals(TextWriter.Null, CSharpObjectFormatter.Instance);
        foreach (var arg in args)
            globals.Args.Add(arg);
        var context = new CopiesOnly(copies);
        (assembly.Position, symbols.Position) = (0, 0);
        var entry = context.LoadFromStream(assembly, symbols).GetType("Submission#0")!.GetMethod("<Factory>")!;
        return await (Task<int>)entry.Invoke(null, [new object?[] { globals, null }])!;
    }

    static bool IsManaged(string path)
    {
        using var reader = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(path));
        return reader.HasMetadata;
    }

    sealed class CopiesOnly(string folder) : AssemblyLoadContext("dotnet script's stand-in")
    {
        protected override Assembly? Load(AssemblyName name) =>
            Path.Combine(folder, name.Name + ".dll") is var copy && File.Exists(copy) ? LoadFromAssemblyPath(copy)
            : File.Exists(Path.Combine(FrameworkFolder, name.Name + ".dll")) || name.Name!.StartsWith("Microsoft.CodeAnalysis") ? null
            : OfTheScript(name) ?? throw new FileNotFoundException($"No #r of the script names {name}.");

        // The runtime asks an event's handlers after the default context, which here is the test's own and has everything.
        Assembly? OfTheScript(AssemblyName name) =>
            ((Func<AssemblyLoadContext, AssemblyName, Assembly?>?)Handlers.GetValue(this))?.Invoke(this, name);

        static readonly FieldInfo Handlers = typeof(AssemblyLoadContext).GetField(
            "_resolving",
            BindingFlags.Instance | BindingFlags.NonPublic
        )!;
    }
}
