using System.Text.Json;

namespace SVco.Models.Text;

/// <summary>The model of a tokenizer.json: from a piece of text to tokens.</summary>
internal abstract class TokenModel(JsonField model)
{
    /// <summary>Token to id.</summary>
    public Dictionary<string, int> Vocabulary { get; } = ReadVocabulary(model["vocab"]);

    /// <summary>Adds the tokens of one piece with the UTF-16 units [start, end) of the piece that each covers.</summary>
    public abstract void Encode(ReadOnlySpan<char> piece, List<(int Id, int Start, int End)> tokens);

    public static TokenModel Parse(JsonField model, bool byteLevel) =>
        model["type"].String() switch
        {
            "BPE" => new BytePairModel(model, byteLevel),
            "WordLevel" => new WordLevelModel(model),
            _ => throw model["type"].Mistake("names a tokenizer model that is not supported (supported: BPE, WordLevel)"),
        };

    static Dictionary<string, int> ReadVocabulary(JsonField field)
    {
        var count = field.Kind == JsonValueKind.Object ? field.Value.GetPropertyCount() : 0;
        var vocabulary = new Dictionary<string, int>(count, StringComparer.Ordinal);
        foreach (var (token, id) in field.Members())
        {
            vocabulary[token] = id.Int() is >= 0 and var number ? number : throw id.Mistake("must not be negative");
        }

        return vocabulary;
    }
}

/// <summary>Every piece is one word; what is not in the vocabulary becomes the unknown token.</summary>
internal sealed class WordLevelModel : TokenModel
{
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids;
    readonly int unknown;

    public WordLevelModel(JsonField model)
        : base(model)
    {
        ids = Vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var token = model["unk_token"];
        unknown = Vocabulary.TryGetValue(token.String(), out var id) ? id : throw token.Mistake("is not in the vocabulary");
    }

    public override void Encode(ReadOnlySpan<char> piece, List<(int Id, int Start, int End)> tokens) =>
        tokens.Add((ids.TryGetValue(piece, out var id) ? id : unknown, 0, piece.Length));
}
