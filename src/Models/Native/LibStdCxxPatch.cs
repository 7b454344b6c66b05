using System.Buffers.Binary;
using System.Text;

namespace SVco.Models;

/// <summary>
/// Rewrites the one reference of LibTorchSharp that libstdc++ before GCC 13 lacks: the initialisation of the standard streams under its new
/// name. The older name of the same initialisation takes its place, with the symbol version every libstdc++ has.
/// </summary>
static class LibStdCxxPatch
{
    /// <summary>The symbol version the loader complains about.</summary>
    public const string NewerVersion = "GLIBCXX_3.4.32";

    const string OlderVersion = "GLIBCXX_3.4";
    const uint OlderVersionHash = 0x08922974;
    const string NewerSymbol = "_ZSt21ios_base_library_initv";
    const string OlderSymbol = "_ZNSt8ios_base4InitC1Ev";
    const uint VersionNeedSection = 0x6ffffffe;

    /// <summary>A changed copy of a 64-bit little-endian ELF library.</summary>
    /// <exception cref="BadImageFormatException">The file does not have the expected sections or names.</exception>
    public static byte[] Apply(ReadOnlySpan<byte> library)
    {
        try
        {
            return Rewrite(library);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw new BadImageFormatException("The library's ELF sections are not what the libstdc++ mend expects.", error);
        }
    }

    static byte[] Rewrite(ReadOnlySpan<byte> library)
    {
        var mended = library.ToArray();
        var sections = Sections(library);
        var needs = sections.First(section => section.Type == VersionNeedSection);
        var names = sections[needs.Link];
        var strings = library.Slice(names.Offset, names.Size);
        var entry = -1;
        foreach (var candidate in VersionEntries(library, needs.Offset))
        {
            entry = Text(strings, U32(library, candidate + 8)) == NewerVersion ? candidate : entry;
        }

        if (entry < 0)
        {
            throw new BadImageFormatException($"The library has no reference to {NewerVersion}.");
        }

        BinaryPrimitives.WriteUInt32LittleEndian(mended.AsSpan(entry), OlderVersionHash);
        BinaryPrimitives.WriteInt32LittleEndian(mended.AsSpan(entry + 8), Find(strings, OlderVersion));
        var symbol = mended.AsSpan(names.Offset + Find(strings, NewerSymbol), NewerSymbol.Length);
        symbol.Clear();
        Encoding.ASCII.GetBytes(OlderSymbol, symbol);
        return mended;
    }

    readonly record struct Section(uint Type, int Offset, int Size, int Link);

    static List<Section> Sections(ReadOnlySpan<byte> library)
    {
        if (!library.StartsWith("\u007fELF"u8) || library[4] != 2 || library[5] != 1)
        {
            throw new BadImageFormatException("The library is no 64-bit little-endian ELF file.");
        }

        var table = checked((int)U64(library, 0x28));
        int entrySize = U16(library, 0x3a);
        int count = U16(library, 0x3c);
        var sections = new List<Section>(count);
        for (var i = 0; i < count; i++)
        {
            var at = table + i * entrySize;
            sections.Add(
                new Section(
                    U32(library, at + 4),
                    checked((int)U64(library, at + 24)),
                    checked((int)U64(library, at + 32)),
                    (int)U32(library, at + 40)
                )
            );
        }

        return sections;
    }

    /// <summary>The offsets of all Elf64_Vernaux entries: hash, flags, other, name (at +8), next (at +12).</summary>
    static List<int> VersionEntries(ReadOnlySpan<byte> library, int start)
    {
        var entries = new List<int>();
        for (int need = start, step = -1; step != 0; need += step)
        {
            int count = U16(library, need + 2);
            var entry = need + (int)U32(library, need + 8);
            for (var i = 0; i < count; i++)
            {
                entries.Add(entry);
                entry += (int)U32(library, entry + 12);
            }

            step = (int)U32(library, need + 12);
        }

        return entries;
    }

    static int Find(ReadOnlySpan<byte> strings, string text)
    {
        var at = strings.IndexOf(Encoding.ASCII.GetBytes('\0' + text + '\0'));
        return at >= 0 ? at + 1 : throw new BadImageFormatException($"The library's string table lacks {text}.");
    }

    static string Text(ReadOnlySpan<byte> strings, uint offset)
    {
        var rest = strings[(int)offset..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
