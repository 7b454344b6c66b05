using System.Collections.Immutable;
using SVco.Models.Generation;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>A LLaMA or Qwen2 decoder with its output head.</summary>
public sealed class Decoder
{
    readonly Tensor embedding;
    readonly ImmutableArray<DecoderLayer> layers;
    readonly RmsNorm norm;
    readonly Linear head;

    /// <summary>Asks for the decoder's parameters; a tied head is not asked for.</summary>
    /// <param name="config">The geometry.</param>
    /// <param name="weights">Where they come from.</param>
    /// <param name="prefix">Before each name, such as `language_model.`.</param>
    public Decoder(TextConfig config, IWeights weights, string prefix)
    {
        Config = config;
        embedding = weights.Get($"{prefix}model.{ParameterNames.Embedding}.weight", config.VocabularySize, config.HiddenSize);
        layers = [.. Enumerable.Range(0, config.Layers).Select(i => new DecoderLayer(config, i, weights, $"{prefix}model.layers.{i}."))];
        norm = RmsNorm.From(weights, $"{prefix}model.norm", config.HiddenSize, config.RmsNormEpsilon);
        head = config.TieWordEmbeddings
            ? new Linear(prefix + ParameterNames.OutputHead, embedding, null)
            : Linear.From(weights, prefix + ParameterNames.OutputHead, config.HiddenSize, config.VocabularySize, bias: false);
    }

    /// <summary>The geometry.</summary>
    public TextConfig Config { get; }

    /// <summary>The float type of the weights.</summary>
    public ScalarType Type => embedding.dtype;

    /// <summary>The device of the weights.</summary>
    public Device Device => embedding.device;

    /// <summary>The linear maps, the output head last.</summary>
    public IEnumerable<Linear> Linears => layers.SelectMany(layer => layer.Linears).Append(head);

    /// <summary>Token ids [...] -> embeddings [..., hidden].</summary>
    public Tensor Embed(Tensor ids) =>
        embedding.index_select(0, ids.to(ScalarType.Int64, embedding.device).reshape(-1)).reshape([.. ids.shape, Config.HiddenSize]);

