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

    /// <summary>Bytes as UTF-8 without a byte order mark.</summary>
    /// <param name="bytes">What was read.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="UserException">They are no such text; the message names line and byte.</exception>
    public static ReadOnlyMemory<byte> Utf8(byte[] bytes, string name)
    {
        if (Utf16.FirstOrDefault(encoding => bytes.AsSpan().StartsWith(encoding.Preamble)) is { } encoding)
        {
            try
            {
                return Encoding.UTF8.GetBytes(encoding.GetString(bytes, encoding.Preamble.Length, bytes.Length - encoding.Preamble.Length));
            }
            catch (DecoderFallbackException error)
            {
                throw new UserException($"{name}: byte {error.Index + encoding.Preamble.Length} is not UTF-16. Save it as UTF-8.", error);
            }
        }

        var text = bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
        return System.Text.Unicode.Utf8.IsValid(text.Span) ? text : throw NotUtf8(bytes, name);
    }

    static UserException NotUtf8(ReadOnlySpan<byte> bytes, string name)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        var line = bytes[..at].Count((byte)'\n') + 1;
        return new(
            $"{name}, line {line}, byte {at} of the file: 0x{bytes[at]:X2} is not UTF-8, so it cannot be told which letter is meant. Save the file as UTF-8."
        );
    }
}
