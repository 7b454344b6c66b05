using System.Text;

namespace SVco.Models.Text;

/// <summary>
/// A stretch of text in which every UTF-16 unit knows which code points [start, end) of the original text it stands for.
/// Slices share their arrays.
/// </summary>
internal readonly struct AlignedText(string text, int[] starts, int[] ends, int offset, int length)
{
    /// <summary>An original text: each unit stands for its own code point.</summary>
    public static AlignedText Of(string text)
    {
        var (starts, ends) = (new int[text.Length], new int[text.Length]);
        for (int unit = 0, codePoint = -1; unit < text.Length; unit++)
        {
            codePoint += unit > 0 && char.IsLowSurrogate(text[unit]) ? 0 : 1;
            (starts[unit], ends[unit]) = (codePoint, codePoint + 1);
        }

        return new(text, starts, ends, 0, text.Length);
    }

    public int Length => length;

    public ReadOnlySpan<char> Span => text.AsSpan(offset, length);

    /// <summary>The first original code point that the unit stands for.</summary>
    public int Start(int unit) => starts[offset + unit];

    /// <summary>One past the last original code point that the unit stands for.</summary>
    public int End(int unit) => ends[offset + unit];

    public AlignedText Slice(int start, int count) =>
        start >= 0 && count >= 0 && start + count <= length
            ? new(text, starts, ends, offset + start, count)
            : throw new ArgumentOutOfRangeException(nameof(start));

    /// <summary>The code points with what they stand for.</summary>
    public List<(Rune Rune, int Start, int End)> Runes()
    {
        var runes = new List<(Rune, int, int)>(length);
        for (var unit = 0; unit < length; )
        {
            Rune.DecodeFromUtf16(Span[unit..], out var rune, out var units);
            runes.Add((rune, Start(unit), End(unit + units - 1)));
            unit += units;
        }

        return runes;
    }

    public override string ToString() => offset == 0 && length == text.Length ? text : text.Substring(offset, length);
}

/// <summary>Builds an aligned text code point by code point.</summary>
internal sealed class AlignedTextBuilder(int capacity)
{
    readonly StringBuilder text = new(capacity);
    readonly List<int> starts = new(capacity);
    readonly List<int> ends = new(capacity);

    public void Add(Rune rune, int start, int end)
    {
        Span<char> units = stackalloc char[2];
        Add(units[..rune.EncodeToUtf16(units)], start, end);
    }

    /// <summary>Adds units that all stand for the same code points.</summary>
    public void Add(ReadOnlySpan<char> units, int start, int end)
    {
        text.Append(units);
        for (var i = 0; i < units.Length; i++)
        {
            starts.Add(start);
            ends.Add(end);
        }
    }

    public void Add(AlignedText other)
    {
        text.Append(other.Span);
        for (var i = 0; i < other.Length; i++)
        {
            starts.Add(other.Start(i));
            ends.Add(other.End(i));
        }
    }

    public AlignedText ToText() => new(text.ToString(), [.. starts], [.. ends], 0, text.Length);
}
