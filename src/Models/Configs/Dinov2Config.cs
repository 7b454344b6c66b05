using SVco.Core;
using SVco.Models.Text;

namespace SVco.Models;

/// <summary>A DINOv2's config.json; the defaults are transformers' (golden/defaults).</summary>
/// <param name="HiddenSize">Width.</param>
/// <param name="Layers">num_hidden_layers.</param>
/// <param name="Heads">num_attention_heads.</param>
/// <param name="MlpRatio">mlp_ratio: width inside the MLP over width.</param>
/// <param name="ImageSize">Pixels along one side of the native image; other sizes interpolate the positions.</param>
/// <param name="PatchSize">Pixels along one side of a patch.</param>
/// <param name="Channels">num_channels.</param>
/// <param name="Activation">hidden_act.</param>
/// <param name="LayerNormEpsilon">layer_norm_eps.</param>
/// <param name="QueryKeyValueBias">qkv_bias.</param>
/// <param name="SwiGlu">use_swiglu_ffn.</param>
public sealed record Dinov2Config(
    int HiddenSize = 768,
    int Layers = 12,
    int Heads = 12,
    int MlpRatio = 4,
    int ImageSize = 224,
    int PatchSize = 16,
    int Channels = 3,
    Activation Activation = Activation.Gelu,
    double LayerNormEpsilon = 1e-6,
    bool QueryKeyValueBias = true,
    bool SwiGlu = false
)
{
    /// <summary>Patches along one side of the native image.</summary>
    public int Grid => ImageSize / PatchSize;

    /// <summary>The width inside the MLP; SwiGLU's is two thirds of it, rounded up to a multiple of 8.</summary>
    public int IntermediateSize => SwiGlu ? (HiddenSize * MlpRatio * 2 / 3 + 7) / 8 * 8 : HiddenSize * MlpRatio;

    /// <summary>Reads a config.json.</summary>
    /// <exception cref="UserException">It is no DINOv2's, or a field is wrong or not supported.</exception>
    public static Dinov2Config Read(string file)
    {
        var (fields, defaults) = (JsonField.Read(file), new Dinov2Config());
        if (fields.Text("model_type", "") != "dinov2")
        {
            throw fields.Unsupported("model_type", "a dinov2 is needed");
        }

        var config = new Dinov2Config(
            fields.Size("hidden_size", defaults.HiddenSize),
            fields.Layers("num_hidden_layers", defaults.Layers),
            fields.Size("num_attention_heads", defaults.Heads),
            fields.Size("mlp_ratio", defaults.MlpRatio),
            fields.Size("image_size", defaults.ImageSize, most: 16384),
            fields.Size("patch_size", defaults.PatchSize),
            fields.Size("num_channels", defaults.Channels),
            Activations.Parse(fields, "hidden_act", defaults.Activation),
            fields.Number("layer_norm_eps", defaults.LayerNormEpsilon),
            fields.Bool("qkv_bias", defaults.QueryKeyValueBias),
            fields.Bool("use_swiglu_ffn", defaults.SwiGlu)
        );
        // The last is the value that new weights of its layers get.
        UnknownFields.Refuse(
            fields,
            "hidden_act",
            "num_attention_heads",
            "layer_norm_eps",
            "qkv_bias",
            "layerscale_value",
            "apply_layernorm"
        );
        return config.HiddenSize % config.Heads == 0
            ? config
            : throw fields.Unsupported("num_attention_heads", "it must divide hidden_size");
    }
}
