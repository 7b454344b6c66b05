namespace SVco.Files;

/// <summary>A file of JSON lines that grows beside its place and comes there when it is complete.</summary>
public sealed class PartialLines : IDisposable
{
    readonly string path;
    readonly string partial;
    readonly FileStream stream;

    /// <summary>Begins a file.</summary>
    public PartialLines(string path)
    {
        (this.path, partial) = (Path.GetFullPath(path), $"{path}.partial");
        Directory.CreateDirectory(Path.GetDirectoryName(this.path)!);
        stream = new(partial, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
    }

    /// <summary>Lines so far.</summary>
    public int Count { get; private set; }

    /// <summary>One more line.</summary>
    public void Add<T>(T item)
    {
        stream.Write(JsonLines.Line(item));
        stream.WriteByte((byte)'\n');
        Count++;
    }

    /// <summary>Syncs the file and moves it to its place.</summary>
    public void Complete()
    {
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        AtomicOutput.MoveFile(partial, path);
    }

    /// <summary>Removes a file that did not become complete.</summary>
    public void Dispose()
    {
        stream.Dispose();
        File.Delete(partial);
    }
}
