using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>A layer of DINOv2: pre-norm, each branch scaled by a learned vector, the MLP plain or SwiGLU.</summary>
sealed class Dinov2Layer
{
    readonly Dinov2Config config;
    readonly LayerNorm norm1;
    readonly Linear query;
    readonly Linear key;
    readonly Linear value;
    readonly Linear output;
    readonly Tensor scale1;
    readonly LayerNorm norm2;
    readonly Linear up;
    readonly Linear down;
    readonly Tensor scale2;

    public Dinov2Layer(Dinov2Config config, IWeights weights, string prefix)
    {
        this.config = config;
        var (width, inner, bias) = (config.HiddenSize, config.IntermediateSize, config.QueryKeyValueBias);
        norm1 = LayerNorm.From(weights, $"{prefix}norm1", width, config.LayerNormEpsilon);
        query = Linear.From(weights, $"{prefix}attention.attention.query", width, width, bias);
        key = Linear.From(weights, $"{prefix}attention.attention.key", width, width, bias);
        value = Linear.From(weights, $"{prefix}attention.attention.value", width, width, bias);
        output = Linear.From(weights, $"{prefix}attention.output.dense", width, width, bias: true);
        scale1 = weights.Get($"{prefix}layer_scale1.lambda1", width);
        norm2 = LayerNorm.From(weights, $"{prefix}norm2", width, config.LayerNormEpsilon);
        var (upName, downName) = config.SwiGlu ? ("weights_in", "weights_out") : ("fc1", "fc2");
        up = Linear.From(weights, $"{prefix}mlp.{upName}", width, config.SwiGlu ? 2 * inner : inner, bias: true);
        down = Linear.From(weights, $"{prefix}mlp.{downName}", inner, width, bias: true);
        scale2 = weights.Get($"{prefix}layer_scale2.lambda1", width);
    }

    public Tensor Forward(Tensor x)
    {
        var normed = norm1.Forward(x);
        var (q, k, v) = (Heads(query, normed), Heads(key, normed), Heads(value, normed));
        var attended = x.Plus(scale1 * output.Forward(Attention.JoinHeads(Attention.Attend(q, k, v, AttentionMask.None))));
        return attended.Plus(scale2 * down.Forward(Activate(up.Forward(norm2.Forward(attended)))));
    }

    Tensor Activate(Tensor x) =>
        config.SwiGlu && x.chunk(2, -1) is var halves ? nn.functional.silu(halves[0]) * halves[1] : config.Activation.Apply(x);

    Tensor Heads(Linear projection, Tensor x) => Attention.SplitHeads(projection.Forward(x), config.HiddenSize / config.Heads);
}
