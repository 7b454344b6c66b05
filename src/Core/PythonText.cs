using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SVco.Core;

/// <summary>Text as the official graders' Python treats it, where .NET has other rules.</summary>
public static partial class PythonText
{
    /// <summary><c>str.isspace</c>, which is also what <c>\s</c> matches and <c>strip</c> removes: with U+001C to U+001F, which .NET does not count.</summary>
    public static bool IsSpace(char letter) => char.IsWhiteSpace(letter) || letter is >= '\u001C' and <= '\u001F';

    /// <summary><c>str.strip()</c>.</summary>
    public static string Strip(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    /// <summary><c>str.split()</c>: the words between white space.</summary>
    public static IEnumerable<string> Split(string text)
    {
        var start = 0;
        for (var end = 0; end <= text.Length; end++)
        {
            if (end == text.Length || IsSpace(text[end]))
            {
                if (end > start)
                {
                    yield return text[start..end];
                }

                start = end + 1;
            }
        }
    }

    /// <summary><c>str.lower()</c>: U+0130 becomes two code points, and a capital sigma that ends a word the small one that does.</summary>
    public static string Lower(string text)
    {
        var lower = new StringBuilder(text.Length);
        foreach (var (at, rune) in Runes(text))
        {
            _ = rune.Value switch
            {
                0x130 => lower.Append("i\u0307"),
                0x3A3 => lower.Append(EndsWord(text, at) ? 'ς' : 'σ'),
                _ => lower.Append(Rune.ToLowerInvariant(rune).ToString()),
            };
        }

        return lower.ToString();
    }

    /// <summary><c>text[:count]</c>, which counts code points.</summary>
    public static string First(string text, int count) => string.Concat(text.EnumerateRunes().Take(count));

    /// <summary>Whether a decimal digit of any script begins at an index: what <c>\d</c> matches.</summary>
    public static bool IsDigit(string text, int index) =>
        index < text.Length && CharUnicodeInfo.GetUnicodeCategory(text, index) == UnicodeCategory.DecimalDigitNumber;

    /// <summary><c>float(text)</c>; null where Python raises ValueError. Digits of any script, underscores between digits, inf and nan are numbers.</summary>
    public static double? Float(string text)
    {
        var ascii = string.Concat(Runes(text).Select(one => Ascii(text, one.At, one.Rune))).Trim(' ', '\t', '\n', '\v', '\f', '\r');
        if (!Number().IsMatch(ascii))
        {
            return null;
        }

        var (sign, number) = ascii[0] is '-' ? (-1, ascii[1..]) : (1, ascii.TrimStart('+'));
        return sign
            * (char.ToLowerInvariant(number[0])) switch
            {
                'i' => double.PositiveInfinity,
                'n' => double.NaN,
                _ => double.Parse(number.Replace("_", ""), NumberStyles.Float, CultureInfo.InvariantCulture),
            };
    }

    static string Ascii(string text, int at, Rune rune) =>
        rune.IsAscii ? rune.ToString()
        : rune.IsBmp && IsSpace((char)rune.Value) ? " "
        : IsDigit(text, at) ? $"{CharUnicodeInfo.GetDecimalDigitValue(text, at)}"
        : "?";

    static IEnumerable<(int At, Rune Rune)> Runes(string text)
    {
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            yield return (at, rune);
            at += rune.Utf16SequenceLength;
        }
    }

    /// <summary>The condition of Unicode's final sigma: a cased letter before it and none after, marks and the like between them let aside.</summary>
    static bool EndsWord(string text, int sigma)
    {
        var before = Runes(text[..sigma]).Select(one => one.Rune).Reverse().FirstOrDefault(rune => !IsIgnoredInCase(rune));
        var after = Runes(text[(sigma + 1)..]).Select(one => one.Rune).FirstOrDefault(rune => !IsIgnoredInCase(rune));
        return IsCased(before) && !IsCased(after);
    }

    static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
        || rune.Value is >= 0x2160 and <= 0x217F or >= 0x24B6 and <= 0x24E9;

    static bool IsIgnoredInCase(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x2018 or 0x2019 or 0x2024 or 0x2027;

    [GeneratedRegex(
        @"\A[+-]?(?:(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:e[+-]?[0-9]+(?:_[0-9]+)*)?|inf|infinity|nan)\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Number();
}
