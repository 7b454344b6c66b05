using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Models.Text;

namespace SVco.Models;

/// <summary>A decoder's config (llama or qwen2); the defaults are transformers' (golden/defaults).</summary>
/// <param name="ModelType">`llama` or `qwen2`.</param>
/// <param name="VocabularySize">vocab_size.</param>
/// <param name="HiddenSize">Width.</param>
/// <param name="IntermediateSize">Width inside the MLP.</param>
/// <param name="Layers">num_hidden_layers.</param>
/// <param name="Heads">num_attention_heads.</param>
/// <param name="KeyValueHeads">num_key_value_heads (grouped-query attention where fewer than heads).</param>
/// <param name="HeadSize">head_dim.</param>
/// <param name="RmsNormEpsilon">rms_norm_eps.</param>
/// <param name="RopeTheta">rope_theta.</param>
/// <param name="Activation">hidden_act.</param>
/// <param name="QueryKeyValueBias">Whether the q, k and v projections have biases (qwen2, or llama's attention_bias).</param>
/// <param name="OutputBias">Whether the attention's output projection has one (llama's attention_bias).</param>
/// <param name="MlpBias">mlp_bias.</param>
/// <param name="TieWordEmbeddings">Whether the output head is the embedding matrix.</param>
/// <param name="MaximumPositions">max_position_embeddings.</param>
/// <param name="InitializerRange">initializer_range: the standard deviation of random weights.</param>
/// <param name="BeginTokenId">bos_token_id.</param>
/// <param name="EndTokenId">eos_token_id; generation_config.json may name others.</param>
public sealed record TextConfig(
    string ModelType,
    int VocabularySize,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int KeyValueHeads,
    int HeadSize,
    double RmsNormEpsilon,
    double RopeTheta,
    Activation Activation,
    bool QueryKeyValueBias,
    bool OutputBias,
    bool MlpBias,
    bool TieWordEmbeddings,
    int MaximumPositions,
    double InitializerRange,
    int? BeginTokenId,
    int? EndTokenId
)
{
    /// <summary>
    /// mrope_section: how many of a head's HeadSize / 2 frequencies each dimension of a position rotates; empty where positions have one.
    /// </summary>
    public ImmutableArray<int> RopeSections { get; init; } = [];

    /// <summary>What a `llama` has where its config says nothing; also the decoder of a LLaVA without text_config.</summary>
    public static TextConfig Llama { get; } =
        new("llama", 32000, 4096, 11008, 32, 32, 32, 128, 1e-6, 10000, Activation.Silu, false, false, false, false, 2048, 0.02, 1, 2);

    /// <summary>What a `qwen2` has where its config says nothing.</summary>
    public static TextConfig Qwen2 { get; } =
        Llama with
        {
            ModelType = "qwen2",
            VocabularySize = 151936,
            IntermediateSize = 22016,
            QueryKeyValueBias = true,
            MaximumPositions = 32768,
            BeginTokenId = null,
            EndTokenId = null,
        };

    internal static TextConfig Parse(JsonField fields) =>
        fields.Text("model_type", "llama") switch
        {
            "llama" => Parse(fields, Llama),
            "qwen2" => Parse(fields, Qwen2),
            _ => throw fields.Unsupported("model_type", "decoders are llama or qwen2"),
        };

    static TextConfig Parse(JsonField fields, TextConfig defaults)
    {
        var llama = defaults.ModelType == "llama";
        var (width, heads) = (fields.Size("hidden_size", defaults.HiddenSize), fields.Size("num_attention_heads", defaults.Heads));
        // LlamaConfig takes the number of heads where num_key_value_heads is absent, Qwen2Config a fixed number unless it is null.
        var keyValueHeads =
            fields.OptionalInteger("num_key_value_heads") is not null ? fields.Size("num_key_value_heads", heads)
            : llama || fields.Value.TryGetProperty("num_key_value_heads", out _) ? heads
            : defaults.KeyValueHeads;
        var bias = llama && fields.Bool("attention_bias", false);
        var config = defaults with
        {
            VocabularySize = fields.Size("vocab_size", defaults.VocabularySize),
            HiddenSize = width,
            IntermediateSize = fields.Size("intermediate_size", defaults.IntermediateSize),
            Layers = fields.Layers("num_hidden_layers", defaults.Layers),
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadSize = fields.Size("head_dim", Math.Max(1, width / heads)),
            RmsNormEpsilon = fields.Number("rms_norm_eps", defaults.RmsNormEpsilon),
            RopeTheta = RopeThetaOf(fields) ?? defaults.RopeTheta,
            Activation = Activations.Parse(fields, "hidden_act", defaults.Activation),
            QueryKeyValueBias = defaults.QueryKeyValueBias || bias,
            OutputBias = bias,
            MlpBias = llama && fields.Bool("mlp_bias", false),
            TieWordEmbeddings = fields.Bool("tie_word_embeddings", defaults.TieWordEmbeddings),
            MaximumPositions = fields.Size("max_position_embeddings", defaults.MaximumPositions),
            InitializerRange = fields.Number("initializer_range", defaults.InitializerRange),
            BeginTokenId = fields.OptionalInteger("bos_token_id") ?? defaults.BeginTokenId,
            EndTokenId = fields.Find("eos_token_id") is { Kind: JsonValueKind.Array }
                ? null
                : fields.OptionalInteger("eos_token_id") ?? defaults.EndTokenId,
        };
        Check(fields, config);
        return config;
    }

    static readonly string[] Known =
    [
        "hidden_act",
        "num_attention_heads",
        "num_key_value_heads",
        "max_position_embeddings",
        "tie_word_embeddings",
        "rms_norm_eps",
        "attention_bias",
        "attention_dropout",
        "rope_theta",
        "rope_scaling",
        "rope_parameters",
        "use_sliding_window",
        "sliding_window",
        "max_window_layers",
        "layer_types",
    ];

    static void Check(JsonField fields, TextConfig config)
    {
        if (config.HeadSize % 2 != 0 || (fields.Find("head_dim") is null && config.HiddenSize % config.Heads != 0))
        {
            throw fields.Unsupported("num_attention_heads", "it must divide hidden_size into heads of even size");
        }

        if (config.Heads % config.KeyValueHeads != 0)
        {
            throw fields.Unsupported("num_key_value_heads", "it must divide num_attention_heads");
        }

        if (config.ModelType == "qwen2" && config.HeadSize * config.Heads != config.HiddenSize)
        {
            throw fields.Unsupported("head_dim", "a qwen2 has hidden_size / num_attention_heads");
        }

        foreach (var rope in RopeSectionsOf(fields))
        {
            CheckRope(rope);
        }

        if (fields.Bool("use_sliding_window", false))
        {
            throw fields.Unsupported("use_sliding_window", "attention always sees all tokens");
        }

        if (config.ModelType != "qwen2" && fields.Find("sliding_window") is not null)
        {
            throw fields.Unsupported("sliding_window", "attention always sees all tokens");
        }

        if (fields.Find("layer_types") is { } types)
        {
            if (!(types.Kind == JsonValueKind.Array && types.Items().All(type => $"{type.Value}" == "full_attention")))
            {
                throw fields.Unsupported("layer_types", "every layer is full_attention");
            }

            if (types.Items().Count() is var listed && listed != config.Layers)
            {
                throw fields.Contradicting($"layer_types names {listed} layers", $"num_hidden_layers = {config.Layers}");
            }
        }

        UnknownFields.Refuse(fields, config.ModelType == "llama" ? [.. Known, "mlp_bias"] : Known);

        if (fields.Number("attention_dropout", 0) != 0)
        {
            throw fields.Unsupported("attention_dropout", "decoders run without dropout");
        }
    }

    /// <summary>
    /// Before transformers 5 rope_theta stands beside the other fields, since then in rope_parameters, in some configs in rope_scaling. The
    /// latter two go first, as there; different values are an error.
    /// </summary>
    static double? RopeThetaOf(JsonField fields)
    {
        var places = RopeSectionsOf(fields)
            .Append(fields)
            .Where(place => place.Find("rope_theta") is not null)
            .Select(place => (Name: place["rope_theta"].Path, Value: place.Number("rope_theta", 0)))
            .ToArray();
        if (places.FirstOrDefault(place => !(place.Value > 0)) is { Name: not null } odd)
        {
            throw new UserException($"{fields.File}: {odd.Name} = {odd.Value} must be above 0.");
        }

        return places.FirstOrDefault(place => place.Value != places[0].Value) is { Name: not null } other
                ? throw new UserException(
                    $"{fields.File}: {places[0].Name} = {places[0].Value}, but {other.Name} = {other.Value}. Only one can be right: take the other out."
                )
            : places.Length > 0 ? places[0].Value
            : null;
    }

    static IEnumerable<JsonField> RopeSectionsOf(JsonField fields) =>
        new[] { fields.Section("rope_parameters"), fields.Section("rope_scaling") }.OfType<JsonField>();

    static void CheckRope(JsonField rope)
    {
        foreach (var name in (string[])["rope_type", "type"])
        {
            if (rope.Text(name, "default") != "default")
            {
                throw rope.Unsupported(name, "only unscaled rotary positions are; use a base model without it");
            }
        }

        string[] known = ["rope_theta", "rope_type", "type"];
        foreach (var field in rope.Value.EnumerateObject().Where(field => !known.Contains(field.Name)))
        {
            // With the default type nothing else counts but what makes a part of a head rotate.
            var isNeutral =
                field.Value.ValueKind == JsonValueKind.Null
                || (field.Value.ValueKind == JsonValueKind.Number && field.Value.GetDouble() == 1)
                || field.Name is "original_max_position_embeddings";
            if (!isNeutral)
            {
                throw rope.Unsupported(field.Name, "it may change the rotary positions, and is not known here");
            }
        }
    }
}
