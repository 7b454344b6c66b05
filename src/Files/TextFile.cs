using System.Text;
using SVco.Core;

namespace SVco.Files;

/// <summary>
/// Text from outside: strict UTF-8, with or without a byte order mark, or UTF-16 with one. A byte that is neither is an error that names the
/// place, since a replacement character would be trained on without a word.
/// </summary>
public static class TextFile
{
    static readonly UnicodeEncoding[] Utf16 = [new(bigEndian: false, true, true), new(bigEndian: true, true, true)];

    /// <summary>The text of a file, without a byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="UserException">The file cannot be read, is too large, or is no such text; the message names line and byte.</exception>
    public static string Read(string path, long most = InputFile.MostBytes) => Encoding.UTF8.GetString(Utf8(path, most).Span);

    /// <summary>The text of a file as UTF-8, without a byte order mark; for readers of bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="UserException">The file cannot be read, is too large, or is no such text; the message names line and byte.</exception>
    public static ReadOnlyMemory<byte> Utf8(string path, long most = InputFile.MostBytes) => Utf8(InputFile.Bytes(path, most), path);

    /// <summary>Opens a file of any length to be read as UTF-8 without a byte order mark. It is looked through first, so what is read is text.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UserException">The file cannot be read or is no such text; the message names line and byte.</exception>
    public static Stream Open(string path)
    {
        var stream = InputFile.Open(path);
        try
        {
            return InputFile.Read(path, "text", () => Checked(stream, path));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The lines of a text, which may be of any length; a line may not.</summary>
    /// <param name="text">UTF-8, as <see cref="Open"/> gives it.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="UserException">While reading: the file cannot be read, or a line is too long.</exception>
    public static IEnumerable<string> Lines(Stream text, string path) =>
        InputFile
            .Each(path, "a file of lines", CompleteLines.Of(text, lastToo: true))
            .Select(line => Encoding.UTF8.GetString(line.Bytes).TrimEnd('\r'));

    /// <summary>Bytes as UTF-8 without a byte order mark.</summary>
    /// <param name="bytes">What was read.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="UserException">They are no such text; the message names line and byte.</exception>
    public static ReadOnlyMemory<byte> Utf8(byte[] bytes, string name)
    {
        if (Utf16.FirstOrDefault(encoding => bytes.AsSpan().StartsWith(encoding.Preamble)) is { } encoding)
        {
            return NotUtf16(bytes, isBig: bytes[0] == 0xFE) is var (line, at)
                ? throw new UserException(
                    $"{name}, line {line}, byte {at} of the file: half of a UTF-16 letter stands alone, so it cannot be told which letter is meant. Save the file as UTF-8."
                )
                : Encoding.UTF8.GetBytes(encoding.GetString(bytes, encoding.Preamble.Length, bytes.Length - encoding.Preamble.Length));
        }

        var text = bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
        return System.Text.Unicode.Utf8.IsValid(text.Span) ? text : throw NotUtf8(bytes, ValidLength(bytes), name, 0, 1);
    }

    /// <summary>The place of the first half of a pair, or of the byte that is left over; null where there is none.</summary>
    static (int Line, int At)? NotUtf16(ReadOnlySpan<byte> bytes, bool isBig)
    {
        var line = 1;
        for (var at = 0; at < bytes.Length; at += 2)
        {
            var (unit, next) = (Unit(bytes, at, isBig), Unit(bytes, at + 2, isBig));
            if (at + 1 == bytes.Length || char.IsLowSurrogate(unit) || (char.IsHighSurrogate(unit) && !char.IsLowSurrogate(next)))
            {
                return (line, at);
            }

            at += char.IsHighSurrogate(unit) ? 2 : 0;
            line += unit == '\n' ? 1 : 0;
        }

        return null;
    }

    static char Unit(ReadOnlySpan<byte> bytes, int at, bool isBig) =>
        at + 1 >= bytes.Length ? default : (char)(isBig ? (bytes[at] << 8) | bytes[at + 1] : (bytes[at + 1] << 8) | bytes[at]);

    static Stream Checked(Stream stream, string path)
    {
        var buffer = new byte[1 << 16];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (Utf16.Any(encoding => buffer.AsSpan(0, length).StartsWith(encoding.Preamble)))
        {
            stream.Dispose();
            return new MemoryStream(Utf8(path).ToArray(), writable: false);
        }

        var start = buffer.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        for (var (at, line) = (0L, 1); length > 0; )
        {
            var isLast = stream.Position == stream.Length;
            var valid = ValidLength(buffer.AsSpan(0, length));
            // A letter of up to four bytes may go on in the next piece.
            if (valid < length && (isLast || length - valid > 3))
            {
                throw NotUtf8(buffer, valid, path, at, line);
            }

            (at, line) = (at + valid, line + buffer.AsSpan(0, valid).Count((byte)'\n'));
            buffer.AsSpan(valid, length - valid).CopyTo(buffer);
            length = length - valid + stream.Read(buffer, length - valid, buffer.Length - length + valid);
        }

        stream.Position = start;
        return stream;
    }

    static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        var length = System.Text.Unicode.Utf8.IsValid(bytes) ? bytes.Length : 0;
        while (length < bytes.Length && Rune.DecodeFromUtf8(bytes[length..], out _, out var letter) == System.Buffers.OperationStatus.Done)
        {
            length += letter;
        }

        return length;
    }

    static UserException NotUtf8(ReadOnlySpan<byte> bytes, int bad, string name, long start, int line) =>
        new(
            $"{name}, line {line + bytes[..bad].Count((byte)'\n')}, byte {start + bad} of the file: 0x{bytes[bad]:X2} is not UTF-8, so it cannot be told which letter is meant. Save the file as UTF-8."
        );
}
