using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>A pre-norm transformer layer of a vision tower.</summary>
sealed class VisionLayer
{
    readonly Activation activation;
    readonly long headSize;
    readonly Linear key;
    readonly Linear value;
    readonly Linear query;
    readonly Linear output;
    readonly LayerNorm norm1;
    readonly Linear up;
    readonly Linear down;
    readonly LayerNorm norm2;

    public VisionLayer(VisionConfig config, IWeights weights, string prefix)
    {
        var (width, inner) = (config.HiddenSize, config.IntermediateSize);
        (activation, headSize) = (config.Activation, width / config.Heads);
        key = Linear.From(weights, $"{prefix}self_attn.k_proj", width, width, bias: true);
        value = Linear.From(weights, $"{prefix}self_attn.v_proj", width, width, bias: true);
        query = Linear.From(weights, $"{prefix}self_attn.q_proj", width, width, bias: true);
        output = Linear.From(weights, $"{prefix}self_attn.out_proj", width, width, bias: true);
        norm1 = LayerNorm.From(weights, $"{prefix}layer_norm1", width, config.LayerNormEpsilon);
        up = Linear.From(weights, $"{prefix}mlp.fc1", width, inner, bias: true);
        down = Linear.From(weights, $"{prefix}mlp.fc2", inner, width, bias: true);
        norm2 = LayerNorm.From(weights, $"{prefix}layer_norm2", width, config.LayerNormEpsilon);
    }

    public IEnumerable<Linear> Linears => [key, value, query, output, up, down];

    public Tensor Forward(Tensor x)
    {
        var normed = norm1.Forward(x);
        var (q, k, v) = (Heads(query, normed), Heads(key, normed), Heads(value, normed));
        var attended = x.Plus(output.Forward(Attention.JoinHeads(Attention.Attend(q, k, v, AttentionMask.None))));
        return attended.Plus(down.Forward(activation.Apply(up.Forward(norm2.Forward(attended)))));
    }

    Tensor Heads(Linear projection, Tensor x) => Attention.SplitHeads(projection.Forward(x), headSize);
}
