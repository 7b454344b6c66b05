using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Core.Packing;
using SVco.Models.Images;
using SVco.Models.Networks;
using SVco.Models.Text;

namespace SVco.Models.Llava;

/// <summary>A LLaVA's config.json; absent fields have transformers' defaults (golden/defaults).</summary>
/// <param name="Vision">The vision tower.</param>
/// <param name="Text">The decoder.</param>
/// <param name="ImageTokenId">image_token_index (image_token_id in newer files): stands for image features in the text.</param>
/// <param name="PadTokenId">pad_token_id, if the config names one.</param>
/// <param name="ProjectorActivation">projector_hidden_act.</param>
/// <param name="FeatureLayer">vision_feature_layer, an index into the tower's hidden states [embeddings, after layer 1, ...]; negative counts from the end.</param>
/// <param name="DropFirstToken">vision_feature_select_strategy: `default` drops the first token of the tower (CLIP's class token), `full` keeps all.</param>
/// <param name="TorchDtype">torch_dtype (dtype in newer files) as it is written there; empty where absent.</param>
public sealed record LlavaConfig(
    VisionConfig Vision,
    TextConfig Text,
    int ImageTokenId = 32000,
    int? PadTokenId = null,
    Activation ProjectorActivation = Activation.Gelu,
    int FeatureLayer = -2,
    bool DropFirstToken = true,
    string TorchDtype = ""
) : ModelConfig
{
    internal const string TowerName = "vision_tower.";
    internal const string ProjectorName = "multi_modal_projector.";
    internal const string DecoderName = "language_model.";
    const string Architecture = "LlavaForConditionalGeneration";

    /// <summary>The tower of a LLaVA whose config has no vision_config at all (CLIP ViT-L/14 at 336).</summary>
    public static VisionConfig DefaultVision { get; } =
        VisionConfig.Clip with
        {
            HiddenSize = 1024,
            IntermediateSize = 4096,
            Layers = 24,
            Heads = 16,
            ImageSize = 336,
            PatchSize = 14,
        };

    /// <summary>A LLaVA whose config.json says nothing at all.</summary>
    public static LlavaConfig Default { get; } = new(DefaultVision, TextConfig.Llama);

    /// <summary>The LLaVA family: LLaVA-1.5 and LLaVA-NeXT-Interleave in transformers' format.</summary>
    // Below the defaults, which the geometries are made from.
    public static ModelFamily Family { get; } =
        new("llava", Read) { ChatFormats = [Llava15Format.Kind, ChatMLFormat.Kind], Geometries = LlavaGeometries.All };

    /// <summary>Image tokens of every image: 576, 729, ...</summary>
    public int TokensOfImage => Vision.Tokens - (DropFirstToken ? 1 : 0);

    /// <inheritdoc/>
    public override ImageSize UsualImage => new(Vision.ImageSize, Vision.ImageSize);

    /// <summary>How many layers of the tower have to run for the feature layer.</summary>
    public int FeatureDepth => FeatureLayer < 0 ? Vision.Layers + 1 + FeatureLayer : FeatureLayer;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="UserException">It is no LLaVA's, or a field is wrong or not supported; the message names file and field.</exception>
    public static LlavaConfig Read(string file)
    {
        var fields = JsonField.Read(file);
        if (fields.Text("model_type", "") != "llava")
        {
            throw fields.Unsupported("model_type", "the model must be a llava (such as llava-hf/llava-1.5-7b-hf)");
        }

        if (
            fields.Find("architectures") is { } names
            && !(names.Kind == JsonValueKind.Array && names.Items().Any(name => $"{name.Value}" == Architecture))
        )
        {
            throw fields.Contradicting("model_type = llava", $"architectures = {names.Value.GetRawText()}, and not {Architecture}");
        }

        if (fields.Find("auto_map") is not null)
        {
            throw fields.Unsupported("auto_map", "the model is computed by code of its own in that folder");
        }

        var config = new LlavaConfig(
            fields.Section("vision_config") is { } vision ? VisionConfig.Parse(vision) : DefaultVision,
            fields.Section("text_config") is { } text ? TextConfig.Parse(text) : TextConfig.Llama,
            Same(fields, "image_token_index", "image_token_id") ?? Default.ImageTokenId,
            fields.OptionalInteger("pad_token_id"),
            Activations.Parse(fields, "projector_hidden_act", Default.ProjectorActivation),
            fields.Integer("vision_feature_layer", Default.FeatureLayer),
            fields.Text("vision_feature_select_strategy", "default") switch
            {
                "default" => true,
                "full" => false,
                _ => throw fields.Unsupported("vision_feature_select_strategy", "it is default or full"),
            },
            TypeOf(fields)
        );
        RefuseUnknown(fields);
        return config.FeatureDepth < 0 || config.FeatureDepth > config.Vision.Layers
                ? throw fields.Unsupported("vision_feature_layer", $"the tower has {config.Vision.Layers} layers")
            : !fields.Bool("multimodal_projector_bias", true)
                ? throw fields.Unsupported("multimodal_projector_bias", "projectors have biases")
            : config;
    }

    /// <summary>Fields of the decoder that stand outside of text_config are not read by transformers either, so there they may only say the same.</summary>
    static void RefuseUnknown(JsonField fields)
    {
        var text = fields.Section("text_config");
        string[] same =
        [
            .. fields
                .Value.EnumerateObject()
                .Where(field => text?.Find(field.Name) is { } same && JsonElement.DeepEquals(same.Value, field.Value))
                .Select(field => field.Name),
        ];
        UnknownFields.Refuse(
            fields,
            [
                "projector_hidden_act",
                "multimodal_projector_bias",
                "tie_word_embeddings",
                "vision_feature_layer",
                "vision_feature_select_strategy",
                .. same,
            ]
        );
    }

    /// <summary>torch_dtype, called dtype since transformers 4.56; empty where neither is there.</summary>
    static string TypeOf(JsonField fields) =>
        (fields.Text("torch_dtype", ""), fields.Text("dtype", "")) switch
        {
            ({ Length: > 0 } one, { Length: > 0 } other) when one != other => throw fields.Contradicting(
                $"torch_dtype = {one}",
                $"dtype = {other}"
            ),
            var (one, other) => one.Length > 0 ? one : other,
        };

    /// <summary>A field that has another name since transformers 4.50; null where it has none of its two names.</summary>
    /// <exception cref="UserException">The two say different things.</exception>
    static int? Same(JsonField fields, string older, string newer) =>
        (fields.OptionalInteger(older), fields.OptionalInteger(newer)) switch
        {
            ({ } one, { } other) when one != other => throw fields.Contradicting($"{older} = {one}", $"{newer} = {other}"),
            var (one, other) => one ?? other,
        };

    /// <inheritdoc/>
    public override int FeatureWidth => Vision.HiddenSize;

    /// <summary>All images become squares of the tower's size.</summary>
    public override ImageTokens ImageTokens(ImageSize size) => Core.Packing.ImageTokens.InLine(TokensOfImage);

    /// <inheritdoc/>
    public override ModelConfig WithImageTokens(int tokens) =>
        this with
        {
            Vision = Vision with { ImageSize = Vision.PatchSize * (int)Math.Round(Math.Sqrt(tokens)) },
        };

    /// <inheritdoc/>
    public override VisionGeometry VisionOf(ImageSize size) =>
        new(
            [Vision.Channels, Vision.ImageSize, Vision.ImageSize],
            Vision.Patches,
            Vision.Channels * Vision.PatchSize * Vision.PatchSize,
            Vision.Tokens,
            FeatureDepth,
            Vision.HiddenSize,
            Vision.IntermediateSize,
            Text.HiddenSize * (Vision.HiddenSize + (long)Text.HiddenSize)
        );

    /// <inheritdoc/>
    public override Part PartOf(string name) =>
        name.StartsWith(TowerName, StringComparison.Ordinal) ? Part.VisionTower
        : name.StartsWith(ProjectorName, StringComparison.Ordinal) ? Part.Projector
        : Part.LanguageModel;

    /// <inheritdoc/>
    public override string NamePattern(Part parts) => string.Join('|', new[]
            {
                (Part.VisionTower, TowerName),
                (Part.Projector, ProjectorName),
                (Part.LanguageModel, DecoderName),
                // Since transformers 4.52 the head stands beside the decoder, and all else below `model.`.
                (Part.LanguageModel, OutputHead),
            }.Where(part => parts.HasFlag(part.Item1)).Select(part => $@"(?:model\.)?{Regex.Escape(part.Item2)}"));

    /// <summary>
    /// Never to a bias or a norm; but under <see cref="Behaviour.Official"/> Qwen2's RMSNorm weights get it, since transformers 4.45.2 does
    /// not count that class among the norms (golden/svco).
    /// </summary>
    public override bool HasWeightDecay(string parameter, Behaviour behaviour) =>
        base.HasWeightDecay(parameter, behaviour)
        || behaviour == Behaviour.Official
            && Text.ModelType == "qwen2"
            && ParameterNames.IsNorm(parameter)
            && !ParameterNames.IsBias(parameter)
            && parameter.StartsWith(DecoderName, StringComparison.Ordinal);

    /// <summary>Ours, which are those of transformers before 4.52 and which every version reads, then those since.</summary>
    public override IEnumerable<string> NamesInFiles(string parameter) =>
        [
            parameter,
            parameter switch
            {
                _ when parameter.StartsWith(DecoderName + "model.") => "model."
                    + DecoderName
                    + parameter[(DecoderName + "model.").Length..],
                _ when parameter.StartsWith(DecoderName) => parameter[DecoderName.Length..],
                _ => "model." + parameter,
            },
        ];

    /// <summary>Also a head that is the embedding matrix.</summary>
    public override bool MayStandInFiles(string name) =>
        base.MayStandInFiles(name)
        || (Text.TieWordEmbeddings && name is DecoderName + ParameterNames.OutputHead + ".weight" or ParameterNames.OutputHead + ".weight");

    /// <inheritdoc/>
    public override VisionLanguageModel Build(IWeights weights) => new LlavaModel(this, weights);

    /// <summary>The config.json of this model, complete, in the form transformers 4.45 writes and later versions read.</summary>
    public override JsonObject ToJson() =>
        new()
        {
            ["architectures"] = new JsonArray(Architecture),
            ["ignore_index"] = -100,
            ["image_seq_length"] = TokensOfImage,
            ["image_token_index"] = ImageTokenId,
            ["model_type"] = Family.ModelType,
            ["pad_token_id"] = PadTokenId,
            ["projector_hidden_act"] = Activations.NameOf(ProjectorActivation),
            ["text_config"] = TextJson(Text),
            ["tie_word_embeddings"] = Text.TieWordEmbeddings,
            ["torch_dtype"] = TorchDtype.Length > 0 ? TorchDtype : null,
            ["vision_config"] = VisionJson(Vision),
            ["vision_feature_layer"] = FeatureLayer,
            ["vision_feature_select_strategy"] = DropFirstToken ? "default" : "full",
        };

    static JsonObject TextJson(TextConfig text)
    {
        var json = new JsonObject
        {
            ["bos_token_id"] = text.BeginTokenId,
            ["eos_token_id"] = text.EndTokenId,
            ["hidden_act"] = Activations.NameOf(text.Activation),
            ["hidden_size"] = text.HiddenSize,
            ["initializer_range"] = text.InitializerRange,
            ["intermediate_size"] = text.IntermediateSize,
            ["max_position_embeddings"] = text.MaximumPositions,
            ["model_type"] = text.ModelType,
            ["num_attention_heads"] = text.Heads,
            ["num_hidden_layers"] = text.Layers,
            ["num_key_value_heads"] = text.KeyValueHeads,
            ["rms_norm_eps"] = text.RmsNormEpsilon,
            ["rope_theta"] = text.RopeTheta,
            ["tie_word_embeddings"] = text.TieWordEmbeddings,
            ["vocab_size"] = text.VocabularySize,
        };
        if (text.ModelType == "llama")
        {
            json["attention_bias"] = text.OutputBias;
            json["head_dim"] = text.HeadSize;
            json["mlp_bias"] = text.MlpBias;
        }

        return json;
    }

    static JsonObject VisionJson(VisionConfig vision)
    {
        var json = new JsonObject
        {
            ["hidden_act"] = Activations.NameOf(vision.Activation),
            ["hidden_size"] = vision.HiddenSize,
            ["image_size"] = vision.ImageSize,
            ["intermediate_size"] = vision.IntermediateSize,
            ["layer_norm_eps"] = vision.LayerNormEpsilon,
            ["model_type"] = vision.ModelType,
            ["num_attention_heads"] = vision.Heads,
            ["num_channels"] = vision.Channels,
            ["num_hidden_layers"] = vision.Layers,
            ["patch_size"] = vision.PatchSize,
        };
        if (vision.Kind == TowerKind.Siglip)
        {
            json["vision_use_head"] = vision.UseHead;
        }

        return json;
    }
}
