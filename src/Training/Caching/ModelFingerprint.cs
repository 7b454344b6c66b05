using SVco.Files;

namespace SVco.Training.Caching;

/// <summary>Names a checkpoint by its content.</summary>
public static class ModelFingerprint
{
    const long Large = 1L << 30;

    /// <summary>
    /// SHA-256 over config.json and the weights. The hash of a file is remembered by its path, size and time of change, so that 16 GB are
    /// read for it only once.
    /// </summary>
    /// <param name="folder">A HuggingFace folder.</param>
    /// <param name="remembered">Where hashes of files are remembered.</param>
    /// <param name="tell">Is told before large files are read, which takes a while.</param>
    public static string Of(string folder, DiskCache remembered, Action<string>? tell = null)
    {
        var files = Directory
            .GetFiles(folder)
            .Where(file => Path.GetFileName(file) is "config.json" || Path.GetExtension(file) is ".safetensors")
            .Order(StringComparer.Ordinal);
        return ContentHash.Of(string.Join('\n', files.Select(file => $"{Path.GetFileName(file)} {OfFile(file, remembered, tell)}")));
    }

    static string OfFile(string path, DiskCache remembered, Action<string>? tell)
    {
        // The target of a link, as in the hub's cache.
        var file = new FileInfo(path) is { LinkTarget: not null } link
            ? (FileInfo)link.ResolveLinkTarget(returnFinalTarget: true)!
            : new FileInfo(path);
        var key = ContentHash.Of($"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}");
        if (remembered.Find(key) is { } known)
        {
            return Convert.ToHexStringLower(known);
        }

        if (file.Length >= Large)
        {
            tell?.Invoke($"reading {path} ({DiskSpace.Text(file.Length)}) once to know it again");
        }

        var hash = ContentHash.OfFile(file.FullName);
        remembered.Put(key, Convert.FromHexString(hash));
        return hash;
    }
}
