using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SVco.Core;
using SVco.Files;

namespace SVco.Curation.Filtering;

/// <summary>
/// Embeddings on disk by what they are of: files of fixed-size records [key 32 bytes, embedding float32, check 4 bytes], only ever
/// appended to. A process writes a file of its own and reads all that are there, so that shards share what they can. In memory is 24
/// bytes an embedding.
/// </summary>
sealed class EmbeddingCache : IDisposable
{
    const int KeyBytes = 32;
    const int CheckBytes = 4;

    readonly int size;
    readonly List<FileStream> files = [];
    readonly Dictionary<UInt128, (int File, int Record)> places = [];
    readonly FileStream own;

    // Not the file itself: others read it, and all but the sharing of none is only a shared lock where locks are advisory.
    readonly FileLock writerLock;

    /// <param name="folder">The folder of one model's embeddings.</param>
    /// <param name="size">Floats of an embedding.</param>
    /// <param name="writer">The name of the file that this process writes.</param>
    /// <exception cref="UserException">Another process writes it.</exception>
    public EmbeddingCache(string folder, int size, string writer)
    {
        this.size = size;
        var ownPath = Path.Combine(folder, $"{writer}.embeddings");
        writerLock = new(
            Path.Combine(folder, $"{writer}.lock"),
            $"{ownPath} is being written by another `svco data filter`. Wait for it.",
            "Choose another output for the curation."
        );
        own = new(ownPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, 1);

        // What a kill left half written.
        own.SetLength(own.Length / RecordBytes * RecordBytes);
        foreach (var path in Directory.EnumerateFiles(folder, "*.embeddings").Order(StringComparer.Ordinal).Where(path => path != ownPath))
        {
            Index(new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1));
        }

        Index(own);
        own.Position = own.Length;
    }

    int RecordBytes => KeyBytes + size * sizeof(float) + CheckBytes;

    /// <summary>The number of embeddings.</summary>
    public int Count => places.Count;

    /// <summary>Whether there is a whole record of a key.</summary>
    public bool Contains(ReadOnlySpan<byte> key) => Find(key) is not null;

    /// <summary>The embedding of a key [size]; null when there is none or its record is damaged.</summary>
    public float[]? Find(ReadOnlySpan<byte> key)
    {
        if (!places.TryGetValue(Short(key), out var place))
        {
            return null;
        }

        var record = new byte[RecordBytes];
        var whole = RandomAccess.Read(files[place.File].SafeFileHandle, record, (long)place.Record * RecordBytes) == RecordBytes;
        return
            whole && record.AsSpan(0, KeyBytes).SequenceEqual(key) && Check(record).SequenceEqual(record.AsSpan(RecordBytes - CheckBytes))
            ? MemoryMarshal.Cast<byte, float>(record.AsSpan(KeyBytes, size * sizeof(float))).ToArray()
            : null;
    }

    /// <summary>Appends embeddings and waits until the disk has them.</summary>
    public void Add(IEnumerable<(byte[] Key, float[] Embedding)> embeddings)
    {
        foreach (var (key, embedding) in embeddings)
        {
            if (embedding.Length != size)
            {
                throw new ArgumentException($"An embedding of {embedding.Length} floats, not {size}.", nameof(embeddings));
            }

            var record = new byte[RecordBytes];
            key.CopyTo(record, 0);
            MemoryMarshal.AsBytes(embedding.AsSpan()).CopyTo(record.AsSpan(KeyBytes));
            Check(record).CopyTo(record.AsSpan(RecordBytes - CheckBytes));
            places[Short(key)] = (files.IndexOf(own), (int)(own.Position / RecordBytes));
            own.Write(record);
        }

        own.Flush(flushToDisk: true);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        files.ForEach(file => file.Dispose());
        writerLock.Dispose();
    }

    void Index(FileStream file)
    {
        files.Add(file);
        Span<byte> key = stackalloc byte[KeyBytes];
        for (var record = 0; record < file.Length / RecordBytes; record++)
        {
            RandomAccess.Read(file.SafeFileHandle, key, (long)record * RecordBytes);
            places[Short(key)] = (files.Count - 1, record);
        }
    }

    ReadOnlySpan<byte> Check(byte[] record) => SHA256.HashData(record.AsSpan(0, RecordBytes - CheckBytes)).AsSpan(0, CheckBytes);

    static UInt128 Short(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt128LittleEndian(key);
}
