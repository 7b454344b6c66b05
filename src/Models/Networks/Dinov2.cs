using System.Collections.Immutable;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>A DINOv2 vision transformer.</summary>
public sealed class Dinov2
{
    readonly Tensor classToken;
    readonly Tensor positions;
    readonly Tensor patchWeight;
    readonly Tensor patchBias;
    readonly ImmutableArray<Dinov2Layer> layers;
    readonly LayerNorm norm;

    /// <summary>Asks for the network's parameters.</summary>
    public Dinov2(Dinov2Config config, IWeights weights)
    {
        Config = config;
        var width = config.HiddenSize;
        classToken = weights.Get("embeddings.cls_token", 1, 1, width);
        // The mask token belongs to pretraining only.
        weights.Get("embeddings.mask_token", 1, width);
        positions = weights.Get("embeddings.position_embeddings", 1, config.Grid * config.Grid + 1, width);
        patchWeight = weights.Get(
            "embeddings.patch_embeddings.projection.weight",
            width,
            config.Channels,
            config.PatchSize,
            config.PatchSize
        );
        patchBias = weights.Get("embeddings.patch_embeddings.projection.bias", width);
        layers = [.. Enumerable.Range(0, config.Layers).Select(i => new Dinov2Layer(config, weights, $"encoder.layer.{i}."))];
        norm = LayerNorm.From(weights, "layernorm", width, config.LayerNormEpsilon);
    }

    /// <summary>The geometry.</summary>
    public Dinov2Config Config { get; }

    /// <summary>Encodes images of any size that holds whole patches.</summary>
    /// <param name="pixels">[images, channels, height, width], normalised; converted to the network's type.</param>
    /// <returns>The normed tokens [images, 1 + patches, width] and the class token among them.</returns>
    /// <exception cref="ArgumentException">The pixels have another number of channels or are smaller than a patch.</exception>
    public VisionOutput Encode(Tensor pixels)
    {
        var hidden = layers.Aggregate(Scoped.Run(() => Embed(pixels)), (x, layer) => Scoped.Run(() => layer.Forward(x)));
        var last = norm.Forward(hidden);
        return new(last, last.select(1, 0));
    }

    /// <summary>The position table for an image [1, 1 + patches, width]: its own, or interpolated bicubically for another grid of patches.</summary>
    public Tensor PositionsFor(long height, long width)
    {
        var (rows, columns, grid) = (height / Config.PatchSize, width / Config.PatchSize, (long)Config.Grid);
        if (rows * columns == grid * grid && height == width)
        {
            return positions;
        }

        var table = positions.narrow(1, 1, grid * grid).reshape(1, grid, grid, -1).permute(0, 3, 1, 2);
        var resized = nn.functional.interpolate(
            Widening.AtLeastFloat32(table),
            size: [rows, columns],
            mode: InterpolationMode.Bicubic,
            align_corners: false
        );
        return cat([positions.narrow(1, 0, 1), resized.to(positions.dtype).permute(0, 2, 3, 1).reshape(1, rows * columns, -1)], 1);
    }

    Tensor Embed(Tensor pixels)
    {
        if (
            pixels.shape is not [_, var channels, var height, var width]
            || channels != Config.Channels
            || height < Config.PatchSize
            || width < Config.PatchSize
        )
        {
            throw new ArgumentException(
                $"The network takes pixels [images, {Config.Channels}, height, width] of at least {Config.PatchSize} x {Config.PatchSize}, "
                    + $"not [{string.Join(", ", pixels.shape)}].",
                nameof(pixels)
            );
        }

        var patches = Patches.Embed(pixels, patchWeight, patchBias, Config.PatchSize);
        return cat([classToken.expand(patches.shape[0], -1, -1), patches], 1).Plus(PositionsFor(height, width));
    }
}
