using System.Collections.Immutable;
using SVco.Models.Images;
using static TorchSharp.torch;

namespace SVco.Models.Generation;

/// <summary>What a greedy run gave.</summary>
/// <param name="Tokens">The new tokens of each row, its end token included, all rows equally long: filled up with the pad token.</param>
/// <param name="Logits">[rows, new tokens, vocabulary] in fp32, if they were asked for; those of a row that has ended carry no meaning.</param>
public sealed record GreedyRows(ImmutableArray<ImmutableArray<int>> Tokens, Tensor? Logits) : IDisposable
{
    /// <summary>Frees the logits.</summary>
    public void Dispose() => Logits?.Dispose();
}

/// <summary>
/// The plain way of greedy decoding: rows padded to one length, each image encoded for its row, the most likely token at each step. What is
/// meant to be fast is <see cref="ManyRequests"/>; this is what it is compared with.
/// </summary>
public static class PlainGeneration
{
    /// <summary>Continues rows of tokens until each has an end token, or by <paramref name="maxNewTokens"/>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">int64 [rows, tokens], images expanded to image tokens; shorter rows are padded on the left.</param>
    /// <param name="images">The images of all rows in order.</param>
    /// <param name="eos">The tokens that end a row.</param>
    /// <param name="maxNewTokens">The most tokens a row may get.</param>
    /// <param name="attended">bool [rows, tokens], false for padding; null means that nothing is padding.</param>
    /// <param name="pad">Fills rows that have ended; null means the config's pad token, else the first end token.</param>
    /// <param name="keepLogits">Whether the result has the logits of every step.</param>
    /// <exception cref="ArgumentException">A row is padded on the right, or images and image tokens do not fit.</exception>
    public static GreedyRows Greedy(
        VisionLanguageModel model,
        Tensor ids,
        IReadOnlyList<ProcessedImage> images,
        IReadOnlyCollection<int> eos,
        int maxNewTokens,
        Tensor? attended = null,
        int? pad = null,
        bool keepLogits = false
    )
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var cache = new KeyValueCache();
        var filler = pad ?? model.Config.PadTokenId ?? (eos.Count > 0 ? eos.First() : 0);
        var mask = (attended ?? ones_like(ids)).to(ScalarType.Bool, model.Device);
        if (!mask.select(1, -1).all().item<bool>())
        {
            throw new ArgumentException("Rows must be padded on the left: each row's last token is the one to continue.", nameof(attended));
        }

        // Without images an image token is a token like any other.
        var encoded = model.VisionFeatures(images);
        var isImage = images.Count == 0 ? null : ids.eq(Numbers.Of(model.Config.ImageTokenId));
        var embeddings = images.Count == 0 ? model.Embed(ids) : model.MergeImages(ids, model.Project(encoded), isImage);
        var positions = model.Positions(mask, [.. images.Select(image => image.Size)], isImage);
        var tokens = Enumerable.Range(0, (int)ids.shape[0]).Select(_ => new List<int>()).ToArray();
        var ended = new bool[tokens.Length];
        var kept = new List<Tensor>();
        for (var step = 0; step < maxNewTokens && !ended.All(row => row); step++)
        {
            using var stepScope = NewDisposeScope();
            var hidden = model.Decode(embeddings, positions, mask, cache);
            var logits = model.Logits(hidden.select(1, -1));
            if (keepLogits)
            {
                kept.Add(logits.MoveToOuterDisposeScope());
            }

            var best = logits.argmax(-1).cpu().data<long>().ToArray();
            for (var row = 0; row < tokens.Length; row++)
            {
                tokens[row].Add(ended[row] ? filler : (int)best[row]);
                ended[row] |= eos.Contains((int)best[row]);
            }

            var next = tensor(tokens.Select(row => (long)row[^1]).ToArray(), device: model.Device).unsqueeze(1);
            (var usedEmbeddings, embeddings) = (embeddings, model.Embed(next).MoveToOuterDisposeScope());
            (var usedPositions, positions) = (
                positions,
                positions.narrow(-1, positions.shape[^1] - 1, 1).add(Numbers.Of(1), Numbers.One).MoveToOuterDisposeScope()
            );
            (var usedMask, mask) = (mask, cat([mask, ones_like(next, ScalarType.Bool)], 1).MoveToOuterDisposeScope());
            usedEmbeddings.Dispose();
            usedPositions.Dispose();
            usedMask.Dispose();
        }

        return new(
            [.. tokens.Select(row => row.ToImmutableArray())],
            keepLogits && kept.Count > 0 ? stack(kept, 1).MoveToOuterDisposeScope() : null
        );
    }
}
