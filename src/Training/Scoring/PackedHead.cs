using System.Collections.Immutable;
using SVco.Core.Packing;
using SVco.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace SVco.Training;

/// <summary>
/// The output head with log-softmax and its gradient in closed form, a few rows at a time, so that no [tokens, vocabulary] tensor
/// outlives its chunk (a batch of one chunk keeps its logits for the way back): with weight g of log p(t | h) the logits' gradient is the sum of g (onehot(t) - softmax).
/// </summary>
/// <param name="model">Its head is used.</param>
/// <param name="rows">The most predictors at a time.</param>
sealed class PackedHead(Llava model, int rows)
{
    (Tensor Hidden, Tensor Logits)? kept;

    /// <summary>log p of each prediction.</summary>
    /// <param name="run">The pass that gave the predictors' hidden states.</param>
    /// <param name="predictions">Ordered by predictor.</param>
    /// <param name="keep">
    /// Whether the caller's dispose scope keeps the logits for <see cref="Backward(TreeRun, ImmutableArray{Prediction}, double[])"/>, which
    /// must be of the same run; those of several chunks are computed again.
    /// </param>
    public double[] LogProbs(TreeRun run, ImmutableArray<Prediction> predictions, bool keep) =>
        [.. Chunks(predictions, run.Hidden.shape[0]).SelectMany(chunk => LogProbs(run, chunk, keep && chunk.Rows == run.Hidden.shape[0]))];

    /// <summary>Adds the gradient of sum(weight * log p) to all trainable parameters.</summary>
    /// <param name="run">The pass that gave the predictors' hidden states.</param>
    /// <param name="predictions">Ordered by predictor.</param>
    /// <param name="weights">A weight for each prediction.</param>
    public void Backward(TreeRun run, ImmutableArray<Prediction> predictions, double[] weights)
    {
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. Chunks(predictions, run.Hidden.shape[0]).Select(chunk => Backward(run, chunk, weights)).OfType<Tensor>()];
        if (gradients.Length > 0)
        {
            run.Backward(cat(gradients));
        }
    }

    double[] LogProbs(TreeRun run, Chunk chunk, bool keep)
    {
        using var scope = NewDisposeScope();
        using var mode = set_grad_enabled(keep);
        var (hidden, logits) = Logits(run, chunk);
        kept = keep ? (hidden.MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope()) : null;
        using var noGrad = no_grad();
        return log_softmax(logits, -1).view(-1).index_select(0, chunk.Index(logits)).to(float64).cpu().data<double>().ToArray();
    }

    /// <summary>The gradient of the chunk's hidden states; none where they need none.</summary>
    Tensor? Backward(TreeRun run, Chunk chunk, double[] weights)
    {
        using var scope = NewDisposeScope();
        var (hidden, logits) = kept ?? Logits(run, chunk);
        if (logits.requires_grad)
        {
            logits.backward([LogitsGradient(logits.detach(), chunk, weights)]);
        }

        return hidden.grad?.MoveToOuterDisposeScope();
    }

    /// <summary>A chunk's hidden states, cut off from what is below, and their logits.</summary>
    (Tensor Hidden, Tensor Logits) Logits(TreeRun run, Chunk chunk)
    {
        var hidden = run.Hidden.detach().narrow(0, chunk.Start, chunk.Rows).requires_grad_(run.NeedsGradient);
        return (hidden, model.Logits(hidden));
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

    /// <summary>Some predictors and their predictions.</summary>
    /// <param name="Start">The first predictor.</param>
    /// <param name="Rows">The number of predictors.</param>
    /// <param name="First">The first prediction.</param>
    /// <param name="Predictions">The predictions.</param>
    sealed record Chunk(long Start, long Rows, int First, ImmutableArray<Prediction> Predictions)
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
}
