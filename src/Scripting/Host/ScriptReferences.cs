using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace SVco.Scripting.Host;

/// <summary>Finds the assemblies that a script names: the host's own file where it has one, else that of the script.</summary>
/// <param name="folder">Relative paths begin here where no file says otherwise.</param>
/// <param name="documentation">Gives the documentation of an assembly's file; null where nobody reads it.</param>
sealed class ScriptReferences(string folder, Func<string, DocumentationProvider?>? documentation = null) : MetadataReferenceResolver
{
    readonly Dictionary<string, PortableExecutableReference> used = [];

    /// <summary>What was used, but for the runtime's own.</summary>
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
        if (ScriptPackages.IsPackage(reference))
        {
            return
            [
                .. ScriptPackages
                    .AssembliesOf(reference, folder)
                    .Select(file => Use(HostAssemblies.PathOf(Path.GetFileNameWithoutExtension(file)) ?? file, properties)),
            ];
        }

        var isPath = reference.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || reference.IndexOfAny(['/', '\\']) >= 0;
        var name = isPath ? Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')) : reference;
        var path = HostAssemblies.PathOf(name) ?? Existing(Path.GetFullPath(reference, Path.GetDirectoryName(baseFilePath) ?? folder));
        return path is null ? [] : [Use(path, properties)];
    }

    public override PortableExecutableReference? ResolveMissingAssembly(MetadataReference definition, AssemblyIdentity referenceIdentity) =>
        HostAssemblies.PathOf(referenceIdentity.Name) is { } path ? Use(path, MetadataReferenceProperties.Assembly) : null;

    public override bool Equals(object? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    static string? Existing(string path) => File.Exists(path) ? path : null;

    PortableExecutableReference Use(string path, MetadataReferenceProperties properties)
    {
        if (!used.TryGetValue(path, out var reference))
            used[path] = reference = MetadataReference.CreateFromFile(path, documentation: documentation?.Invoke(path));
        return reference.WithProperties(properties);
    }
}
