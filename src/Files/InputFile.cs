using SVco.Core;

namespace SVco.Files;

/// <summary>
/// The one way to read what comes from outside: only regular files are opened (a pipe or a device would be waited for without end), and
/// whatever a library throws over a file's content becomes one message that names the file.
/// </summary>
public static class InputFile
{
    /// <summary>The largest file that is read as a whole, in bytes, where a reader says nothing smaller.</summary>
    public const long MostBytes = 1L << 30;

    const int LongestShown = 300;

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="UserException">It is not there, is no regular file, is larger, or cannot be read.</exception>
    public static byte[] Bytes(string path, long most = MostBytes)
    {
        using var stream = Open(path);
        return stream.Length > most
            ? throw new UserException($"{path} has {stream.Length} bytes; the most that such a file can have is {most}.")
            : Read(
                path,
                "readable",
                () =>
                {
                    var bytes = new byte[stream.Length];
                    stream.ReadExactly(bytes);
                    return bytes;
                }
            );
    }

    /// <summary>Opens a file to be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="others">What other handles may do with it meanwhile.</param>
    /// <returns>A stream with a length.</returns>
    /// <exception cref="UserException">It is not there, is no regular file, or cannot be opened.</exception>
    public static Stream Open(string path, FileShare others = FileShare.Read) =>
        path.Contains('\0')
            ? throw new UserException($"The path {path.Replace('\0', '?')} holds a zero character, which no file's name has.")
        : Directory.Exists(path) ? throw new UserException($"{path} is a folder; a file is expected.")
        : !File.Exists(path) ? throw Missing(path)
        // Pipes, sockets and devices have the length 0; opening a pipe would wait for whoever writes into it.
        : LengthOf(path) == 0 ? new MemoryStream([], writable: false)
        : Read(path, "readable", () => new FileStream(path, FileMode.Open, FileAccess.Read, others));

    /// <summary>Reads something from a file; whatever goes wrong becomes one message.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, after "is not", such as "a safetensors file".</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="UserException">The file cannot be read or is not what it should be.</exception>
    public static T Read<T>(string path, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be read: {error.Message}", error);
        }
        catch (Exception error) when (error is not (UserException or OperationCanceledException))
        {
            throw new UserException($"{path} is not {what}: {error.Message}", error);
        }
    }

    /// <summary>Goes through what is read from a file bit by bit; whatever goes wrong becomes one message.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should be, as for <see cref="Read"/>.</param>
    /// <param name="items">Reads it while it is gone through.</param>
    /// <exception cref="UserException">While reading: the file cannot be read or is not what it should be.</exception>
    public static IEnumerable<T> Each<T>(string path, string what, IEnumerable<T> items)
    {
        using var each = items.GetEnumerator();
        while (Read(path, what, each.MoveNext))
        {
            yield return each.Current;
        }
    }

    static UserException Missing(string path) =>
        new(
            path.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
                ? $"{Short(path)} is a data: address without valid base64 in it, cut off perhaps."
            : path.Contains("://", StringComparison.Ordinal)
                ? $"{Short(path)} is an address, which is not fetched. Download it and give the file's path."
            : $"{Short(path)} does not exist."
        );

    static string Short(string path) =>
        path.Length <= LongestShown ? path : $"{path[..(LongestShown / 2)]}...{path[^(LongestShown / 2)..]}";

    /// <summary>The length of what a path, or the link there, leads to; 0 for what has none.</summary>
    static long LengthOf(string path) =>
        Read(path, "readable", () => (File.ResolveLinkTarget(path, returnFinalTarget: true) as FileInfo ?? new FileInfo(path)).Length);
}
