using System.Globalization;

namespace SVco.Models.Text;

/// <summary>The decoder of a tokenizer.json: each step maps a list of token texts to a list of texts; the result is their concatenation.</summary>
internal static class Decoders
{
    public static Func<IReadOnlyList<string>, IReadOnlyList<string>> Parse(JsonField? field) =>
        field is not { } decoder
            ? tokens => [string.Join(' ', tokens)]
            : decoder["type"].String() switch
            {
                "Sequence" => Sequence([.. decoder["decoders"].Items().Select(item => Parse(item))]),
                "Replace" => Each(Replaced(Normalizers.LiteralPattern(decoder), decoder["content"].String())),
                "ByteFallback" => ByteFallback,
                "Fuse" => tokens => [string.Concat(tokens)],
                "Strip" => Strip(decoder),
                "ByteLevel" => ByteLevel,
                "Metaspace" => Metaspace(decoder),
                _ => throw decoder["type"]
                    .Mistake(
                        "names a decoder that is not supported (supported: Sequence, Replace, ByteFallback, Fuse, Strip, ByteLevel, Metaspace)"
                    ),
            };

    static Func<IReadOnlyList<string>, IReadOnlyList<string>> Each(Func<string, string> step) => tokens => [.. tokens.Select(step)];

    static Func<string, string> Replaced(string pattern, string content) =>
        token => token.Replace(pattern, content, StringComparison.Ordinal);

    static Func<IReadOnlyList<string>, IReadOnlyList<string>> Sequence(Func<IReadOnlyList<string>, IReadOnlyList<string>>[] steps) =>
        tokens => steps.Aggregate(tokens, (result, step) => step(result));

    static Func<IReadOnlyList<string>, IReadOnlyList<string>> Strip(JsonField field)
    {
        var content = field["content"].String();
        var (start, stop) = (field["start"].Int(), field["stop"].Int());
        return content.Length != 1 || start < 0 || stop < 0
            ? throw field.Mistake("must strip one character, a number of times that is not negative")
            : Each(token =>
            {
                var leading = Math.Min(start, token.Length - token.AsSpan().TrimStart(content[0]).Length);
                var rest = token[leading..];
                return rest[..^Math.Min(stop, rest.Length - rest.AsSpan().TrimEnd(content[0]).Length)];
            });
    }

    /// <summary>Runs of byte tokens become the UTF-8 text they spell, or one U+FFFD for each byte when they spell none.</summary>
    static IReadOnlyList<string> ByteFallback(IReadOnlyList<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (ByteOf(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            Flush();
            result.Add(token);
        }

        Flush();
        return result;

        void Flush()
        {
            byte[] run = [.. bytes];
            bytes.Clear();
            result.Add(System.Text.Unicode.Utf8.IsValid(run) ? System.Text.Encoding.UTF8.GetString(run) : new string('\uFFFD', run.Length));
        }
    }

    static byte? ByteOf(string token) =>
        token is ['<', '0', 'x', _, _, '>']
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    static IReadOnlyList<string> ByteLevel(IReadOnlyList<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            bytes.AddRange(ByteLevelAlphabet.Bytes(token) ?? System.Text.Encoding.UTF8.GetBytes(token));
        }

        return [System.Text.Encoding.UTF8.GetString([.. bytes])];
    }

    /// <summary>Word marks become spaces; the first token, to which the encoder gave a mark, loses its marks.</summary>
    static Func<IReadOnlyList<string>, IReadOnlyList<string>> Metaspace(JsonField field)
    {
        var mark = field["replacement"].String();
        var prefixed = (field.Find("prepend_scheme")?.String() ?? (field.Bool("add_prefix_space", true) ? "always" : "never")) != "never";
        return tokens => [.. tokens.Select((token, index) => Replaced(mark, index == 0 && prefixed ? "" : " ")(token))];
    }
}
