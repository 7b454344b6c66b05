using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SVco.Models.Text;

/// <summary>The pre-tokenizer of a tokenizer.json as a function that splits one normalized segment into the pieces the model sees.</summary>
internal static class PreTokenizers
{
    const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>What a file's own pattern may take over one text; some take longer than anybody lives.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Rust's \w, written out because .NET's differs (combining marks, letter-like numbers).
    const string WordOrNot = @"[\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}]+|[^\s\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}]+";

    public static Func<AlignedText, IEnumerable<AlignedText>> Parse(JsonField? field) =>
        field is not { } preTokenizer
            ? Whole
            : preTokenizer["type"].String() switch
            {
                "Sequence" => Sequence([.. preTokenizer["pretokenizers"].Items().Select(item => Parse(item))]),
                "Split" => SplitStep(preTokenizer),
                "ByteLevel" => ByteLevel(preTokenizer),
                "Metaspace" => Metaspace(preTokenizer),
                "Whitespace" => Split(new Regex(WordOrNot, RegexOptions.CultureInvariant), keepMatches: true, keepGaps: false),
                "WhitespaceSplit" => Split(new Regex(@"\S+", RegexOptions.CultureInvariant), keepMatches: true, keepGaps: false),
                _ => throw preTokenizer["type"]
                    .Mistake(
                        "names a pre-tokenizer that is not supported (supported: Sequence, Split, ByteLevel, Metaspace, Whitespace, WhitespaceSplit)"
                    ),
            };

    static IEnumerable<AlignedText> Whole(AlignedText text) => [text];

    static Func<AlignedText, IEnumerable<AlignedText>> Sequence(Func<AlignedText, IEnumerable<AlignedText>>[] steps) =>
        text => steps.Aggregate(Whole(text), (pieces, step) => pieces.SelectMany(step));

    /// <summary>The model maps bytes itself (BytePairModel); here only the splitting is left.</summary>
    static Func<AlignedText, IEnumerable<AlignedText>> ByteLevel(JsonField field) =>
        field.Bool("add_prefix_space", true) ? throw field.Mistake("asks for a prefix space (add_prefix_space), which is not supported")
        : field.Bool("use_regex", true) ? Split(new Regex(Gpt2Pattern, RegexOptions.CultureInvariant), keepMatches: true, keepGaps: true)
        : Whole;

    static Func<AlignedText, IEnumerable<AlignedText>> SplitStep(JsonField field)
    {
        var pattern = field["pattern"];
        var keepMatches = (field["behavior"].String(), field.Bool("invert", false)) switch
        {
            ("Isolated", _) => (Matches: true, Gaps: true),
            ("Removed", false) => (Matches: false, Gaps: true),
            ("Removed", true) => (Matches: true, Gaps: false),
            _ => throw field["behavior"].Mistake("names a behaviour that is not supported (supported: Isolated, Removed)"),
        };
        return Split(
            pattern.Find("String") is { } literal
                ? new Regex(Regex.Escape(literal.String()), RegexOptions.CultureInvariant)
                : Pattern(pattern["Regex"]),
            keepMatches.Matches,
            keepMatches.Gaps,
            field
        );
    }

