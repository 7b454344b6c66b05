using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Models.Text;

/// <summary>A tokenised text.</summary>
/// <param name="Ids">Token ids [tokens].</param>
/// <param name="Offsets">
/// The code points [start, end) of the text that each token covers [tokens]; tokens that share one character (bytes of it) have the same,
/// tokens that are not from the text (beginning and end of sequence) have (0, 0).
/// </param>
public sealed record Encoding(ImmutableArray<int> Ids, ImmutableArray<(int Start, int End)> Offsets);

/// <summary>A part of a text; in a literal part nothing is read as an added token such as &lt;image&gt;.</summary>
public readonly record struct TextPart(string Text, bool Literal = false);

/// <summary>
/// A HuggingFace tokenizer: added tokens are cut out, what is between is normalized, split and given to the model (golden/tokenizers).
/// </summary>
public sealed record Tokenizer
{
    readonly Func<AlignedText, AlignedText> normalize;
    readonly Func<AlignedText, IEnumerable<AlignedText>> split;
    readonly Func<IReadOnlyList<string>, IReadOnlyList<string>> decode;
    readonly TokenModel model;
    readonly Dictionary<string, AddedToken> added;
    readonly AddedTokenSplitter rawTokens;
    readonly AddedTokenSplitter normalizedTokens;
    readonly Dictionary<int, string> tokens;
    readonly HashSet<int> specialIds;
    readonly ImmutableArray<int> prefix;
    readonly ImmutableArray<int> suffix;
    readonly bool cleanUp;

    Tokenizer(TokenizerFiles files)
    {
        normalize = Normalizers.Parse(files.Tokenizer.Find("normalizer"));
        split = PreTokenizers.Parse(files.Tokenizer.Find("pre_tokenizer"));
        decode = Decoders.Parse(files.Tokenizer.Find("decoder"));
        model = TokenModel.Parse(files.Tokenizer["model"], files.IsByteLevel);
        AddedToken[] all = [.. files.AddedTokens()];
        added = all.ToDictionary(token => token.Content, StringComparer.Ordinal);
        Misnumbered = [.. MisnumberedOf(all, model.Vocabulary)];
        rawTokens = new(added.Values.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        normalizedTokens = new(
            added.Values.Where(token => token.Normalized).Select(token => (normalize(AlignedText.Of(token.Content)).ToString(), token))
        );
        tokens = new(model.Vocabulary.Count + added.Count);
        foreach (var (token, id) in model.Vocabulary)
        {
            tokens.TryAdd(id, token);
        }

        foreach (var token in added.Values)
        {
            tokens[token.Id] = token.Content;
        }

        specialIds = [.. added.Values.Where(token => token.Special).Select(token => token.Id)];
        BosId = Named("bos_token");
        EosId = Named("eos_token");
        PadId = Named("pad_token");
        AddEos = files.AddsEos;
        (prefix, suffix) = files.Frame(BosId);
        cleanUp = files.CleansUp;

        if (files.NamedInAddedTokens.FirstOrDefault(name => TokenId(name) is null) is { } absent)
        {
            throw new UserException(
                $"{files.Added!.Value.File} has the token {absent}, which {files.Tokenizer.File} has not. The two files belong to different models."
            );
        }

        // transformers would give it a new id, for which there is no trained embedding.
        int? Named(string role) =>
            files.Token(role) is not { } name ? null
            : TokenId(name) is { } id ? id
            : throw new UserException($"{files.RoleFiles} says that the {role} is {name}, but {files.Tokenizer.File} has no such token.");
    }

    /// <summary>The beginning-of-sequence token of tokenizer_config.json, if there is one.</summary>
    public int? BosId { get; }

    /// <summary>The end-of-sequence token of tokenizer_config.json, if there is one.</summary>
    public int? EosId { get; }

    /// <summary>The padding token of tokenizer_config.json, if there is one.</summary>
    public int? PadId { get; }

    /// <summary>
    /// Whether the end-of-sequence token follows the text when special tokens are added. From tokenizer_config.json; the official S-VCO code
    /// sets it for LLaVA-1.5 against the file.
    /// </summary>
    public bool AddEos { get; init; }

    /// <summary>
    /// Loads tokenizer.json (or tokenizer.json.gz) with, where present, tokenizer_config.json and special_tokens_map.json beside it.
    /// </summary>
    /// <param name="folderOrTokenizerJson">The folder, or the path of the tokenizer file itself.</param>
    /// <exception cref="UserException">A file is missing or broken, or asks for something that is not supported; names file and field.</exception>
    public static Tokenizer Load(string folderOrTokenizerJson) => new(TokenizerFiles.Read(folderOrTokenizerJson));

    /// <summary>The text of a token; a name for it where there is none.</summary>
    public string TextOf(int id) => tokens.GetValueOrDefault(id, $"number {id}");

    /// <summary>
    /// The tokens of a text. Unpaired surrogates count as U+FFFD.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecialTokens">Whether the tokens that frame a sequence are put around it.</param>
    public Encoding Encode(string text, bool addSpecialTokens) => Encode([new(text)], addSpecialTokens);

    /// <summary>The tokens of the concatenated parts; offsets count in the concatenation.</summary>
    internal Encoding Encode(IReadOnlyList<TextPart> parts, bool addSpecialTokens)
    {
        parts = [.. parts.Select(part => part with { Text = WellFormed(part.Text) })];
        var text = AlignedText.Of(string.Concat(parts.Select(part => part.Text)));
        var isLiteral = LiteralCodePoints(parts);
        var ids = ImmutableArray.CreateBuilder<int>();
        var offsets = ImmutableArray.CreateBuilder<(int, int)>();
        var found = new List<(int Id, int Start, int End)>();

        Frame(prefix);
        foreach (var (segment, token) in rawTokens.Split(text, isLiteral))
        {
            if (token is not null)
            {
                Add(token.Id, segment, 0, segment.Length);
                continue;
            }

            foreach (var (part, normalizedToken) in normalizedTokens.Split(normalize(segment), isLiteral))
            {
                if (normalizedToken is not null)
                {
                    Add(normalizedToken.Id, part, 0, part.Length);
                    continue;
                }

                foreach (var piece in split(part))
                {
                    found.Clear();
                    model.Encode(piece.Span, found);
                    foreach (var (id, start, end) in found)
                    {
                        Add(id, piece, start, end);
                    }
                }
            }
        }

        Frame(suffix);
        Frame(AddEos && EosId is { } eos && !suffix.Contains(eos) ? [eos] : []);
        return new(ids.ToImmutable(), offsets.ToImmutable());

        void Add(int id, AlignedText source, int start, int end)
        {
            ids.Add(id);
            offsets.Add((source.Start(start), source.End(end - 1)));
        }

        void Frame(ImmutableArray<int> frame)
        {
            foreach (var id in addSpecialTokens ? frame : [])
            {
                ids.Add(id);
                offsets.Add((0, 0));
            }
        }
    }

    /// <summary>The text of tokens. Ids that name no token (the padding of an embedding table) are left out, as HuggingFace does.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        string[] names =
        [
            .. ids.Where(id => !skipSpecialTokens || !specialIds.Contains(id)).Select(id => tokens.GetValueOrDefault(id)).OfType<string>(),
        ];
        var text = string.Concat(decode(names));
        return cleanUp ? CleanUp(text) : text;
    }

