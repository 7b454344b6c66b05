using System.Text;

namespace SVco.Models.Text;

/// <summary>The normalizer of a tokenizer.json as a function on one segment between added tokens.</summary>
internal static class Normalizers
{
    public static Func<AlignedText, AlignedText> Parse(JsonField? field) =>
        field is not { } normalizer
            ? text => text
            : normalizer["type"].String() switch
            {
                "Sequence" => Sequence([.. normalizer["normalizers"].Items().Select(item => Parse(item))]),
                "NFC" => UnicodeNormalization.Compose,
                "Prepend" => Prepend(normalizer["prepend"].String()),
                "Replace" => Replace(LiteralPattern(normalizer), normalizer["content"].String()),
                "Lowercase" => Lowercase,
                _ => throw normalizer["type"]
                    .Mistake("names a normalizer that is not supported (supported: Sequence, NFC, Prepend, Replace, Lowercase)"),
            };

    /// <summary>The pattern of a Replace step, which must be a plain text.</summary>
    public static string LiteralPattern(JsonField step) =>
        step["pattern"].Find("String") is { } literal && literal.String() is { Length: > 0 } pattern
            ? pattern
            : throw step["pattern"].Mistake("must be {\"String\": ...}: patterns that are regular expressions are not supported here");

    /// <summary>Puts a prefix before a text that is not empty; the prefix stands for the first character.</summary>
    public static Func<AlignedText, AlignedText> Prepend(string prefix) =>
        text =>
        {
            if (text.Length == 0)
            {
                return text;
            }

            var result = new AlignedTextBuilder(text.Length + prefix.Length);
            result.Add(prefix, text.Start(0), text.End(0));
            result.Add(text);
            return result.ToText();
        };

    /// <summary>Exchanges every occurrence of a text; what replaces it stands for the last character of what it replaces.</summary>
    public static Func<AlignedText, AlignedText> Replace(string pattern, string content) =>
        text =>
        {
            var result = new AlignedTextBuilder(text.Length);
            var done = 0;
            while (text.Span[done..].IndexOf(pattern, StringComparison.Ordinal) is >= 0 and var distance)
            {
                var last = done + distance + pattern.Length - 1;
                result.Add(text.Slice(done, distance));
                result.Add(content, text.Start(last), text.End(last));
                done = last + 1;
            }

            result.Add(text.Slice(done, text.Length - done));
            return result.ToText();
        };

    static Func<AlignedText, AlignedText> Sequence(Func<AlignedText, AlignedText>[] steps) =>
        text => steps.Aggregate(text, (result, step) => step(result));

    static AlignedText Lowercase(AlignedText text)
    {
        var result = new AlignedTextBuilder(text.Length);
        foreach (var (rune, start, end) in text.Runes())
        {
            result.Add(Rune.ToLowerInvariant(rune), start, end);
        }

        return result.ToText();
    }
}