    /// <summary>A regular expression that means the same to .NET as to Oniguruma: only \s, \p{..}, literals and groups.</summary>
    static Regex Pattern(JsonField field)
    {
        var pattern = field.String();
        if (Regex.IsMatch(pattern, @"\\[wWbBdDhHXRAzZG]|&&|\[\["))
        {
            throw field.Mistake("uses classes whose meaning differs between regular expression engines; it is not supported");
        }

        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, Longest);
        }
        catch (ArgumentException e)
        {
            throw field.Mistake($"is a regular expression that is not supported ({e.Message})");
        }
    }

    static Func<AlignedText, IEnumerable<AlignedText>> Split(Regex pattern, bool keepMatches, bool keepGaps, JsonField? field = null)
    {
        var foldsCase = pattern.ToString().Contains("(?i", StringComparison.Ordinal);
        return text =>
        {
            try
            {
                return Pieces(text, pattern, foldsCase, keepMatches, keepGaps);
            }
            catch (RegexMatchTimeoutException) when (field is { } from)
            {
                throw from.Mistake($"is a pattern that takes more than {Longest.TotalSeconds:0} s over one text");
            }
        };
    }

    static List<AlignedText> Pieces(AlignedText text, Regex pattern, bool foldsCase, bool keepMatches, bool keepGaps)
    {
        var pieces = new List<AlignedText>();
        var (shown, units) = OneUnitEach(text.Span, foldsCase);
        var done = 0;
        foreach (var match in pattern.EnumerateMatches(shown))
        {
            var (start, end) = (units is null ? match.Index : units[match.Index], match.Index + match.Length);
            end = units is null ? end : units[end];
            Keep(done, start, keepGaps);
            Keep(start, end, keepMatches);
            done = end;
        }

        Keep(done, text.Length, keepGaps);
        return pieces;

        void Keep(int start, int end, bool wanted)
        {
            if (wanted && end > start)
            {
                pieces.Add(text.Slice(start, end - start));
            }
        }
    }

    /// <summary>
    /// .NET matches UTF-16 units, so \p{L} misses letters beyond U+FFFF: such characters are shown to it as one unit of the same Unicode
    /// category. U+017F folds to s in Oniguruma's (?i:...) but not in .NET's. Also the unit where each shown character begins.
    /// </summary>
    static (string Shown, int[]? Units) OneUnitEach(ReadOnlySpan<char> text, bool foldsCase)
    {
        var longS = foldsCase && text.Contains('\u017F');
        if (!longS && !text.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return (text.ToString(), null);
        }

        var shown = new StringBuilder(text.Length);
        var units = new List<int>(text.Length + 1);
        var unit = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            units.Add(unit);
            unit += rune.Utf16SequenceLength;
            shown.Append(
                longS && rune.Value == 0x17F ? 's'
                : rune.IsBmp ? (char)rune.Value
                : Representative(Rune.GetUnicodeCategory(rune))
            );
        }

        units.Add(unit);
        return (shown.ToString(), [.. units]);
    }

    /// <summary>A character of the category that has no other case.</summary>
    static char Representative(UnicodeCategory category) =>
        category switch
        {
            UnicodeCategory.UppercaseLetter => '\u2102',
            UnicodeCategory.LowercaseLetter => '\u0138',
            UnicodeCategory.TitlecaseLetter => '\u1F88',
            UnicodeCategory.ModifierLetter => '\u02B0',
            UnicodeCategory.OtherLetter => '\u4E00',
            UnicodeCategory.NonSpacingMark => '\u0300',
            UnicodeCategory.SpacingCombiningMark => '\u0903',
            UnicodeCategory.EnclosingMark => '\u20DD',
            UnicodeCategory.DecimalDigitNumber => '\u0660',
            UnicodeCategory.LetterNumber => '\u3007',
            UnicodeCategory.OtherNumber => '\u00BD',
            UnicodeCategory.ConnectorPunctuation => '\u203F',
            UnicodeCategory.DashPunctuation => '\u2014',
            UnicodeCategory.OpenPunctuation => '\u300A',
            UnicodeCategory.ClosePunctuation => '\u300B',
            UnicodeCategory.OtherPunctuation => '\u00B6',
            UnicodeCategory.CurrencySymbol => '\u20AC',
            UnicodeCategory.MathSymbol => '\u221E',
            UnicodeCategory.ModifierSymbol => '\u02D8',
            UnicodeCategory.OtherSymbol => '\u00A9',
            UnicodeCategory.Format => '\u200D',
            UnicodeCategory.PrivateUse => '\uE000',
            _ => '\u0378',
        };

    /// <summary>SentencePiece's word marks: spaces become the mark, one is put in front by the scheme, pieces begin at marks if asked.</summary>
    static Func<AlignedText, IEnumerable<AlignedText>> Metaspace(JsonField field)
    {
        var mark = field["replacement"].String();
        var scheme = field.Find("prepend_scheme")?.String() ?? (field.Bool("add_prefix_space", true) ? "always" : "never");
        if (mark.Length != 1 || scheme is not ("always" or "first" or "never"))
        {
            throw field.Mistake("must have a replacement of one character and a prepend_scheme always, first or never");
        }

        var (replace, prepend) = (Normalizers.Replace(" ", mark), Normalizers.Prepend(mark));
        var split = field.Bool("split", true);
        return text =>
        {
            if (text.Length == 0)
            {
                return [];
            }

            var marked = replace(text);
            var wanted = scheme == "always" || (scheme == "first" && text.Start(0) == 0);
            marked = wanted && marked.Span[0] != mark[0] ? prepend(marked) : marked;
            return split ? AtMarks(marked, mark[0]) : [marked];
        };
    }

    static List<AlignedText> AtMarks(AlignedText text, char mark)
    {
        var pieces = new List<AlignedText>();
        for (int start = 0, end; start < text.Length; start = end)
        {
            var next = text.Span[(start + 1)..].IndexOf(mark);
            end = next < 0 ? text.Length : start + 1 + next;
            pieces.Add(text.Slice(start, end - start));
        }

        return pieces;
    }
}
