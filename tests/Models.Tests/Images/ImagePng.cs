using System.Buffers.Binary;
using System.IO.Compression;

namespace SVco.Tests;

/// <summary>Writes PNG files of any header, also such as no encoder writes.</summary>
static class ImagePng
{
    /// <param name="width">Columns, as the header says.</param>
    /// <param name="height">Rows, as the header says.</param>
    /// <param name="depth">Bits a sample.</param>
    /// <param name="colourType">0 gray, 2 RGB, 6 RGBA.</param>
    /// <param name="rows">The rows, each begun by its filter type.</param>
    public static byte[] Bytes(int width, int height, byte depth, byte colourType, byte[] rows)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (depth, colourType);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            zlib.Write(rows);
        }

        return [0x89, .. "PNG\r\n\x1A\n"u8, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    /// <summary>The file with one more chunk before its last.</summary>
    public static byte[] WithChunk(byte[] png, string type, byte[] data) =>
        [.. png[..^12], .. Chunk(System.Text.Encoding.ASCII.GetBytes(type), data), .. png[^12..]];

    static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] body = [.. type, .. data];
        var (length, check) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc32(body));
        return [.. length, .. body, .. check];
    }

    static uint Crc32(byte[] bytes) =>
        ~bytes.Aggregate(
            0xFFFFFFFFu,
            (crc, value) => Enumerable.Range(0, 8).Aggregate(crc ^ value, (c, _) => (c & 1) != 0 ? (c >> 1) ^ 0xEDB88320u : c >> 1)
        );
}
