using SVco.Models.Images;
using SVco.Models.Llava;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>A tiny geometry for tests that need no golden numbers: 4 image tokens, vocabulary 32, image token 31.</summary>
static class Small
{
    public static LlavaConfig Config { get; } =
        new(
            VisionConfig.Siglip with
            {
                HiddenSize = 8,
                IntermediateSize = 16,
                Layers = 2,
                Heads = 2,
                ImageSize = 8,
                PatchSize = 4,
                UseHead = false,
            },
            TextConfig.Qwen2 with
            {
                VocabularySize = 32,
                HiddenSize = 16,
                IntermediateSize = 24,
                Layers = 2,
                Heads = 4,
                KeyValueHeads = 2,
                HeadSize = 4,
                InitializerRange = 0.5,
            },
            ImageTokenId: 31,
            PadTokenId: 0,
            FeatureLayer: -1,
            DropFirstToken: false
        );

    public static long[] Ids(int images) => [5, .. Enumerable.Repeat(31L, 4 * images), 6, 7];

    public static Tensor Pixels(int images) => linspace(-1, 1, images * 3 * 8 * 8).view(images, 3, 8, 8);

    public static IReadOnlyList<ProcessedImage> Images(int images) => ImagesOf(Pixels(images));

    /// <summary>Images from their pixels [images, channels, height, width].</summary>
    public static IReadOnlyList<ProcessedImage> ImagesOf(Tensor? pixels) =>
        [
            .. (pixels?.unbind(0) ?? []).Select(image => new ProcessedImage(
                image.contiguous().data<float>().ToArray(),
                [.. image.shape],
                new((int)image.shape[2], (int)image.shape[1])
            )),
        ];
}
