using SVco.Models.Generation;
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

    public IEnumerable<Tensor> Parameters =>
        Linears.SelectMany(linear => linear.Parameters).Append(inputNorm.Weight).Append(attendedNorm.Weight);

    public Tensor Forward(Tensor x, Rope rope, AttentionMask mask, KeyValueCache? cache)
    {
        var normed = inputNorm.Forward(x);
        var (q, k, v) = (rope.Apply(Heads(query, normed)), rope.Apply(Heads(key, normed)), Heads(value, normed));
        var (keys, values) = cache is null ? (k, v) : cache.Append(index, k, v);
        return AddMlp(x.Plus(output.Forward(Attention.JoinHeads(Attention.Attend(q, keys, values, mask)))));
    }

    /// <summary>The layer on tokens laid end to end: those of trees, or the next one of each row that is generated.</summary>
    /// <param name="x">[tokens, width]</param>
    /// <param name="rope">The rotations of the tokens' positions [tokens].</param>
    /// <param name="attend">From queries [queries, heads, size], keys and values [tokens, key heads, size] to [queries, heads * size].</param>
    /// <param name="wanted">int64 [queries]: the only tokens whose output is needed; none means all.</param>
    /// <returns>[queries, width]</returns>
    public Tensor Forward(Tensor x, Rope rope, Func<Tensor, Tensor, Tensor, Tensor> attend, Tensor? wanted = null)
    {
        var normed = inputNorm.Forward(x);
        var (k, v) = (rope.Apply(TokenHeads(key, normed)), TokenHeads(value, normed));
        var (asking, input, rotations) = wanted is null
            ? (normed, x, rope)
            : (normed.index_select(0, wanted), x.index_select(0, wanted), rope.Select(wanted));
        var q = rotations.Apply(TokenHeads(query, asking));
        return AddMlp(input.Plus(output.Forward(attend(q, k, v))));
    }

    /// <summary>The layer on the next token of each row that is continued, without a gradient; see <see cref="Linear.ForwardStep"/>.</summary>
    /// <param name="x">[rows, width]</param>
    /// <param name="rope">The rotations of the tokens' positions [rows].</param>
    /// <param name="attend">As in <see cref="Forward(Tensor, Rope, Func{Tensor, Tensor, Tensor, Tensor}, Tensor)"/>.</param>
    /// <returns>[rows, width]</returns>
    public Tensor Step(Tensor x, Rope rope, Func<Tensor, Tensor, Tensor, Tensor> attend)
    {
        var normed = inputNorm.Forward(x);
        var (q, k, v) = (rope.Apply(Heads(query)), rope.Apply(Heads(key)), Heads(value));
        var attended = x.Plus(output.ForwardStep(attend(q, k, v)));
        var inner = attendedNorm.Forward(attended);
        return attended.Plus(down.ForwardStep(config.Activation.Apply(gate.ForwardStep(inner)) * up.ForwardStep(inner)));

        Tensor Heads(Linear projection) => projection.ForwardStep(normed).view(x.shape[0], -1, config.HeadSize);
    }

    Tensor AddMlp(Tensor x)
    {
        var inner = attendedNorm.Forward(x);
        return x.Plus(down.Forward(config.Activation.Apply(gate.Forward(inner)) * up.Forward(inner)));
    }

    /// <summary>[tokens, width] -> [tokens, heads, size].</summary>
    Tensor TokenHeads(Linear projection, Tensor x) => projection.Forward(x).view(x.shape[0], -1, config.HeadSize);

    Tensor Heads(Linear projection, Tensor x) => Attention.SplitHeads(projection.Forward(x), config.HeadSize);
}
