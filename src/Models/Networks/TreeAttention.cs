using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SVco.Core.Packing;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>
/// Attention among the tokens of trees laid end to end, without a mask over the whole: a tree's trunk is causal, its branches have a mask
/// over the tree's own tokens.
/// </summary>
sealed class TreeAttention
{
    readonly long[] treeLengths;
    readonly long[] queryCounts;
    readonly ImmutableArray<Block> blocks;

    /// <summary>Queries that follow each other, and the first keys of their tree.</summary>
    /// <param name="Tree">Index of the tree.</param>
    /// <param name="Queries">How many queries.</param>
    /// <param name="Keys">How many of the tree's tokens they look at.</param>
    /// <param name="Mask">[queries, keys]: 0 where a query sees a key and minus infinity where not; none means a causal chain.</param>
    sealed record Block(int Tree, int Queries, int Keys, Tensor? Mask);

    TreeAttention(IReadOnlyList<PackedTree> trees, ImmutableArray<Block> blocks)
    {
        treeLengths = [.. trees.Select(tree => (long)tree.Length)];
        queryCounts = [.. blocks.Select(block => (long)block.Queries)];
        this.blocks = blocks;
    }

    /// <summary>Every token is a query.</summary>
    public static TreeAttention OfAll(IReadOnlyList<PackedTree> trees, ScalarType type, Device device) =>
        new(trees, [.. trees.SelectMany((tree, index) => TrunkAndBranches(tree, index, type, device))]);

    /// <summary>Only the predictors are queries.</summary>
    public static TreeAttention OfPredictors(IReadOnlyList<PackedTree> trees, ScalarType type, Device device) =>
        new(trees, [.. trees.Select((tree, index) => Masked(tree, index, tree.Predictors, tree.Length, type, device))]);

    /// <summary>Attends with every head's scale 1/sqrt(size); query heads may share key and value heads in groups.</summary>
    /// <param name="query">[queries, heads, size]</param>
    /// <param name="key">[tokens, key heads, size]</param>
    /// <param name="value">[tokens, key heads, size]</param>
    /// <returns>[queries, heads * size]</returns>
    public Tensor Attend(Tensor query, Tensor key, Tensor value)
    {
        // Splitting once has a gradient that is put together once; narrowing for each tree would fill all tokens with zeros each time.
        var (queries, keys, values) = (query.split(queryCounts), key.split(treeLengths), value.split(treeLengths));
        var attended = blocks
            .Select((block, i) => Attend(block, queries[i], keys[block.Tree][..block.Keys], values[block.Tree][..block.Keys]))
            .ToArray();
        return attended.Length == 1 ? attended[0] : cat(attended);
    }

    static Tensor Attend(Block block, Tensor query, Tensor key, Tensor value)
    {
        // [tokens, heads, size] -> [1, heads, tokens, size]
        static Tensor HeadsFirst(Tensor x) => x.transpose(0, 1).unsqueeze(0);

        var mask = new AttentionMask(block.Mask, Causal: block.Mask is null && block.Queries > 1);
        return Attention.JoinHeads(Attention.Attend(HeadsFirst(query), HeadsFirst(key), HeadsFirst(value), mask)).squeeze(0);
    }

    static IEnumerable<Block> TrunkAndBranches(PackedTree tree, int index, ScalarType type, Device device)
    {
        var trunk = tree.TrunkLength;
        if (trunk > 0)
        {
            yield return tree.Attended.Take(trunk).All(attended => attended)
                ? new Block(index, trunk, trunk, null)
                : Masked(tree, index, [.. Enumerable.Range(0, trunk)], trunk, type, device);
        }

        if (trunk < tree.Length)
        {
            yield return Masked(tree, index, [.. Enumerable.Range(trunk, tree.Length - trunk)], tree.Length, type, device);
        }
    }

    static Block Masked(PackedTree tree, int index, ImmutableArray<int> queries, int keys, ScalarType type, Device device)
    {
        var visible = tree.Visible(queries);
        var flat = MemoryMarshal.CreateReadOnlySpan(ref visible[0, 0], visible.Length).ToArray();
        var seen = tensor(flat, [queries.Length, tree.Length], ScalarType.Bool)[.., ..keys];
        var mask = zeros([queries.Length, keys], type).masked_fill(seen.logical_not(), Numbers.Of(double.NegativeInfinity));
        return new Block(index, queries.Length, keys, mask.to(device));
    }
}
