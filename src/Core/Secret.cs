using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace SVco.Core;

/// <summary>
/// A key that must be in no message and no file. Servers repeat what they were sent, in whatever form: all text of theirs goes through
/// <see cref="Hide"/> before it is shown and through <see cref="IsIn(string)"/> before it is kept.
/// </summary>
/// <remarks>
/// Found are the key and each piece of it of 12 letters or digits, whatever else stands between them; as JSON, HTML, URL, quoted-printable
/// and terminal sequences may write it, one within another; backwards, in hexadecimal and in base64. What has fewer than 8 characters
/// (<c>none</c>, <c>EMPTY</c>) is no secret, and would be found in any text; up to 12 letters and digits only the key as a whole is sought.
/// </remarks>
public sealed partial class Secret
{
    const int ShortestKey = 8;
    const int Piece = 12;
    const int MostLayers = 5;
    const int LongestShown = 400;

    readonly string? key;
    readonly SearchValues<string> pieces;

    /// <param name="value">The key; null when there is none.</param>
    public Secret(string? value)
    {
        key = value is { Length: >= ShortestKey } ? value : null;
        pieces = SearchValues.Create(
            [.. (key is null ? [] : Forms(key)).Select(Folded).SelectMany(Pieces).Distinct()],
            StringComparison.Ordinal
        );
    }

    /// <summary>Whether a text holds the key in any form.</summary>
    public bool IsIn(string text) =>
        key is not null
        && Readings(text).Any(reading => reading.Contains(key, StringComparison.Ordinal) || Folded(reading).AsSpan().ContainsAny(pieces));

    /// <summary>Whether bytes hold the key, in whatever encoding of letters.</summary>
    public bool IsIn(ReadOnlySpan<byte> bytes) => IsIn(Encoding.Latin1.GetString(bytes));

    /// <summary>What may be shown of a text from outside: at most 400 characters, no control characters, and nothing that may be the key.</summary>
    public string Hide(string text)
    {
        var hidden = key is null ? text : text.Replace(key, "(key)", StringComparison.Ordinal);
        var words = LongWord().Replace(Unprintable().Replace(hidden, " "), "...").Trim();
        return IsIn(hidden) ? "(it repeats the key, so it is not shown)"
            : words.Length > LongestShown ? words[..LongestShown] + "..."
            : words;
    }

    /// <summary>The text, and what it says when what is escaped in it is read.</summary>
    static IEnumerable<string> Readings(string text)
    {
        for (var layer = 0; layer < MostLayers; layer++)
        {
            yield return text;
            var plainer = Escape().Replace(WebUtility.HtmlDecode(TerminalSequence().Replace(text.Replace("\0", ""), "")), Unescaped);
            if (plainer == text)
            {
                yield break;
            }

            text = plainer;
        }
    }

    static string Unescaped(Match escape) =>
        escape.Groups["code"] is { Success: true } code
            ? $"{(char)ushort.Parse(code.ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)}"
            : escape.Groups["letter"].Value;

    static IEnumerable<string> Forms(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        yield return key;
        yield return new([.. key.Reverse()]);
        yield return Convert.ToHexString(bytes);
        for (var before = 0; before < 3; before++)
        {
            // Only the letters that are the same whatever stands before and after the key.
            var letters = Convert.ToBase64String([.. new byte[before], .. bytes]);
            yield return letters[((8 * before + 5) / 6)..(8 * (before + bytes.Length) / 6)];
        }
    }

    static IEnumerable<string> Pieces(string folded) =>
        Enumerable.Range(0, Math.Max(0, folded.Length - Piece + 1)).Select(start => folded.Substring(start, Piece));

    static string Folded(string text) =>
        string.Create(
            text.Count(char.IsAsciiLetterOrDigit),
            text,
            (letters, from) =>
            {
                var at = 0;
                foreach (var letter in from.Where(char.IsAsciiLetterOrDigit))
                {
                    letters[at++] = char.ToLowerInvariant(letter);
                }
            }
        );

    [GeneratedRegex(@"\\u(?<code>[0-9A-Fa-f]{4})|\\x(?<code>[0-9A-Fa-f]{2})|[%=](?<code>[0-9A-Fa-f]{2})|\\(?<letter>.)")]
    private static partial Regex Escape();

    [GeneratedRegex(@"\x1B\[[0-?]*[ -/]*[@-~]|\x1B\][^\x07\x1B]*(\x07|\x1B\\)?|\x1B[ -/]*[0-~]")]
    private static partial Regex TerminalSequence();

    [GeneratedRegex(@"[\p{Cc}\p{Cf}\s]+")]
    private static partial Regex Unprintable();

    [GeneratedRegex(@"\S{48,}")]
    private static partial Regex LongWord();
}
