using System.Collections.Immutable;
using SVco.Core;
using SVco.Models;

namespace SVco.Training.Bench;

/// <summary>The models that are measured, those of official_step.py.</summary>
public static class BenchGeometry
{
    /// <summary>small, mid and wide.</summary>
    public static ImmutableSortedDictionary<string, LlavaConfig> Named { get; } =
        ImmutableSortedDictionary<string, LlavaConfig>
            .Empty.Add("small", Of(256, 4, 4, 688, 4096, 192, 4, 3, 768, 168, 14))
            .Add("mid", Of(512, 8, 8, 1376, 32064, 384, 12, 6, 1536, 336, 28))
            .Add("wide", Of(1024, 6, 16, 2752, 32064, 384, 6, 6, 1536, 336, 14));

    /// <summary>A named geometry, or that of a config.json.</summary>
    /// <exception cref="UserException">It is neither.</exception>
    public static LlavaConfig Read(string name) =>
        Named.TryGetValue(name, out var config) ? config
        : File.Exists(name) ? LlavaConfig.Read(name)
        : throw new UserException(
            $"There is no geometry '{name}'. Give one of {string.Join(", ", Named.Keys)}, or the path of a config.json."
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
