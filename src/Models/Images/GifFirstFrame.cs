namespace SVco.Models.Images;

/// <summary>
/// What Pillow shows of a GIF's first frame and Skia does not: the palette colour under transparent pixels, and outside of the frame the
/// colour of the transparent index (or of index 0).
/// </summary>
/// <param name="TransparencyFlag">Where the byte with the first frame's transparency flag stands; null when it has none.</param>
/// <param name="Uncovered">The colour outside of the frame.</param>
internal sealed record GifFirstFrame(int? TransparencyFlag, (byte R, byte G, byte B) Uncovered)
{
    /// <summary>The first frame's description, or null when the bytes are no GIF with a frame.</summary>
    public static GifFirstFrame? Read(ReadOnlySpan<byte> data)
    {
        const byte Extension = 0x21,
            GraphicControl = 0xF9,
            ImageDescriptor = 0x2C;
        if (data.Length < 13 || !data.StartsWith("GIF8"u8))
        {
            return null;
        }

        var palette = PaletteAt(data, 13, data[10]);
        int? flag = null;
        var transparent = 0;
        for (var at = 13 + palette.Length; at < data.Length; )
        {
            if (data[at] == ImageDescriptor)
            {
                var local = at + 10 <= data.Length ? PaletteAt(data, at + 10, data[at + 9]) : [];
                var colours = local.Length > 0 ? local : palette;
                return new(
                    flag,
                    3 * transparent + 3 <= colours.Length
                        ? (colours[3 * transparent], colours[3 * transparent + 1], colours[3 * transparent + 2])
                        : default
                );
            }

            if (data[at] != Extension || at + 7 > data.Length)
            {
                return null;
            }

            if (data[at + 1] == GraphicControl && (data[at + 3] & 1) != 0)
            {
                (flag, transparent) = (at + 3, data[at + 6]);
            }

            at += 2;
            while (at < data.Length && data[at] != 0)
            {
                at += data[at] + 1;
            }

            at++;
        }

        return null;
    }

    /// <summary>The file with the first frame declared opaque.</summary>
    public byte[] WithoutTransparency(ReadOnlySpan<byte> data)
    {
        var copy = data.ToArray();
        if (TransparencyFlag is { } at)
        {
            copy[at] &= 0xFE;
        }

        return copy;
    }

    /// <summary>The colour table whose presence and size a flags byte tells; empty when there is none.</summary>
    static ReadOnlySpan<byte> PaletteAt(ReadOnlySpan<byte> data, int at, byte flags) =>
        (flags & 0x80) != 0 && at + (6 << (flags & 7)) is var end && end <= data.Length ? data[at..end] : [];
}
