using SVco.Files;

namespace SVco.Scripting.Host;

/// <summary>
/// Compiled scripts on disk, by the script's path and content and the host's build. An entry holds the hashes of all files and assemblies
/// it was made from and serves only while all of them are unchanged.
/// </summary>
/// <param name="folder">Where they are kept.</param>
/// <param name="warn">Is told when an entry is damaged or cannot be kept; the script is compiled then.</param>
sealed class ScriptCache(string folder, Action<string> warn)
{
    const long MaxBytes = 64 << 20;

    readonly DiskCache entries = new(folder, MaxBytes, warn);

    /// <summary>The compiled script, null when there is none that can be used.</summary>
    public CompiledScript? Find(string file, byte[] content) =>
        entries.Find(Key(file, content)) is { } bytes && CompiledScript.Deserialize(new MemoryStream(bytes)) is { IsUnchanged: true } script
            ? script
            : null;

    /// <summary>Keeps a compiled script.</summary>
    public void Store(string file, byte[] content, CompiledScript script) => entries.Put(Key(file, content), script.Serialize());

    static string Key(string file, byte[] content) => ContentHash.Of($"{HostAssemblies.Version}\n{file}\n{ContentHash.Of(content)}");
}
