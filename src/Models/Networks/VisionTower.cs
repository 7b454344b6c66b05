using System.Collections.Immutable;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>What a vision tower says of images.</summary>
/// <param name="LastHiddenState">[images, tokens, width]; SigLIP's after its last norm, CLIP's before.</param>
/// <param name="Pooled">[images, width]: CLIP's normed class token or SigLIP's attention pooling; null for a SigLIP without head.</param>
public sealed record VisionOutput(Tensor LastHiddenState, Tensor? Pooled);

/// <summary>A CLIP or SigLIP vision transformer.</summary>
public sealed class VisionTower
{
    readonly Tensor? classToken;
    readonly Tensor patchWeight;
    readonly Tensor? patchBias;
    readonly Tensor positions;
    readonly LayerNorm? preNorm;
    readonly ImmutableArray<VisionLayer> layers;
    readonly LayerNorm postNorm;
    readonly PoolingHead? head;

    /// <summary>Asks for the tower's parameters.</summary>
    /// <param name="config">The geometry.</param>
    /// <param name="weights">Where they come from.</param>
    /// <param name="prefix">Before each name, such as `vision_tower.vision_model.`.</param>
    public VisionTower(VisionConfig config, IWeights weights, string prefix)
    {
        Config = config;
        var (clip, width) = (config.Kind == TowerKind.Clip, config.HiddenSize);
        classToken = clip ? weights.Get($"{prefix}embeddings.class_embedding", width) : null;
        patchWeight = weights.Get($"{prefix}embeddings.patch_embedding.weight", width, config.Channels, config.PatchSize, config.PatchSize);
        patchBias = clip ? null : weights.Get($"{prefix}embeddings.patch_embedding.bias", width);
        positions = weights.Get($"{prefix}embeddings.position_embedding.weight", config.Tokens, width);
        preNorm = clip ? LayerNorm.From(weights, $"{prefix}pre_layrnorm", width, config.LayerNormEpsilon) : null;
        layers = [.. Enumerable.Range(0, config.Layers).Select(i => new VisionLayer(config, weights, $"{prefix}encoder.layers.{i}."))];
        postNorm = LayerNorm.From(weights, $"{prefix}post_layernorm", width, config.LayerNormEpsilon);
        head = config.UseHead ? new PoolingHead(config, weights, $"{prefix}head.") : null;
    }

    /// <summary>The geometry.</summary>
    public VisionConfig Config { get; }

    /// <summary>The hidden state after a number of layers; 0 means the embeddings (after CLIP's first norm). Later layers do not run.</summary>
    /// <param name="pixels">[images, channels, size, size], normalised; converted to the tower's type.</param>
    /// <param name="depth">How many layers run.</param>
    /// <returns>[images, tokens, width], CLIP's class token first.</returns>
    /// <exception cref="ArgumentException">The pixels have another size.</exception>
    public Tensor Hidden(Tensor pixels, int depth) =>
        layers.Take(depth).Aggregate(Scoped.Run(() => Embed(pixels)), (x, layer) => Scoped.Run(() => layer.Forward(x)));

    /// <summary>All hidden states: the embeddings, then the output of each layer; layers + 1 tensors [images, tokens, width].</summary>
    public IReadOnlyList<Tensor> HiddenStates(Tensor pixels)
    {
        var states = new List<Tensor> { Scoped.Run(() => Embed(pixels)) };
        foreach (var layer in layers)
        {
            states.Add(Scoped.Run(() => layer.Forward(states[^1])));
        }

        return states;
    }

    /// <summary>The whole tower with its pooling.</summary>
    public VisionOutput Encode(Tensor pixels)
    {
        var last = Hidden(pixels, layers.Length);
        if (Config.Kind == TowerKind.Clip)
        {
            return new(last, Scoped.Run(() => postNorm.Forward(last.select(1, 0))));
        }

        var normed = postNorm.Forward(last);
        return new(normed, head is null ? null : Scoped.Run(() => head.Forward(normed)));
    }

    /// <summary>The linear maps.</summary>
    public IEnumerable<Linear> Linears => layers.SelectMany(layer => layer.Linears).Concat(head?.Linears ?? []);

    Tensor Embed(Tensor pixels)
    {
        if (
            pixels.shape is not [_, var channels, var height, var width]
            || channels != Config.Channels
            || height != Config.ImageSize
            || width != height
        )
        {
            throw new ArgumentException(
                $"The tower takes pixels [images, {Config.Channels}, {Config.ImageSize}, {Config.ImageSize}], not [{string.Join(", ", pixels.shape)}].",
                nameof(pixels)
            );
        }

        var patches = Patches.Embed(pixels, patchWeight, patchBias, Config.PatchSize);
        var tokens = classToken is null ? patches : cat([classToken.expand(patches.shape[0], 1, -1), patches], 1);
        var placed = tokens.Plus(positions);
        return preNorm is null ? placed : preNorm.Forward(placed);
    }
}
