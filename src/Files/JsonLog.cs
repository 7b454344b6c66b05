using Microsoft.Win32.SafeHandles;
using SVco.Core;

namespace SVco.Files;

/// <summary>
/// A file of one JSON object a line that grows while a process works and may be cut anywhere when that is killed. The rule is that of
/// <see cref="CompleteLines"/>: reading leaves an unfinished last line out, appending writes over it.
/// </summary>
public sealed class JsonLog : IDisposable
{
    readonly SafeFileHandle file;
    long end;

    /// <summary>Opens or makes a log to append to.</summary>
    /// <exception cref="UserException">It cannot be opened or is no regular file.</exception>
    public JsonLog(string path)
    {
        file = InputFile.Read(
            path,
            "a file that can be written",
            () => File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read)
        );
        end = CompleteLines.CutAfter(file);
    }

    /// <summary>The complete lines of a log.</summary>
    /// <exception cref="UserException">One of them is not what it should be (while reading).</exception>
    public static IEnumerable<T> Read<T>(string path)
    {
        using var file = InputFile.Open(path, FileShare.ReadWrite);
        foreach (var item in JsonLines.Lines<T>(file, path, lastToo: false, "Take it out."))
        {
            yield return item;
        }
    }

    /// <summary>Appends a line, which the operating system has when this returns.</summary>
    /// <exception cref="IOException">The disk refuses; the next line is written in the place of this one.</exception>
    public void Add<T>(T item)
    {
        byte[] line = [.. JsonLines.Line(item), (byte)'\n'];
        RandomAccess.Write(file, line, end);
        end += line.Length;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
