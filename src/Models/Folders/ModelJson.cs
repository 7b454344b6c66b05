using System.IO.Compression;
using System.Text.Json;
using SVco.Core;
using SVco.Files;

namespace SVco.Models.Folders;

/// <summary>Reads the JSON files of a model's folder, and says what stands in their place where they are something else.</summary>
static class ModelJson
{
    /// <summary>The largest file: the tokenizers of large vocabularies have some tens of MB.</summary>
    const long MostBytes = 512L << 20;

    const int MostDepth = 64;

    /// <summary>The root of a file; a name that ends in .gz is unpacked.</summary>
    /// <exception cref="UserException">It cannot be read, or is no JSON in UTF-8 or UTF-16.</exception>
    public static JsonElement Read(string file)
    {
        var text = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? TextFile.Utf8(Unpacked(file), file)
            : TextFile.Utf8(file, MostBytes);
        if (NotTheFile.Says(text.Span) is { } what)
        {
            throw new UserException($"{file} {what}");
        }

        if (HalfPair(text.Span) is { } at)
        {
            throw new UserException(
                $"{file}: the escape at byte {at} is half of a surrogate pair, which is no character. Fetch the file again."
            );
        }

        try
        {
            // A clone costs less than keeping the document's pooled memory alive until nobody reads it any more.
            using var document = JsonDocument.Parse(text, new() { MaxDepth = MostDepth, AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new UserException($"{file} is no valid JSON: {error.Message} Fetch the file again.", error);
        }
    }

    static byte[] Unpacked(string file) =>
        InputFile.Read(
            file,
            "a gzip file",
            () =>
            {
                using var stream = new GZipStream(InputFile.Open(file), CompressionMode.Decompress);
                using var content = new MemoryStream();
                var buffer = new byte[1 << 16];
                for (int read; (read = stream.Read(buffer)) > 0; content.Write(buffer, 0, read))
                {
                    if (content.Length > MostBytes)
                    {
                        throw new InvalidDataException($"unpacked it has more than {MostBytes} bytes.");
                    }
                }

                return content.ToArray();
            }
        );

    /// <summary>
    /// The place of an escape such as "\ud800" without its other half, of which no text can be made; System.Text.Json finds it only when
    /// somebody asks for the text.
    /// </summary>
    static int? HalfPair(ReadOnlySpan<byte> json)
    {
        var pending = -1;
        for (var at = 0; at < json.Length; at++)
        {
            if (json[at] != (byte)'\\')
            {
                continue;
            }

            var unit = Unit(json[at..]);
            if (pending >= 0 && (at != pending + 6 || !char.IsLowSurrogate(unit)))
            {
                return pending;
            }

            if (pending < 0 && char.IsLowSurrogate(unit))
            {
                return at;
            }

            pending = pending < 0 && char.IsHighSurrogate(unit) ? at : -1;
            at += unit == default ? 1 : 5;
        }

        return pending >= 0 ? pending : null;
    }

    /// <summary>The UTF-16 unit of an escape with four digits; zero for every other escape.</summary>
    static char Unit(ReadOnlySpan<byte> escape) =>
        escape is [_, (byte)'u', ..]
        && escape.Length >= 6
        && System.Buffers.Text.Utf8Parser.TryParse(escape[2..6], out ushort unit, out var used, 'x')
        && used == 4
            ? (char)unit
            : default;
}
