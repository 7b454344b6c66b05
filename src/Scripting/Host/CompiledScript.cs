using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using SVco.Files;

namespace SVco.Scripting.Host;

/// <summary>A file that was compiled, with the SHA-256 of its content.</summary>
sealed record ScriptSource(string Path, string Hash)
{
    public bool IsUnchanged => File.Exists(Path) && ContentHash.Of(File.ReadAllBytes(Path)) == Hash;
}

/// <summary>An assembly that was compiled against.</summary>
sealed record ScriptReference(string Path, Guid Build)
{
    public bool IsUnchanged => File.Exists(Path) && HostAssemblies.BuildOf(Path) == Build;
}

/// <summary>A script ready to run, and all that it was made from. Sources begin with the script's own file.</summary>
sealed record CompiledScript(
    ImmutableArray<ScriptSource> Sources,
    ImmutableArray<ScriptReference> References,
    byte[] Assembly,
    byte[] Symbols,
    ImmutableArray<string> Warnings
)
{
    // The compiler's names for a first submission; dotnet script relies on them too.
    const string SubmissionType = "Submission#0";
    const string EntryPoint = "<Factory>";

    /// <summary>Runs the script from its first line.</summary>
    /// <returns>What it returns, null when nothing.</returns>
    public Task<object?> RunAsync(IEnumerable<string> args)
    {
        var assembly = new LoadContext(References).LoadFromStream(new MemoryStream(Assembly), new MemoryStream(Symbols));
        var entry = assembly
            .GetType(SubmissionType, throwOnError: true)!
            .GetMethod(EntryPoint, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<Func<object?[], Task<object?>>>();
        return entry([new ScriptGlobals(args), null]);
    }

    /// <summary>Whether compiling again would give the same.</summary>
    public bool IsUnchanged => Sources.All(source => source.IsUnchanged) && References.All(reference => reference.IsUnchanged);

    public byte[] Serialize()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Sources.Length);
        foreach (var source in Sources)
        {
            writer.Write(source.Path);
            writer.Write(source.Hash);
        }
        writer.Write(References.Length);
        foreach (var reference in References)
        {
            writer.Write(reference.Path);
            writer.Write(reference.Build.ToByteArray());
        }
        writer.Write(Assembly.Length);
        writer.Write(Assembly);
        writer.Write(Symbols.Length);
        writer.Write(Symbols);
        writer.Write(Warnings.Length);
        foreach (var warning in Warnings)
        {
            writer.Write(warning);
        }

        return stream.ToArray();
    }

    public static CompiledScript Deserialize(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        var sources = Enumerable
            .Range(0, reader.ReadInt32())
            .Select(_ => new ScriptSource(reader.ReadString(), reader.ReadString()))
            .ToImmutableArray();
        var references = Enumerable
            .Range(0, reader.ReadInt32())
            .Select(_ => new ScriptReference(reader.ReadString(), new Guid(reader.ReadBytes(16))))
            .ToImmutableArray();
        return new(
            sources,
            references,
            reader.ReadBytes(reader.ReadInt32()),
            reader.ReadBytes(reader.ReadInt32()),
            [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadString())]
        );
    }

    // The host's assemblies come from the host's context, so that host and script mean the same types; the script's own from their files.
    sealed class LoadContext(ImmutableArray<ScriptReference> references) : AssemblyLoadContext("script")
    {
        protected override Assembly? Load(AssemblyName name) =>
            HostAssemblies.PathOf(name.Name!) is null && references.FirstOrDefault(r => IsNamed(r, name)) is { } reference
                ? LoadFromAssemblyPath(reference.Path)
                : null;

        static bool IsNamed(ScriptReference reference, AssemblyName name) =>
            string.Equals(Path.GetFileNameWithoutExtension(reference.Path), name.Name, StringComparison.OrdinalIgnoreCase);
    }
}
