using SVco.Core.Packing;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models;

public sealed partial class Llava
{
    /// <summary>
    /// Runs the decoder on trees laid end to end: each token once, without padding. In the last layer only the predictors are computed.
    /// </summary>
    /// <param name="trees">At least one tree, each with predictors.</param>
    /// <param name="projected">[images, image tokens, hidden]: the embeddings of the images of those trees that have one, in their order.</param>
    /// <param name="recompute">Keeps nothing but each layer's input, and runs each layer once more on the way back.</param>
    /// <returns>The hidden states and the way back; tensors that the way back needs belong to the caller's dispose scope.</returns>
    public TreeRun DecodeTrees(IReadOnlyList<PackedTree> trees, Tensor? projected, bool recompute)
    {
        var embeddings = EmbedTrees(trees, projected);
        var batch = TreeBatch.Of(trees, decoder.Type, Device);
        if (recompute && is_grad_enabled())
        {
            return decoder.ForwardRecomputing(embeddings, batch);
        }

        var hidden = decoder.Forward(embeddings, batch);
        return new(hidden, hidden.requires_grad, gradient => hidden.backward([gradient]));
    }

    /// <summary>[tokens, hidden]: the text tokens' embeddings with each tree's image in its place.</summary>
    Tensor EmbedTrees(IReadOnlyList<PackedTree> trees, Tensor? projected)
    {
        using var scope = NewDisposeScope();
        var text = trees.SelectMany(tree => tree.Ids).Where(id => id != Config.ImageTokenId).Select(id => (long)id).ToArray();
        var embedded = Embed(tensor(text, device: Device));
        if (projected is null)
        {
            return embedded.MoveToOuterDisposeScope();
        }

        // The images lie between runs of text.
        var runs = new List<long> { 0 };
        foreach (var tree in trees)
        {
            var before = tree.Image is null ? tree.Length : tree.Ids.IndexOf(Config.ImageTokenId);
            runs[^1] += before;
            if (tree.Image is not null)
            {
                runs.Add(tree.Length - before - ImageTokens);
            }
        }

        var (texts, images) = (embedded.split([.. runs]), projected.to(embedded.dtype).unbind(0));
        return cat([texts[0], .. images.SelectMany((image, i) => new[] { image, texts[i + 1] })]).MoveToOuterDisposeScope();
    }
}
