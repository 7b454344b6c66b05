using System.Buffers.Binary;

namespace SVco.Models.Images;

/// <summary>
/// 16-bit gray PNGs, whose values Pillow clips at 255. Skia keeps only their upper bytes. But the two bytes of a value lie where an 8-bit
/// PNG with gray and alpha has its two channels, so with another header Skia decodes both.
/// </summary>
internal static class Gray16Png
{
    const int TypeAt = 12,
        DepthAt = 24,
        ColourTypeAt = 25,
        ChecksumAt = 29;
    const byte Gray = 0,
        GrayAndAlpha = 4;

    public static bool Is(ReadOnlySpan<byte> data) =>
        data.Length > ChecksumAt + 4
        && data[1..8].SequenceEqual("PNG\r\n\x1A\n"u8)
        && data[TypeAt..].StartsWith("IHDR"u8)
        && data[DepthAt] == 16
        && data[ColourTypeAt] == Gray;

    /// <summary>The same file with the header of an 8-bit image of gray and alpha.</summary>
    public static byte[] AsGrayAndAlpha(ReadOnlySpan<byte> data)
    {
        var copy = data.ToArray();
        (copy[DepthAt], copy[ColourTypeAt]) = (8, GrayAndAlpha);
        BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(ChecksumAt), PngChecksums.Crc32(copy.AsSpan(TypeAt..ChecksumAt)));
        return copy;
    }

    /// <summary>RGB of decoded upper (red, green, blue) and lower (alpha) bytes.</summary>
    public static byte[] Clipped(byte[] rgba)
    {
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
        {
            rgb.AsSpan(to, 3).Fill(rgba[from] > 0 ? (byte)255 : rgba[from + 3]);
        }

        return rgb;
    }
}
