using System.Text;
using System.Text.Json;
using Microsoft.ML.Tokenizers;
using SVco.Core;

namespace SVco.Models.Text;

/// <summary>
/// Byte pair encoding in the two forms that language models use: over UTF-8 bytes (GPT-2, Qwen), or over characters where a character
/// that is not in the vocabulary becomes its bytes (Llama-2, SentencePiece). The merging is Microsoft.ML.Tokenizers', which is exact on
/// characters of the vocabulary; it knows no byte fallback, so unknown characters are cut out before, and its time grows with the square of
/// the piece, so long pieces go to <see cref="LongPieceMerger"/>.
/// </summary>
internal sealed class BytePairModel : TokenModel
{
    /// <summary>Pieces of more UTF-16 units take the other way; at this length both take about 1 ms.</summary>
    const int LongPiece = 1024;

    const char WordMark = '\u2581';

    readonly bool byteLevel;
    readonly bool cutsAtWordMarks;
    readonly int[] byteTokens = new int[256];
    readonly Dictionary<int, int> lengths = [];
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids;
    readonly BpeTokenizer merger;
    readonly Lazy<LongPieceMerger> longMerger;

    public BytePairModel(JsonField model, bool byteLevel)
        : base(model)
    {
        this.byteLevel = byteLevel;
        ids = Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        if (model.Bool("ignore_merges", false))
        {
            throw model["ignore_merges"].Mistake("is not supported; it must be false");
        }

        foreach (var name in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.Find(name) is { } affix && affix.String().Length > 0)
            {
                throw affix.Mistake("is not supported; it must be null or empty");
            }
        }

        if (model.Find("dropout") is { } dropout && dropout.Double() != 0)
        {
            throw dropout.Mistake("is not supported; it must be null");
        }

        if (!byteLevel && !model.Bool("byte_fallback", false))
        {
            throw model.Mistake(
                "must have \"byte_fallback\": true or stand behind a ByteLevel pre-tokenizer; other forms are not supported"
            );
        }

        for (var value = 0; value < 256; value++)
        {
            var token = byteLevel ? ByteLevelAlphabet.Character((byte)value).ToString() : $"<0x{value:X2}>";
            byteTokens[value] = Vocabulary.TryGetValue(token, out var id)
                ? id
                : throw new UserException($"{model.File}: the vocabulary lacks the token {token} of the byte {value}.");
        }

        foreach (var (token, id) in Vocabulary)
        {
            lengths[id] = token.Length;
        }

        cutsAtWordMarks = !byteLevel && !Vocabulary.Keys.Any(MarkInside);
        string[] merges = [.. model["merges"].Items().Select(Merge)];
        merger = Create(model, merges);
        longMerger = new(() => new LongPieceMerger(Vocabulary, merges));
    }

    public override void Encode(ReadOnlySpan<char> piece, List<(int Id, int Start, int End)> tokens)
    {
        if (byteLevel)
        {
            EncodeBytes(piece, tokens);
        }
        else
        {
            EncodeCharacters(piece, tokens);
        }
    }

    BpeTokenizer Create(JsonField model, string[] merges)
    {
        try
        {
            return BpeTokenizer.Create(new BpeOptions(Vocabulary) { Merges = merges, ByteLevel = byteLevel });
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
        {
            throw new UserException($"{model.File}: vocabulary and merges do not fit together ({e.Message}). Fetch the file again.", e);
        }
    }

    string Merge(JsonField merge)
    {
        var text = merge.Kind == JsonValueKind.String ? merge.String() : string.Join(' ', merge.Items().Select(part => part.String()));
        var space = text.IndexOf(' ');
        return
            space > 0
            && text.LastIndexOf(' ') == space
            && ids.ContainsKey(text.AsSpan(0, space))
            && ids.ContainsKey(text.AsSpan(space + 1))
            && ids.ContainsKey(text.Remove(space, 1))
            ? text
            : throw merge.Mistake("must name two tokens of the vocabulary whose union is one too");
    }

    static bool MarkInside(string token) => token.AsSpan().TrimStart(WordMark).Contains(WordMark);

    void EncodeBytes(ReadOnlySpan<char> piece, List<(int Id, int Start, int End)> tokens)
    {
        Span<byte> bytes = piece.Length <= 256 ? stackalloc byte[3 * piece.Length] : new byte[3 * piece.Length];
        bytes = bytes[..System.Text.Encoding.UTF8.GetBytes(piece, bytes)];
        var unitStarts = bytes.Length == piece.Length ? null : UnitsOfBytes(piece, bytes.Length);
        var done = 0;
        foreach (
            var id in piece.Length > LongPiece
                ? longMerger.Value.Merge(bytes, byteTokens)
                : merger.EncodeToIds(piece, considerPreTokenization: false, considerNormalization: false)
        )
        {
            var end = done + lengths[id];
            // A token that ends inside a character covers all of it, as the next token does.
            tokens.Add(unitStarts is null ? (id, done, end) : (id, unitStarts[done].Start, unitStarts[end - 1].End));
            done = end;
        }
    }

    static (int Start, int End)[] UnitsOfBytes(ReadOnlySpan<char> piece, int bytes)
    {
        var units = new (int Start, int End)[bytes];
        var (unit, next) = (0, 0);
        foreach (var rune in piece.EnumerateRunes())
        {
            units.AsSpan(next, rune.Utf8SequenceLength).Fill((unit, unit + rune.Utf16SequenceLength));
            (unit, next) = (unit + rune.Utf16SequenceLength, next + rune.Utf8SequenceLength);
        }

        return units;
    }

    /// <summary>
    /// Cuts the piece where no merge can reach across: around characters that are not in the vocabulary and, when no token has a word mark
    /// behind another character, before word marks. The short runs make merging cheap and let its cache work.
    /// </summary>
    void EncodeCharacters(ReadOnlySpan<char> piece, List<(int Id, int Start, int End)> tokens)
    {
        Span<byte> bytes = stackalloc byte[4];
        var runStart = 0;
        for (var unit = 0; unit < piece.Length; )
        {
            Rune.DecodeFromUtf16(piece[unit..], out var rune, out var units);
            if (!ids.ContainsKey(piece.Slice(unit, units)))
            {
                EncodeRun(piece, runStart, unit, tokens);
                foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                {
                    tokens.Add((byteTokens[value], unit, unit + units));
                }

                runStart = unit + units;
            }
            else if (cutsAtWordMarks && unit > runStart && piece[unit] == WordMark && piece[unit - 1] != WordMark)
            {
                EncodeRun(piece, runStart, unit, tokens);
                runStart = unit;
            }

            unit += units;
        }

        EncodeRun(piece, runStart, piece.Length, tokens);
    }

    void EncodeRun(ReadOnlySpan<char> piece, int start, int end, List<(int Id, int Start, int End)> tokens)
    {
        if (end == start)
        {
            return;
        }

        var run = piece[start..end];
        foreach (
            var id in run.Length > LongPiece
                ? longMerger.Value.Merge(run)
                : merger.EncodeToIds(run, considerPreTokenization: false, considerNormalization: false)
        )
        {
            tokens.Add((id, start, start + lengths[id]));
            start += lengths[id];
        }
    }
}
