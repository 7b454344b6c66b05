using System.Collections.Immutable;

namespace SVco.Models.Llava;

/// <summary>LLaVAs to measure, by their names in the bench.</summary>
static class LlavaGeometries
{
    /// <summary>
    /// small, mid and wide of official_step.py, and the paper's base models (golden/defaults).
    /// </summary>
    public static ImmutableArray<ModelGeometry> All { get; } =
    [
        new("small", Of(256, 4, 4, 688, 4096, 192, 4, 3, 768, 168, 14)),
        new("mid", Of(512, 8, 8, 1376, 32064, 384, 12, 6, 1536, 336, 28)),
        new("wide", Of(1024, 6, 16, 2752, 32064, 384, 6, 6, 1536, 336, 14)),
        new("lvint7b", LlavaInterleave7B(), IsRealSize: true),
        new("lv15-7b", Llava15_7B(), IsRealSize: true),
    ];

    static LlavaConfig LlavaInterleave7B() =>
        new(
            VisionConfig.Siglip with
            {
                HiddenSize = 1152,
                IntermediateSize = 4304,
                Layers = 26,
                Heads = 16,
                ImageSize = 384,
                PatchSize = 14,
                UseHead = false,
            },
            TextConfig.Qwen2 with
            {
                VocabularySize = 152000,
                IntermediateSize = 11008,
                RopeTheta = 1e6,
                BeginTokenId = 151643,
                EndTokenId = 151645,
            },
            ImageTokenId: 151646,
            FeatureLayer: -1,
            DropFirstToken: false,
            TorchDtype: "bfloat16"
        );

    static LlavaConfig Llava15_7B() =>
        new(
            LlavaConfig.DefaultVision,
            TextConfig.Llama with
            {
                VocabularySize = 32064,
                MaximumPositions = 4096,
                RmsNormEpsilon = 1e-5,
            },
            ImageTokenId: 32000,
            PadTokenId: 32001,
            TorchDtype: "float16"
        );

    static LlavaConfig Of(
        int hidden,
        int layers,
        int heads,
        int mlp,
        int vocabulary,
        int visionHidden,
        int visionLayers,
        int visionHeads,
        int visionMlp,
        int imageSize,
        int patch
    ) =>
        new(
            VisionConfig.Clip with
            {
                HiddenSize = visionHidden,
                Layers = visionLayers,
                Heads = visionHeads,
                IntermediateSize = visionMlp,
                ImageSize = imageSize,
                PatchSize = patch,
            },
            TextConfig.Llama with
            {
                HiddenSize = hidden,
                Layers = layers,
                Heads = heads,
                KeyValueHeads = heads,
                HeadSize = hidden / heads,
                IntermediateSize = mlp,
                VocabularySize = vocabulary,
                MaximumPositions = 4096,
            },
            ImageTokenId: vocabulary - 1
        );
}
