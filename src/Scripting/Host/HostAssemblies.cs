using System.Collections.Frozen;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace SVco.Scripting.Host;

/// <summary>
/// The assemblies that this process loads by itself. A script's #r of one of them means the host's own file, wherever the script
/// says it is: else the same type would exist twice.
/// </summary>
static class HostAssemblies
{
    static readonly string FrameworkFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    static readonly FrozenDictionary<string, string> Paths = ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .GroupBy(Path.GetFileNameWithoutExtension)
        .ToFrozenDictionary(group => group.Key!, group => group.First(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The runtime's own assemblies.</summary>
    public static IEnumerable<string> Framework => Paths.Values.Where(IsFramework);

    /// <summary>Changes with every build of the host and with every version of the runtime.</summary>
    public static string Version { get; } = $"{typeof(HostAssemblies).Module.ModuleVersionId} {Environment.Version}";

    /// <summary>The host's own file of an assembly, null when it has none.</summary>
    public static string? PathOf(string simpleName) => Paths.GetValueOrDefault(simpleName);

    /// <summary>Whether a file is one of the runtime's.</summary>
    public static bool IsFramework(string path) => Path.GetDirectoryName(path) == FrameworkFolder;

    /// <summary>What distinguishes two builds of one assembly.</summary>
    public static Guid BuildOf(string path)
    {
        using var reader = new PEReader(File.OpenRead(path));
        var metadata = reader.GetMetadataReader();
        return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
    }
}
