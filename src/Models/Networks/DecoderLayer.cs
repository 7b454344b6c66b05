using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>A layer of a LLaMA or Qwen2 decoder: pre-norm attention with rotary positions and grouped key-value heads, gated MLP.</summary>
sealed class DecoderLayer
{
    readonly TextConfig config;
    readonly int index;
    readonly Linear query;
    readonly Linear key;
    readonly Linear value;
    readonly Linear output;
    readonly Linear gate;
    readonly Linear up;
    readonly Linear down;
    readonly RmsNorm inputNorm;
    readonly RmsNorm attendedNorm;

    public DecoderLayer(TextConfig config, int index, IWeights weights, string prefix)
    {
        (this.config, this.index) = (config, index);
        var (width, inner) = (config.HiddenSize, config.IntermediateSize);
        var (queries, keys, bias) = (config.Heads * config.HeadSize, config.KeyValueHeads * config.HeadSize, config.QueryKeyValueBias);
        query = Linear.From(weights, $"{prefix}self_attn.q_proj", width, queries, bias);
        key = Linear.From(weights, $"{prefix}self_attn.k_proj", width, keys, bias);
        value = Linear.From(weights, $"{prefix}self_attn.v_proj", width, keys, bias);
        output = Linear.From(weights, $"{prefix}self_attn.o_proj", queries, width, config.OutputBias);
        gate = Linear.From(weights, $"{prefix}mlp.gate_proj", width, inner, config.MlpBias);
        up = Linear.From(weights, $"{prefix}mlp.up_proj", width, inner, config.MlpBias);
        down = Linear.From(weights, $"{prefix}mlp.down_proj", inner, width, config.MlpBias);
        inputNorm = RmsNorm.From(weights, $"{prefix}input_layernorm", width, config.RmsNormEpsilon);
        attendedNorm = RmsNorm.From(weights, $"{prefix}post_attention_layernorm", width, config.RmsNormEpsilon);
    }

    public IEnumerable<Linear> Linears => [query, key, value, output, gate, up, down];

    public Tensor Forward(Tensor x, Rope rope, AttentionMask mask, KeyValueCache? cache)
    {
        var normed = inputNorm.Forward(x);
        var (q, k, v) = (rope.Turn(Heads(query, normed)), rope.Turn(Heads(key, normed)), Heads(value, normed));
        var (keys, values) = cache is null ? (k, v) : cache.Append(index, k, v);
        var attended = x + output.Forward(Attention.JoinHeads(Attention.Attend(q, keys, values, mask)));
        var inner = attendedNorm.Forward(attended);
        return attended + down.Forward(config.Activation.Apply(gate.Forward(inner)) * up.Forward(inner));
    }

    Tensor Heads(Linear projection, Tensor x) => Attention.SplitHeads(projection.Forward(x), config.HeadSize);
}
