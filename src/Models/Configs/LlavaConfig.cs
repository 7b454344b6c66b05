using System.Text.Json.Nodes;
using SVco.Core;

namespace SVco.Models;

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
)
{
    /// <summary>A LLaVA whose config.json says nothing at all.</summary>
    public static LlavaConfig Default { get; } = new(VisionConfig.Llava, TextConfig.Llama);

    /// <summary>Image tokens of one image in the text: 576, 729, ...</summary>
    public int ImageTokens => Vision.Tokens - (DropFirstToken ? 1 : 0);

    /// <summary>How many layers of the tower have to run for the feature layer.</summary>
    public int FeatureDepth => FeatureLayer < 0 ? Vision.Layers + 1 + FeatureLayer : FeatureLayer;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="UserException">It is no LLaVA's, or a field is wrong or not supported; the message names file and field.</exception>
    public static LlavaConfig Read(string file)
    {
        var fields = ConfigFields.Read(file);
        if (fields.Text("model_type", "") != "llava")
        {
            throw fields.Unsupported("model_type", "the model must be a llava (such as llava-hf/llava-1.5-7b-hf)");
        }

        var config = new LlavaConfig(
            fields.Section("vision_config") is { } vision ? VisionConfig.Parse(vision) : VisionConfig.Llava,
            fields.Section("text_config") is { } text ? TextConfig.Parse(text) : TextConfig.Llama,
            fields.OptionalInteger("image_token_index") ?? fields.Integer("image_token_id", Default.ImageTokenId),
            fields.OptionalInteger("pad_token_id"),
            Activations.Parse(fields, "projector_hidden_act", Default.ProjectorActivation),
            fields.Integer("vision_feature_layer", Default.FeatureLayer),
            fields.Text("vision_feature_select_strategy", "default") switch
            {
                "default" => true,
                "full" => false,
                _ => throw fields.Unsupported("vision_feature_select_strategy", "it is default or full"),
            },
            fields.Text("torch_dtype", fields.Text("dtype", ""))
        );
        return config.FeatureDepth < 0 || config.FeatureDepth > config.Vision.Layers
                ? throw fields.Unsupported("vision_feature_layer", $"the tower has {config.Vision.Layers} layers")
            : !fields.Flag("multimodal_projector_bias", true)
                ? throw fields.Unsupported("multimodal_projector_bias", "projectors have biases")
            : config;
    }

    /// <summary>The config.json of this model, complete, in the form transformers 4.45 writes and later versions read.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["architectures"] = new JsonArray("LlavaForConditionalGeneration"),
            ["ignore_index"] = -100,
            ["image_seq_length"] = ImageTokens,
            ["image_token_index"] = ImageTokenId,
            ["model_type"] = "llava",
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
        if (vision.Family == VisionFamily.Siglip)
        {
            json["vision_use_head"] = vision.UseHead;
        }

        return json;
    }
}
