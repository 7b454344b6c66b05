using SVco.Files;

namespace SVco.Training.Caching;

/// <summary>Names a checkpoint by its content.</summary>
public static class ModelFingerprint
{
    const long Large = 1L << 30;

    /// <summary>Smaller files are read each time.</summary>
    const long Small = 1L << 26;

    const int Blocks = 256;
    const int Block = 1 << 12;

    /// <summary>
    /// SHA-256 over config.json and the weights. The hash of a large file is remembered by its path, size, time of change and a sample of its
    /// bytes (copies often keep the time), so that 16 GB are read for it only once.
    /// </summary>
    /// <param name="folder">A HuggingFace folder.</param>
    /// <param name="remembered">Where hashes of files are remembered.</param>
    /// <param name="tell">Is told before large files are read, which takes a while.</param>
    public static string Of(string folder, DiskCache remembered, Action<string>? tell = null) => Of(folder, remembered, tell, Small);

    internal static string Of(string folder, DiskCache remembered, Action<string>? tell, long small)
    {
        var files = Directory
            .GetFiles(folder)
            .Where(file => Path.GetFileName(file) is "config.json" || Path.GetExtension(file) is ".safetensors")
            .Order(StringComparer.Ordinal);
        return ContentHash.Of(string.Join('\n', files.Select(file => $"{Path.GetFileName(file)} {OfFile(file, remembered, tell, small)}")));
    }

    static string OfFile(string path, DiskCache remembered, Action<string>? tell, long small)
    {
        // The target of a link, as in the hub's cache.
        var file = new FileInfo(path) is { LinkTarget: not null } link
            ? (FileInfo)link.ResolveLinkTarget(returnFinalTarget: true)!
            : new FileInfo(path);
        if (file.Length <= small)
        {
            return ContentHash.OfFile(file.FullName);
        }

        var key = ContentHash.Of($"{file.FullName}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n{SampleOf(file)}");
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

    /// <summary>The hash of blocks that lie evenly over a file.</summary>
    static string SampleOf(FileInfo file)
    {
        using var stream = InputFile.Open(file.FullName);
        var sample = new byte[Blocks * Block];
        var length = 0;
        for (var block = 0; block < Blocks; block++)
        {
            stream.Position = (stream.Length - Math.Min(Block, stream.Length)) * block / (Blocks - 1);
            length += stream.ReadAtLeast(sample.AsSpan(length, Block), Block, throwOnEndOfStream: false);
        }

        return ContentHash.Of(sample.AsSpan(0, length));
    }
}
