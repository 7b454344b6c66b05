using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace SVco.Models.Text;

/// <summary>A token that is cut out of the text before the model sees it, e.g. &lt;image&gt;.</summary>
internal sealed record AddedToken(int Id, string Content, bool Special, bool Normalized, bool LeftStrip, bool RightStrip, bool SingleWord)
{
    public static AddedToken Parse(JsonField field, int id) =>
        new(
            id,
            field["content"].String() is { Length: > 0 } content ? content : throw field["content"].Mistake("must not be empty"),
            field.Bool("special", false),
            field.Bool("normalized", false),
            field.Bool("lstrip", false),
            field.Bool("rstrip", false),
            field.Bool("single_word", false)
        );
}

/// <summary>Cuts added tokens out of a text: leftmost first, the longest of those that begin at one place.</summary>
internal sealed class AddedTokenSplitter
{
    readonly Dictionary<char, (string Pattern, AddedToken Token)[]> byFirst;
    readonly SearchValues<char> firsts;

    public AddedTokenSplitter(IEnumerable<(string Pattern, AddedToken Token)> patterns)
    {
        byFirst = patterns
            .Where(entry => entry.Pattern.Length > 0)
            .GroupBy(entry => entry.Pattern[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(entry => entry.Pattern.Length).ToArray());
        firsts = SearchValues.Create([.. byFirst.Keys]);
    }

    /// <summary>The segments in order; Token is null for text between tokens. <paramref name="isLiteral"/> tells of an original
    /// code point that it must stay text.</summary>
    public IEnumerable<(AlignedText Text, AddedToken? Token)> Split(AlignedText text, Func<int, bool> isLiteral)
    {
        var (done, from) = (0, 0);
        while (from < text.Length && text.Span[from..].IndexOfAny(firsts) is >= 0 and var distance)
        {
            var at = from + distance;
            if (Match(text, at, done, isLiteral) is not { } match)
            {
                from = at + 1;
                continue;
            }

            if (match.Start > done)
            {
                yield return (text.Slice(done, match.Start - done), null);
            }

            yield return (text.Slice(match.Start, match.End - match.Start), match.Token);
            done = from = match.End;
        }

        if (done < text.Length)
        {
            yield return (text.Slice(done, text.Length - done), null);
        }
    }

    (int Start, int End, AddedToken Token)? Match(AlignedText text, int at, int done, Func<int, bool> isLiteral)
    {
        foreach (var (pattern, token) in byFirst[text.Span[at]])
        {
            var end = at + pattern.Length;
            if (!text.Span[at..].StartsWith(pattern, StringComparison.Ordinal) || AnyLiteral(text, at, end, isLiteral))
            {
                continue;
            }

            if (token.SingleWord && (EndsWithWord(text.Span[..at]) || StartsWithWord(text.Span[end..])))
            {
                return null;
            }

            var start = token.LeftStrip ? Math.Max(text.Span[..at].TrimEnd().Length, done) : at;
            end = token.RightStrip ? text.Length - text.Span[end..].TrimStart().Length : end;
            return (start, end, token);
        }

        return null;
    }

    static bool AnyLiteral(AlignedText text, int start, int end, Func<int, bool> isLiteral)
    {
        for (var unit = start; unit < end; unit++)
        {
            if (isLiteral(text.Start(unit)))
            {
                return true;
            }
        }

        return false;
    }

    static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    static bool StartsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    static bool IsWord(Rune rune) => Rune.IsLetterOrDigit(rune) || Regex.IsMatch(rune.ToString(), @"[\p{M}\p{Nl}\p{Pc}]");
}
