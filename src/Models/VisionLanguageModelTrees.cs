using SVco.Core.Packing;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models;

public abstract partial class VisionLanguageModel
{
    /// <summary>
    /// Runs the decoder on trees laid end to end: each token once, without padding. In the last layer only the predictors are computed.
    /// </summary>
    /// <param name="trees">At least one tree, each with predictors.</param>
    /// <param name="images">The embeddings [image tokens, hidden] of the trees' images, by their index in the batch; see <see cref="Project"/>.</param>
    /// <param name="recompute">Keeps nothing but each layer's input, and runs each layer once more in the backward pass.</param>
    /// <returns>The hidden states; tensors that the backward pass needs belong to the caller's dispose scope.</returns>
    public TreeRun DecodeTrees(IReadOnlyList<PackedTree> trees, IReadOnlyDictionary<int, Tensor> images, bool recompute) =>
        Decoder.Forward(EmbedTrees(trees, images), TreeBatch.Of(trees, Decoder.Type, Device), recompute);

    /// <summary>Runs the decoder on trees of prompts and gives away each layer's keys and values; see <see cref="Decoder.ForwardKeeping"/>.</summary>
    internal Tensor ReadTrees(IReadOnlyList<PackedTree> trees, IReadOnlyDictionary<int, Tensor> images, Action<int, Tensor, Tensor> keep) =>
        Decoder.ForwardKeeping(EmbedTrees(trees, images), TreeBatch.Of(trees, Decoder.Type, Device), keep);

    /// <summary>[tokens, hidden]: the text tokens' embeddings with the trees' images in their places.</summary>
    Tensor EmbedTrees(IReadOnlyList<PackedTree> trees, IReadOnlyDictionary<int, Tensor> images)
    {
        using var scope = NewDisposeScope();
        // The images lie between runs of text.
        var (text, runs, shown) = (new List<long>(), new List<long> { 0 }, new List<Tensor>());
        foreach (var tree in trees)
        {
            var start = 0;
            foreach (var image in tree.Images)
            {
                AddText(tree, start, image.Start);
                runs.Add(0);
                shown.Add(images[image.Image]);
                start = image.Start + image.Length;
            }

            AddText(tree, start, tree.Length);
        }

        var embedded = Embed(tensor(text.ToArray(), device: Device));
        if (shown.Count == 0)
        {
            return embedded.MoveToOuterDisposeScope();
        }

        var texts = embedded.split([.. runs]);
        return cat([texts[0], .. shown.SelectMany((image, i) => new[] { image.to(embedded.dtype), texts[i + 1] })])
            .MoveToOuterDisposeScope();

        void AddText(PackedTree tree, int start, int end)
        {
            runs[^1] += end - start;
            text.AddRange(tree.Ids.AsSpan(start..end).ToArray().Select(id => (long)id));
        }
    }
}
