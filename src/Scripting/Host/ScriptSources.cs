using Microsoft.CodeAnalysis;
using SVco.Files;

namespace SVco.Scripting.Host;

/// <summary>Reads the files that a script loads, and remembers what was read with the hash of exactly what was compiled.</summary>
/// <param name="folder">Relative paths begin here where no file says otherwise.</param>
class ScriptSources(string folder) : SourceFileResolver([], folder)
{
    readonly Dictionary<string, ScriptSource> read = [];

    /// <summary>What was read, by path.</summary>
    public IEnumerable<ScriptSource> Read => read.Values.OrderBy(source => source.Path, StringComparer.Ordinal);

    public override string? ResolveReference(string path, string? baseFilePath) =>
        ScriptPackages.IsPackage(path) ? ScriptPackages.ScriptOf(path) : base.ResolveReference(path, baseFilePath);

    public override Stream OpenRead(string resolvedPath)
    {
        var content = File.ReadAllBytes(resolvedPath);
        read[resolvedPath] = new(resolvedPath, ContentHash.Of(content));
        return new MemoryStream(content);
    }
}
