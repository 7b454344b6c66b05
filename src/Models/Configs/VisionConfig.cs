using SVco.Core;
using SVco.Models.Text;

namespace SVco.Models;

/// <summary>The two kinds of vision tower.</summary>
public enum TowerKind
{
    /// <summary>`clip_vision_model`: a class token, a norm before the layers, no bias of the patches.</summary>
    Clip,

    /// <summary>`siglip_vision_model`: patches only, attention-pooling head.</summary>
    Siglip,
}

/// <summary>A vision tower's config; the defaults are transformers' (golden/defaults).</summary>
/// <param name="Kind">The kind of tower.</param>
/// <param name="HiddenSize">Width.</param>
/// <param name="IntermediateSize">Width inside the MLP.</param>
/// <param name="Layers">num_hidden_layers.</param>
/// <param name="Heads">num_attention_heads.</param>
/// <param name="ImageSize">Pixels along one side of the square image.</param>
/// <param name="PatchSize">Pixels along one side of a patch.</param>
/// <param name="Channels">num_channels.</param>
/// <param name="Activation">hidden_act.</param>
/// <param name="LayerNormEpsilon">layer_norm_eps.</param>
/// <param name="UseHead">vision_use_head: SigLIP's pooling head is there.</param>
public sealed record VisionConfig(
    TowerKind Kind,
    int HiddenSize,
    int IntermediateSize,
    int Layers,
    int Heads,
    int ImageSize,
    int PatchSize,
    int Channels,
    Activation Activation,
    double LayerNormEpsilon,
    bool UseHead
)
{
    const int LargestSide = 16384;
    const int MostPatches = 1 << 16;

    /// <summary>What a `clip_vision_model` has where its config says nothing.</summary>
    public static VisionConfig Clip { get; } = new(TowerKind.Clip, 768, 3072, 12, 12, 224, 32, 3, Activation.QuickGelu, 1e-5, false);

    /// <summary>What a `siglip_vision_model` has where its config says nothing.</summary>
    public static VisionConfig Siglip { get; } = new(TowerKind.Siglip, 768, 3072, 12, 12, 224, 16, 3, Activation.GeluTanh, 1e-6, true);

    /// <summary>Patches of an image.</summary>
    public int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);

    /// <summary>Tokens the tower works on: the patches, and CLIP's class token before them.</summary>
    public int Tokens => Patches + (Kind == TowerKind.Clip ? 1 : 0);

    /// <summary>The model_type of config.json.</summary>
    public string ModelType => Kind == TowerKind.Clip ? "clip_vision_model" : "siglip_vision_model";

    /// <summary>Reads the tower of a config.json of type clip, siglip, clip_vision_model or siglip_vision_model.</summary>
    /// <exception cref="UserException">The type is another, or a field is wrong or not supported.</exception>
    public static VisionConfig Read(string file)
    {
        var fields = JsonField.Read(file);
        return fields.Text("model_type", "") switch
        {
            "clip" => fields.Section("vision_config") is { } section ? Parse(section, Clip) : Clip,
            "siglip" => fields.Section("vision_config") is { } section ? Parse(section, Siglip) : Siglip,
            _ => Parse(fields),
        };
    }

    /// <summary>Reads a tower whose own model_type says which it is.</summary>
    internal static VisionConfig Parse(JsonField fields) =>
        fields.Text("model_type", "clip_vision_model") switch
        {
            "clip_vision_model" => Parse(fields, Clip),
            "siglip_vision_model" => Parse(fields, Siglip),
            _ => throw fields.Unsupported("model_type", "vision towers are clip_vision_model or siglip_vision_model"),
        };

    static VisionConfig Parse(JsonField fields, VisionConfig defaults)
    {
        var config = defaults with
        {
            HiddenSize = fields.Size("hidden_size", defaults.HiddenSize),
            IntermediateSize = fields.Size("intermediate_size", defaults.IntermediateSize),
            Layers = fields.Layers("num_hidden_layers", defaults.Layers),
            Heads = fields.Size("num_attention_heads", defaults.Heads),
            ImageSize = fields.Size("image_size", defaults.ImageSize, most: LargestSide),
            PatchSize = fields.Size("patch_size", defaults.PatchSize),
            Channels = fields.Size("num_channels", defaults.Channels),
            Activation = Activations.Parse(fields, "hidden_act", defaults.Activation),
            LayerNormEpsilon = fields.Number("layer_norm_eps", defaults.LayerNormEpsilon),
            UseHead = defaults.UseHead && fields.Bool("vision_use_head", true),
        };
        UnknownFields.Refuse(fields, "hidden_act", "num_attention_heads", "layer_norm_eps", "attention_dropout");
        return config.HiddenSize % config.Heads != 0 ? throw fields.Unsupported("num_attention_heads", "it must divide hidden_size")
            : config.PatchSize > config.ImageSize ? throw fields.Unsupported("patch_size", "it is larger than image_size")
            : config.Patches > MostPatches
                ? throw fields.Unsupported("patch_size", $"an image would have {config.Patches} patches, more than {MostPatches}")
            : fields.Number("attention_dropout", 0) != 0 ? throw fields.Unsupported("attention_dropout", "towers run without dropout")
            : config;
    }
}
