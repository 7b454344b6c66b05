using System.Collections.Immutable;
using SVco.Core.Packing;
using SVco.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Training;

/// <summary>
/// The output head with log-softmax and its gradient in closed form, a few rows at a time, so that no [tokens, vocabulary] tensor outlives
/// its chunk: with weight g of log p(t | h) the logits' gradient is the sum of g (onehot(t) - softmax).
/// </summary>
/// <param name="model">Its head is used.</param>
/// <param name="rows">The most predictors at a time.</param>
sealed class PackedHead(VisionLanguageModel model, int rows)
{
    /// <summary>log p of each prediction, chunk by chunk.</summary>
    /// <param name="run">The pass that gave the predictors' hidden states.</param>
    /// <param name="predictions">Ordered by predictor.</param>
    /// <param name="keep">
    /// Whether the caller's dispose scope keeps the logits for the backward pass, where there is only one chunk; those of several are
    /// computed again.
    /// </param>
    public ImmutableArray<ScoredChunk> Forward(TreeRun run, ImmutableArray<Prediction> predictions, bool keep)
    {
        Chunk[] chunks = [.. Chunks(predictions, run.Hidden.shape[0])];
        return [.. chunks.Select(chunk => Forward(run, chunk, keep && chunks.Length == 1))];
    }

    /// <summary>Adds the gradient of sum(weight * log p) to all trainable parameters.</summary>
    /// <param name="run">The pass that was scored, or another one of the same trees.</param>
    /// <param name="chunks">What <see cref="Forward(TreeRun, ImmutableArray{Prediction}, bool)"/> gave.</param>
    /// <param name="weights">A weight for each prediction.</param>
    /// <param name="complete">See <see cref="TreeRun.Backward"/>.</param>
    public void Backward(TreeRun run, ImmutableArray<ScoredChunk> chunks, double[] weights, Action<IEnumerable<Tensor>>? complete)
    {
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. chunks.Select(chunk => HiddenGradient(run, chunk, weights)).OfType<Tensor>()];
        if (gradients.Length > 0)
        {
            run.Backward(cat(gradients), complete);
        }
    }

    ScoredChunk Forward(TreeRun run, Chunk chunk, bool keep)
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(keep);
        var logits = Logits(run, chunk);
        using var noGrad = no_grad();
        var logProbs = log_softmax(logits.Logits, -1).view(-1).index_select(0, chunk.Index(logits.Logits));
        return new(chunk, logProbs.to(float64).cpu().data<double>().ToArray(), keep ? logits.MoveToOuterDisposeScope() : null);
    }

    /// <summary>The gradient of the chunk's hidden states; none where they need none.</summary>
    Tensor? HiddenGradient(TreeRun run, ScoredChunk scored, double[] weights)
    {
        using var scope = NewDisposeScope();
        var (hidden, logits) = scored.Kept ?? Logits(run, scored.Chunk);
        if (logits.requires_grad)
        {
            logits.backward([LogitsGradient(logits.detach(), scored.Chunk, weights)]);
        }

        return hidden.grad?.MoveToOuterDisposeScope();
    }

    ChunkLogits Logits(TreeRun run, Chunk chunk)
    {
        var hidden = run.Hidden.detach().narrow(0, chunk.Start, chunk.Rows).requires_grad_(run.NeedsGradient);
        return new(hidden, model.Logits(hidden));
    }

    static Tensor LogitsGradient(Tensor logits, Chunk chunk, double[] weights)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var weight = tensor(weights[chunk.First..(chunk.First + chunk.Predictions.Length)]).to(logits.dtype, logits.device);
        var total = zeros(chunk.Rows, logits.dtype, logits.device).index_add_(0, chunk.Predictors(logits.device), weight, Numbers.Of(1));
        var gradient = logits.softmax(-1).mul_(total.neg_().unsqueeze(-1));
        gradient.view(-1).index_add_(0, chunk.Index(logits), weight, Numbers.Of(1));
        return gradient.MoveToOuterDisposeScope();
    }

    IEnumerable<Chunk> Chunks(IReadOnlyList<Prediction> predictions, long predictors)
    {
        var first = 0;
        for (var start = 0L; start < predictors; start += rows)
        {
            var end = Math.Min(start + rows, predictors);
            ImmutableArray<Prediction> inside = [.. predictions.Skip(first).TakeWhile(prediction => prediction.Predictor < end)];
            yield return new Chunk(start, end - start, first, inside);
            first += inside.Length;
        }
    }

    /// <summary>Some predictors and their predictions.</summary>
    /// <param name="Start">The first predictor.</param>
    /// <param name="Rows">The number of predictors.</param>
    /// <param name="First">The first prediction.</param>
    /// <param name="Predictions">The predictions.</param>
    internal sealed record Chunk(long Start, long Rows, int First, ImmutableArray<Prediction> Predictions)
    {
        /// <summary>The predictions' rows in the chunk.</summary>
        public Tensor Predictors(Device device) =>
            tensor(Predictions.Select(prediction => prediction.Predictor - Start).ToArray(), device: device);

        /// <summary>The predictions' places in the flattened logits.</summary>
        public Tensor Index(Tensor logits) =>
            tensor(
                Predictions.Select(prediction => (prediction.Predictor - Start) * logits.shape[1] + prediction.Target).ToArray(),
                device: logits.device
            );
    }

    /// <summary>A chunk's hidden states, cut off from what is below, and their logits.</summary>
    internal sealed record ChunkLogits(Tensor Hidden, Tensor Logits)
    {
        public ChunkLogits MoveToOuterDisposeScope() => new(Hidden.MoveToOuterDisposeScope(), Logits.MoveToOuterDisposeScope());
    }

    /// <summary>A chunk after its forward pass.</summary>
    /// <param name="Chunk">The chunk.</param>
    /// <param name="LogProbs">log p of each of its predictions.</param>
    /// <param name="Kept">Its logits, if they were kept.</param>
    internal sealed record ScoredChunk(Chunk Chunk, double[] LogProbs, ChunkLogits? Kept);
}
