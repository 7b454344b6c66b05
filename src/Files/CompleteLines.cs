using Microsoft.Win32.SafeHandles;

namespace SVco.Files;

/// <summary>
/// The lines of a file that is appended to. A line is complete with its line feed; what stands after the last one is what a killed process
/// left half written, and counts as not written.
/// </summary>
public static class CompleteLines
{
    /// <summary>The longest line in bytes; a journaled answer of 16 MB with every letter escaped is shorter.</summary>
    public const int MostBytes = 1 << 28;

    /// <summary>Each complete line without its end, and where it begins.</summary>
    /// <param name="file">Read from where it stands; it may grow meanwhile.</param>
    /// <param name="lastToo">Whether what stands after the last line feed counts, as in a file that was written whole.</param>
    /// <exception cref="InvalidDataException">A line is longer than <paramref name="most"/>.</exception>
    /// <param name="most">The most bytes of a line.</param>
    public static IEnumerable<(long Start, byte[] Bytes)> Of(Stream file, bool lastToo = false, int most = MostBytes)
    {
        var buffer = new byte[1 << 16];
        var line = new MemoryStream();
        var start = file.Position;
        for (int read; (read = file.Read(buffer)) > 0; )
        {
            var from = 0;
            for (int to; (to = Array.IndexOf(buffer, (byte)'\n', from, read - from)) >= 0; from = to + 1)
            {
                Add(from, to);
                yield return (start, line.ToArray());
                start += line.Length + 1;
                line.SetLength(0);
            }

            Add(from, read);
        }

        if (lastToo && line.Length > 0)
        {
            yield return (start, line.ToArray());
        }

        void Add(int from, int to) =>
            line.Write(
                buffer,
                from,
                line.Length + to - from <= most
                    ? to - from
                    : throw new InvalidDataException($"The line that begins at byte {start} is longer than {most} bytes.")
            );
    }

    /// <summary>Takes out what stands after the last complete line.</summary>
    /// <returns>The length of the file then, where the next line begins.</returns>
    public static long CutAfter(SafeFileHandle file)
    {
        var end = RandomAccess.GetLength(file);
        var buffer = new byte[1 << 12];
        for (var found = -1; end > 0 && found < 0; )
        {
            var from = Math.Max(0, end - buffer.Length);
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - from)), from);
            found = buffer.AsSpan(0, read).LastIndexOf((byte)'\n');
            end = from + found + 1;
        }

        RandomAccess.SetLength(file, end);
        return end;
    }
}