    /// <summary>Runs the layers and the final norm; see <see cref="VisionLanguageModel.Decode"/>.</summary>
    /// <param name="embeddings">[batch, tokens, hidden].</param>
    /// <param name="positions">int64 [batch, tokens], or [dimensions, batch, tokens].</param>
    /// <param name="attended">bool [batch, cached + tokens].</param>
    /// <param name="cache">What earlier calls have seen.</param>
    /// <param name="onLayer">Is given each layer's index and output before the final norm; it must not dispose it.</param>
    public Tensor Forward(
        Tensor embeddings,
        Tensor positions,
        Tensor attended,
        KeyValueCache? cache = null,
        Action<int, Tensor>? onLayer = null
    )
    {
        var cached = cache?.Length ?? 0;
        if (embeddings.shape is not [var batch, var tokens, _] || !attended.shape.AsSpan().SequenceEqual([batch, cached + tokens]))
        {
            throw new ArgumentException(
                $"For embeddings [{string.Join(", ", embeddings.shape)}] after {cached} cached tokens, attended must be [batch, cached + tokens], "
                    + $"not [{string.Join(", ", attended.shape)}].",
                nameof(attended)
            );
        }

        using var scope = NewDisposeScope();
        var rope = Rope.At(positions.to(embedding.device), Config, embedding.dtype);
        var mask = AttentionMask.CausalOver(attended.to(ScalarType.Bool, embedding.device), tokens);
        var x = embeddings.to(embedding.dtype, embedding.device);
        for (var i = 0; i < layers.Length; i++)
        {
            var input = x;
            x = Scoped.Run(() => layers[i].Forward(input, rope, mask, cache));
            onLayer?.Invoke(i, x);
            if (i > 0 && onLayer is null)
            {
                input.Dispose();
            }
        }

        return norm.Forward(x).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the layers on trees laid end to end; see <see cref="VisionLanguageModel.DecodeTrees"/>.</summary>
    /// <param name="embeddings">[tokens, hidden]</param>
    /// <param name="trees">The trees.</param>
    /// <param name="recompute">Keeps nothing but each layer's input, and runs each layer once more in the backward pass.</param>
    internal TreeRun Forward(Tensor embeddings, TreeBatch trees, bool recompute)
    {
        var hasBackward = is_grad_enabled();
        var keeps = hasBackward && !recompute;
        using var mode = set_grad_enabled(keeps);
        var rope = Rope.At(trees.Positions, Config, embedding.dtype);
        var (inputs, outputs) = (new Tensor[layers.Length], new Tensor[layers.Length]);
        var x = embeddings.to(embedding.dtype, embedding.device);
        for (var i = 0; i < layers.Length; i++)
        {
            // Each layer's graph ends at its input, so that the backward pass goes layer by layer.
            inputs[i] = x.detach();
            inputs[i].requires_grad_(keeps ? x.requires_grad : hasBackward);
            if (!keeps && i > 0)
            {
                x.Dispose();
            }

            outputs[i] = x = Scoped.Run(() => RunLayer(i, inputs[i], rope, trees));
            if (!hasBackward)
            {
                inputs[i].Dispose();
            }
        }

        return hasBackward ? new LayeredRun(this, embeddings, inputs, keeps ? outputs : null, x, rope, trees) : new TreeRun(x);
    }

    /// <summary>Runs the layers on trees and gives away each layer's keys and values.</summary>
    /// <param name="embeddings">[tokens, hidden]</param>
    /// <param name="trees">The trees.</param>
    /// <param name="keep">Is given the layer's index, keys and values [tokens, key heads, size], which are freed after it.</param>
    /// <returns>[predictors, hidden] after the final norm.</returns>
    internal Tensor ForwardKeeping(Tensor embeddings, TreeBatch trees, Action<int, Tensor, Tensor> keep)
    {
        var last = layers.Length - 1;
        return ForwardTokens(
            embeddings,
            trees.Positions,
            (layer, x, rope) =>
                layers[layer]
                    .Forward(
                        x,
                        rope,
                        (q, k, v) =>
                        {
                            keep(layer, k, v);
                            return (layer < last ? trees.All : trees.Last).Attend(q, k, v);
                        },
                        layer < last ? null : trees.Predictors
                    )
        );
    }

    /// <summary>A decode step: runs the layers on the next token of each row that is continued, whose attention is the caller's.</summary>
    /// <param name="embeddings">[rows, hidden]</param>
    /// <param name="positions">int64 [rows], or [dimensions, rows].</param>
    /// <param name="attend">The attention of a layer: from its index, queries, keys and values as in <see cref="DecoderLayer"/>.</param>
    /// <returns>[rows, hidden] after the final norm.</returns>
    internal Tensor Step(Tensor embeddings, Tensor positions, Func<int, Tensor, Tensor, Tensor, Tensor> attend) =>
        ForwardTokens(embeddings, positions, (layer, x, rope) => layers[layer].Step(x, rope, (q, k, v) => attend(layer, q, k, v)));

    /// <summary>Runs the layers, each from its index, input and rotations, and the final norm.</summary>
    Tensor ForwardTokens(Tensor embeddings, Tensor positions, Func<int, Tensor, Rope, Tensor> run)
    {
        using var scope = NewDisposeScope();
        var rope = Rope.At(positions.to(Device), Config, Type);
        var x = embeddings.to(Type, Device);
        for (var i = 0; i < layers.Length; i++)
        {
            var (index, input) = (i, x);
            x = Scoped.Run(() => run(index, input, rope));
            if (i > 0)
            {
                input.Dispose();
            }
        }

        return norm.Forward(x).MoveToOuterDisposeScope();
    }

    /// <summary>A pass that keeps each layer's graph, or its input alone.</summary>
    sealed class LayeredRun(
        Decoder decoder,
        Tensor embeddings,
        Tensor[] inputs,
        Tensor[]? outputs,
        Tensor hidden,
        Rope rope,
        TreeBatch trees
    ) : TreeRun(hidden)
    {
        public override bool NeedsGradient => outputs is null || Hidden.requires_grad;

        public override void Backward(Tensor gradient, Action<IEnumerable<Tensor>>? complete)
        {
            using var graph = enable_grad();
            using var scope = NewDisposeScope();
            // Its gradient was made from the logits.
            complete?.Invoke(decoder.Config.TieWordEmbeddings ? decoder.head.Adapters : decoder.head.Parameters);
            var above = gradient.alias();
            for (var i = inputs.Length - 1; i >= 0; i--)
            {
                using var done = above;
                above = done is null ? null : Backward(i, done);
                complete?.Invoke(decoder.ParametersOf(i));
            }

            if (above is not null && embeddings.requires_grad)
            {
                embeddings.to(decoder.Type, decoder.Device).backward([above]);
            }
        }

        /// <summary>From the gradient of a layer's output to its input's; null where nothing below can take one.</summary>
        Tensor? Backward(int layer, Tensor gradient)
        {
            using var scope = NewDisposeScope();
            var output = outputs?[layer] ?? decoder.RunLayer(layer, inputs[layer], rope, trees);
            if (output.requires_grad)
            {
                output.backward([gradient]);
            }

            var below = inputs[layer].grad?.MoveToOuterDisposeScope();
            output.Dispose();
            inputs[layer].Dispose();
            return below;
        }
    }

    /// <summary>A layer's parameters, those of the final norm with the last layer's.</summary>
    IEnumerable<Tensor> ParametersOf(int layer) =>
        layer < layers.Length - 1 ? layers[layer].Parameters : layers[layer].Parameters.Append(norm.Weight);

    /// <summary>A layer on trees, the last one with the final norm.</summary>
    Tensor RunLayer(int index, Tensor x, Rope rope, TreeBatch trees) =>
        index < layers.Length - 1
            ? layers[index].Forward(x, rope, trees.All.Attend)
            : norm.Forward(layers[index].Forward(x, rope, trees.Last.Attend, trees.Predictors));

    /// <summary>Hidden states [..., hidden] -> logits [..., vocabulary] in fp32 (a float64 decoder's in float64).</summary>
    public Tensor Logits(Tensor hidden) => Scoped.Run(() => Widening.AtLeastFloat32(head.Forward(hidden)));

    /// <summary>The same for the rows [rows, hidden] of a decode step, without a gradient.</summary>
    internal Tensor StepLogits(Tensor hidden) => Scoped.Run(() => Widening.AtLeastFloat32(head.ForwardStep(hidden)));
}
