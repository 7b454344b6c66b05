using System.Buffers.Binary;
using System.IO.Compression;

namespace SVco.Models.Images;

/// <summary>
/// PNGs whose chunks of pixels have a wrong checksum. Pillow does not look at these, libpng refuses them. The pixels have a checksum of their
/// own inside (zlib's), and where that is right nothing is damaged.
/// </summary>
internal static class PngChecksums
{
    const int SignatureLength = 8;
    const int Frame = 12;

    /// <summary>The largest image with four channels of 16 bits, and a byte for each row.</summary>
    const long MostUnpacked = 9 * ImageDecoder.MaxPixels;

    /// <summary>The same file with right checksums; null where they are right already, or the pixels are damaged.</summary>
    public static byte[]? Mended(ReadOnlySpan<byte> data)
    {
        if (data.Length < SignatureLength || !data[1..SignatureLength].SequenceEqual("PNG\r\n\x1A\n"u8))
        {
            return null;
        }

        var copy = data.ToArray();
        using var pixels = new MemoryStream();
        var wasWrong = false;
        for (var at = SignatureLength; at + Frame <= copy.Length; )
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(copy.AsSpan(at));
            if (length > copy.Length - at - Frame)
            {
                return null;
            }

            var body = copy.AsSpan(at + 4, 4 + (int)length);
            if (body.StartsWith("IDAT"u8))
            {
                var checksum = copy.AsSpan(at + 8 + (int)length, 4);
                wasWrong |= BinaryPrimitives.ReadUInt32BigEndian(checksum) != Crc32(body);
                BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32(body));
                pixels.Write(body[4..]);
            }

            at += Frame + (int)length;
        }

        return wasWrong && IsWhole(pixels) ? copy : null;
    }

    internal static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }

    static bool IsWhole(MemoryStream packed)
    {
        packed.Position = 0;
        try
        {
            using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
            // A file of some megabytes may unpack without end: more than the largest image there is no need to see.
            var buffer = new byte[1 << 16];
            for (long unpacked = 0; unpacked <= MostUnpacked; )
            {
                var read = zlib.Read(buffer);
                unpacked += read;
                if (read == 0)
                {
                    return true;
                }
            }

            return false;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
