using System.Security.Cryptography;

namespace SVco.Files;

/// <summary>
/// Byte strings by key in a folder. Entries are written beside their place and renamed, carry a checksum, and may be read and written
/// by several processes at once; a damaged entry counts as absent, with a warning. When the folder has grown over its limit, the entries
/// that were not used for the longest time leave.
/// </summary>
public sealed class DiskCache
{
    const long Block = 4096;

    readonly string _folder;
    readonly long _maxBytes;
    readonly Action<string> _warn;
    long _writtenSinceTrim;
    bool _toldThatItCannotWrite;

    /// <param name="folder">Made when the first entry comes.</param>
    /// <param name="maxBytes">The most that the entries may take on the disk together.</param>
    /// <param name="warn">Gets a sentence about each damaged entry, and one when the folder cannot be written.</param>
    public DiskCache(string folder, long maxBytes, Action<string> warn)
    {
        (_folder, _maxBytes, _warn) = (folder, maxBytes, warn);
        _writtenSinceTrim = maxBytes;
    }

    /// <summary>The entry of a key; null when there is none or it is damaged.</summary>
    /// <param name="key">A <see cref="ContentHash"/> of what the entry is of.</param>
    public byte[]? Find(string key)
    {
        var file = FileOf(key);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _warn($"The cache entry {file} cannot be read and will be computed anew: {error.Message}");
            return null;
        }

        if (
            bytes.Length < SHA256.HashSizeInBytes
            || !SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes))
        )
        {
            _warn($"The cache entry {file} is damaged and will be computed anew.");
            IfPossible(() => File.Delete(file));
            return null;
        }

        // The time says when it was used last.
        IfPossible(() => File.SetLastWriteTimeUtc(file, DateTime.UtcNow));
        return bytes[SHA256.HashSizeInBytes..];
    }

    /// <summary>Puts an entry in, over an older one of the same key.</summary>
    public void Put(string key, ReadOnlySpan<byte> value)
    {
        var file = FileOf(key);
        var temporary = $"{file}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using (var stream = File.Create(temporary))
            {
                stream.Write(SHA256.HashData(value));
                stream.Write(value);
            }

            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A full disk or a folder that is not ours makes the cache useless, not the run.
            IfPossible(() => File.Delete(temporary));
            if (!_toldThatItCannotWrite)
            {
                _toldThatItCannotWrite = true;
                _warn($"The cache in {_folder} cannot be written, so nothing new is kept there: {error.Message}");
            }

            return;
        }

        _writtenSinceTrim += OnDisk(value.Length);
        if (_writtenSinceTrim > _maxBytes / 16)
        {
            _writtenSinceTrim = 0;
            Trim();
        }
    }

    void Trim()
    {
        // Another process may rename or throw out any of these files in between: what is gone then has no length.
        var all = new EnumerationOptions { RecurseSubdirectories = true };
        var files = new DirectoryInfo(_folder).GetFiles("*", all).ToLookup(file => file.Extension.Length == 0);
        long kept = 0;
        foreach (var entry in files[true].OrderByDescending(entry => entry.LastWriteTimeUtc))
        {
            kept += LengthOf(entry);
            if (kept > _maxBytes)
            {
                IfPossible(entry.Delete);
            }
        }

        // What a killed process left half written.
        foreach (var temporary in files[false].Where(file => file.LastWriteTimeUtc < DateTime.UtcNow - TimeSpan.FromDays(1)))
        {
            IfPossible(temporary.Delete);
        }
    }

    static long LengthOf(FileInfo file)
    {
        try
        {
            return OnDisk(file.Length);
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>Files take whole blocks.</summary>
    static long OnDisk(long bytes) => (bytes + Block - 1) / Block * Block;

    static void IfPossible(Action change)
    {
        try
        {
            change();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another process has just thrown the file out, or another user owns it.
        }
    }

    string FileOf(string key) => Path.Combine(_folder, key[..2], key);
}
