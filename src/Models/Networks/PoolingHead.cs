using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>SigLIP's pooling: a learned probe attends to all tokens, then a residual MLP.</summary>
sealed class PoolingHead
{
    readonly Activation activation;
    readonly long headSize;
    readonly Tensor probe;
    readonly Tensor inputWeight;
    readonly Tensor inputBias;
    readonly Linear output;
    readonly LayerNorm norm;
    readonly Linear up;
    readonly Linear down;

    public PoolingHead(VisionConfig config, IWeights weights, string prefix)
    {
        var (width, inner) = (config.HiddenSize, config.IntermediateSize);
        (activation, headSize) = (config.Activation, width / config.Heads);
        probe = weights.Get($"{prefix}probe", 1, 1, width);
        inputWeight = weights.Get($"{prefix}attention.in_proj_weight", 3 * width, width);
        inputBias = weights.Get($"{prefix}attention.in_proj_bias", 3 * width);
        output = Linear.From(weights, $"{prefix}attention.out_proj", width, width, bias: true);
        norm = LayerNorm.From(weights, $"{prefix}layernorm", width, config.LayerNormEpsilon);
        up = Linear.From(weights, $"{prefix}mlp.fc1", width, inner, bias: true);
        down = Linear.From(weights, $"{prefix}mlp.fc2", inner, width, bias: true);
    }

    public IEnumerable<Linear> Linears => [output, up, down];

    /// <summary>[images, tokens, width] -> [images, width].</summary>
    public Tensor Forward(Tensor x)
    {
        var (weight, bias) = (inputWeight.chunk(3), inputBias.chunk(3));
        var query = Project(probe.expand(x.shape[0], -1, -1), weight[0], bias[0]);
        var pooled = Attention.Attend(query, Project(x, weight[1], bias[1]), Project(x, weight[2], bias[2]), AttentionMask.None);
        var attended = output.Forward(Attention.JoinHeads(pooled)).select(1, 0);
        return attended.Plus(down.Forward(activation.Apply(up.Forward(norm.Forward(attended)))));
    }

    Tensor Project(Tensor x, Tensor weight, Tensor bias) => Attention.SplitHeads(nn.functional.linear(x, weight, bias), headSize);
}
