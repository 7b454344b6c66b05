using System.Security.Cryptography;
using SVco.Files;

namespace SVco.Scripting.Host;

/// <summary>
/// Compiled scripts on disk, one file each, named after the script's path and content and the host's build. An entry holds the hashes of
/// all files and assemblies it was made from and serves only while all of them are unchanged.
/// </summary>
static class ScriptCache
{
    const int MostEntries = 100;

    /// <summary>The compiled script, null when there is none that can be used.</summary>
    public static CompiledScript? Find(string folder, string file, byte[] content)
    {
        try
        {
            var bytes = File.ReadAllBytes(EntryFile(folder, file, content)).AsMemory();
            // An entry cut short by a crash, or damaged, is no entry.
            if (bytes.Length < SHA256.HashSizeInBytes)
                return null;
            var (hash, body) = (bytes[..SHA256.HashSizeInBytes], bytes[SHA256.HashSizeInBytes..]);
            if (!SHA256.HashData(body.Span).AsSpan().SequenceEqual(hash.Span))
                return null;
            var script = CompiledScript.Deserialize(new MemoryStream(body.ToArray()));
            return script.IsUnchanged ? script : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Not there, or just removed by another process: then it is compiled, and storing it tells what is wrong with the folder.
            return null;
        }
    }

    /// <summary>Keeps a compiled script and forgets the oldest ones.</summary>
    public static void Store(string folder, string file, byte[] content, CompiledScript script)
    {
        Directory.CreateDirectory(folder);
        var entry = EntryFile(folder, file, content);
        var temporary = $"{entry}.{Guid.NewGuid():N}";
        var bytes = script.Serialize();
        File.WriteAllBytes(temporary, [.. SHA256.HashData(bytes), .. bytes]);
        File.Move(temporary, entry, overwrite: true);
        foreach (var old in new DirectoryInfo(folder).GetFiles().OrderByDescending(f => f.LastWriteTimeUtc).Skip(MostEntries))
            old.Delete();
    }

    static string EntryFile(string folder, string file, byte[] content) =>
        Path.Combine(folder, ContentHash.Of($"{HostAssemblies.Version}\n{file}\n{ContentHash.Of(content)}"));
}
