using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SVco.Core;
using SVco.Models.Hub;

namespace SVco.Models.Text;

/// <summary>The JSON files that describe one tokenizer.</summary>
/// <param name="Tokenizer">tokenizer.json.</param>
/// <param name="Config">tokenizer_config.json, if present.</param>
/// <param name="SpecialTokens">special_tokens_map.json, if present.</param>
/// <param name="Added">added_tokens.json, if present: the ids of added tokens by their texts.</param>
internal sealed record TokenizerFiles(JsonField Tokenizer, JsonField? Config, JsonField? SpecialTokens, JsonField? Added)
{
    public const string Name = "tokenizer.json";

    /// <summary>Whether a folder has a tokenizer.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name)) || File.Exists(Path.Combine(folder, Name + ".gz"));

    public static TokenizerFiles Read(string folderOrTokenizerJson)
    {
        var isFolder = Directory.Exists(folderOrTokenizerJson);
        var folder = isFolder ? folderOrTokenizerJson : Path.GetDirectoryName(Path.GetFullPath(folderOrTokenizerJson))!;
        var file = isFolder ? Path.Combine(folder, Name) : folderOrTokenizerJson;
        file =
            File.Exists(file) ? file
            : File.Exists(file + ".gz") ? file + ".gz"
            : throw new UserException(
                $"{file} does not exist. A HuggingFace model folder with a fast tokenizer has it; "
                    + "one with only tokenizer.model must be converted (AutoTokenizer.from_pretrained(...).save_pretrained(...))."
            );
        return new(JsonField.Read(file), Beside("tokenizer_config.json"), Beside("special_tokens_map.json"), Beside("added_tokens.json"));

        JsonField? Beside(string name) => Path.Combine(folder, name) is var path && ModelFiles.IsThere(path) ? JsonField.Read(path) : null;
    }

    /// <summary>Whether the pre-tokenizer hands bytes to the model.</summary>
    public bool IsByteLevel => Tokenizer.Find("pre_tokenizer") is { } preTokenizer && HasByteLevel(preTokenizer);

    public bool AddsEos => IsLlama && Config!.Value.Bool("add_eos_token", false);

    public bool CleansUp => Config?.Bool("clean_up_tokenization_spaces", false) ?? false;

    /// <summary>
    /// The added tokens of tokenizer.json and those that only tokenizer_config.json lists, in the order in which transformers adds them. What a
    /// token does with the spaces around it is as the latter has it: transformers goes by that.
    /// </summary>
    /// <exception cref="UserException">Two files say different things of a token or an id.</exception>
    public IEnumerable<AddedToken> AddedTokens()
    {
        AddedToken[] own = [.. (Tokenizer.Find("added_tokens")?.Items() ?? []).Select(field => AddedToken.Parse(field, field["id"].Int()))];
        AddedToken[] configured =
        [
            .. (Config?.Find("added_tokens_decoder")?.Members() ?? [])
                .Select(member =>
                    AddedToken.Parse(
                        member.Field,
                        int.TryParse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                            ? id
                            : throw member.Field.Mistake("must be named by a token id")
                    )
                )
                .OrderBy(token => token.Id),
        ];
        RequireSame([
            .. own.Concat(configured).Select(token => (token.Content, token.Id)),
            .. (Added?.Members() ?? []).Select(member => (member.Name, member.Field.Int())),
        ]);
        return own.Concat(configured)
            .DistinctBy(token => token.Content, StringComparer.Ordinal)
            .Select(token => Array.Find(configured, other => other.Content == token.Content) ?? token);
    }

    void RequireSame(IReadOnlyCollection<(string Content, int Id)> all)
    {
        var files = string.Join(" and ", new[] { Tokenizer.File, Config?.File, Added?.File }.OfType<string>());
        foreach (var ids in all.GroupBy(token => token.Content, StringComparer.Ordinal).Where(same => same.Distinct().Skip(1).Any()))
        {
            throw new UserException(
                $"{files} give the added token {ids.Key} different ids: {string.Join(" and ", ids.Select(token => token.Id).Distinct())}. The files belong to different models."
            );
        }

        foreach (var names in all.GroupBy(token => token.Id).Where(same => same.Distinct().Skip(1).Any()))
        {
            throw new UserException(
                $"{files} give the id {names.Key} to different added tokens: {string.Join(" and ", names.Select(token => token.Content).Distinct())}. The files belong to different models."
            );
        }
    }

    /// <summary>The tokens that added_tokens.json names, which are tokens of tokenizer.json too.</summary>
    public IEnumerable<string> NamedInAddedTokens => (Added?.Members() ?? []).Select(member => member.Name);

    /// <summary>The text of a token by its role, e.g. "eos_token", or null.</summary>
    /// <exception cref="UserException">Two files name different tokens.</exception>
    public string? Token(string role)
    {
        var (configured, mapped) = (Text(Config?.Find(role)), Text(SpecialTokens?.Find(role)));
        return configured is not null && mapped is not null && configured != mapped
            ? throw new UserException(
                $"{Config!.Value.File} says that the {role} is {configured}, {SpecialTokens!.Value.File} says {mapped}. Only one can be right: take the other out."
            )
            : configured ?? mapped;

        static string? Text(JsonField? field) =>
            field is not { } token ? null
            : token.Kind == JsonValueKind.Object ? token["content"].String()
            : token.String();
    }

    /// <summary>The files that name tokens by their role.</summary>
    public string RoleFiles => string.Join(" or ", new[] { Config?.File, SpecialTokens?.File }.OfType<string>());

    /// <summary>
    /// The ids put before and after a single sequence. The Llama class of transformers ignores the file's post-processor and goes by
    /// add_bos_token; its end token is <see cref="AddsEos"/>.
    /// </summary>
    public (ImmutableArray<int> Before, ImmutableArray<int> After) Frame(int? bos) =>
        IsLlama
            ? (Config!.Value.Bool("add_bos_token", true) && bos is { } id ? [id] : [], [])
            : Tokenizer.Find("post_processor") switch
            {
                null => ([], []),
                { } field when field["type"].String() == "TemplateProcessing" => Template(field),
                { } field when field["type"].String() == "ByteLevel" => field.Bool("trim_offsets", true)
                    ? throw field.Mistake("trims offsets (trim_offsets), which is not supported")
                    : ([], []),
                { } field => throw field["type"]
                    .Mistake("names a post-processor that is not supported (supported: TemplateProcessing, ByteLevel)"),
            };

    bool IsLlama => Config?.Find("tokenizer_class")?.String() is "LlamaTokenizer" or "LlamaTokenizerFast";

    static (ImmutableArray<int> Before, ImmutableArray<int> After) Template(JsonField field)
    {
        var steps = field["single"].Items().ToList();
        var sequence = steps.FindIndex(step => step.Find("Sequence") is not null);
        return sequence < 0
            ? throw field["single"].Mistake("must hold the sequence itself")
            : ([.. steps.Take(sequence).SelectMany(Ids)], [.. steps.Skip(sequence + 1).SelectMany(Ids)]);

        IEnumerable<int> Ids(JsonField step) =>
            field["special_tokens"][step["SpecialToken"]["id"].String()]["ids"].Items().Select(id => id.Int());
    }

    static bool HasByteLevel(JsonField preTokenizer) =>
        preTokenizer["type"].String() switch
        {
            "ByteLevel" => true,
            "Sequence" => preTokenizer["pretokenizers"].Items().Any(HasByteLevel),
            _ => false,
        };
}
