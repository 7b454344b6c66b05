using System.Collections.Immutable;
using SVco.Core;
using SVco.Models;

namespace SVco.Training.Bench;

/// <summary>The models that are measured.</summary>
public static class BenchGeometry
{
    /// <summary>The paper's base models, too large to be made in memory beside a step: LV-INT 7B and LV-1.5 7B (golden/defaults).</summary>
    public static ImmutableSortedDictionary<string, LlavaConfig> RealSize { get; } =
        ImmutableSortedDictionary<string, LlavaConfig>.Empty.Add("lvint7b", LlavaInterleave7B()).Add("lv15-7b", Llava15_7B());

    /// <summary>small, mid and wide of official_step.py.</summary>
    public static ImmutableSortedDictionary<string, LlavaConfig> Named { get; } =
        ImmutableSortedDictionary<string, LlavaConfig>
            .Empty.Add("small", Of(256, 4, 4, 688, 4096, 192, 4, 3, 768, 168, 14))
            .Add("mid", Of(512, 8, 8, 1376, 32064, 384, 12, 6, 1536, 336, 28))
            .Add("wide", Of(1024, 6, 16, 2752, 32064, 384, 6, 6, 1536, 336, 14));

    /// <summary>A named geometry, or that of a config.json.</summary>
    /// <exception cref="UserException">It is neither.</exception>
    public static LlavaConfig Read(string name) =>
        Named.TryGetValue(name, out var config) || RealSize.TryGetValue(name, out config) ? config
        : File.Exists(name) ? LlavaConfig.Read(name)
        : throw new UserException(
            $"There is no geometry '{name}'. Give one of {string.Join(", ", Named.Keys.Concat(RealSize.Keys))}, or the path of a config.json."
        );

    /// <summary>The settings' geometry with as many image tokens as they want.</summary>
    /// <exception cref="UserException">There is no such geometry.</exception>
    public static LlavaConfig Of(BenchSettings settings)
    {
        var config = Read(settings.Geometry);
        var side = (int)Math.Round(Math.Sqrt(settings.ImageTokens));
        return settings.ImageTokens == 0
            ? config
            : config with
            {
                Vision = config.Vision with { ImageSize = config.Vision.PatchSize * side },
            };
    }

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
            VisionConfig.Llava,
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