    /// <summary>The id of a token by its exact text in the vocabulary, or null.</summary>
    public int? TokenId(string token) =>
        added.TryGetValue(token, out var special) ? special.Id
        : model.Vocabulary.TryGetValue(token, out var id) ? id
        : null;

    /// <summary>Whether an id is an added token, or one with a role such as the end, and no piece of ordinary text.</summary>
    internal bool IsMark(int id) => id == BosId || id == EosId || id == PadId || added.Values.Any(token => token.Id == id);

    /// <summary>The token with the largest id of the vocabulary that texts are made of, added ones aside.</summary>
    internal (string Token, int Id) LastOfVocabulary =>
        model.Vocabulary.MaxBy(entry => entry.Value) is var last ? (last.Key, last.Value) : default;

    /// <summary>
    /// The added tokens whose ids are not those that the tokenizers library gives them: the vocabulary's, or counted on from it, whatever the file says.
    /// </summary>
    internal ImmutableArray<(string Token, int Id, int Expected)> Misnumbered { get; }

    static IEnumerable<(string Token, int Id, int Expected)> MisnumberedOf(
        IEnumerable<AddedToken> tokens,
        Dictionary<string, int> vocabulary
    )
    {
        var next = vocabulary.Count;
        foreach (var token in tokens)
        {
            var expected = vocabulary.TryGetValue(token.Content, out var known) ? known : next;
            next = Math.Max(next, expected + 1);
            if (token.Id != expected)
            {
                yield return (token.Content, token.Id, expected);
            }
        }
    }

    /// <summary>The text of a token in the vocabulary, or null when the id names none.</summary>
    public string? TokenText(int id) => tokens.GetValueOrDefault(id);

    static string WellFormed(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
            ? System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text))
            : text;

    /// <summary>Whether a code point of the concatenation lies in a literal part.</summary>
    static Func<int, bool> LiteralCodePoints(IReadOnlyList<TextPart> parts)
    {
        if (!parts.Any(part => part.Literal))
        {
            return _ => false;
        }

        var literal = parts.SelectMany(part => Enumerable.Repeat(part.Literal, part.Text.EnumerateRunes().Count())).ToArray();
        return codePoint => literal[codePoint];
    }

    /// <summary>transformers' clean_up_tokenization_spaces.</summary>
    static string CleanUp(string text) =>
        new[] { ".", "?", "!", "," }
            .Aggregate(text, (result, mark) => result.Replace(" " + mark, mark, StringComparison.Ordinal))
            .Replace(" ' ", "'", StringComparison.Ordinal)
            .Replace(" n't", "n't", StringComparison.Ordinal)
            .Replace(" 'm", "'m", StringComparison.Ordinal)
            .Replace(" 's", "'s", StringComparison.Ordinal)
            .Replace(" 've", "'ve", StringComparison.Ordinal)
            .Replace(" 're", "'re", StringComparison.Ordinal);
}
