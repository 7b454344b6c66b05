using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Multi-head attention on projected queries, keys and values.</summary>
static class Attention
{
    /// <summary>[batch, tokens, heads * size] -> [batch, heads, tokens, size].</summary>
    public static Tensor SplitHeads(Tensor x, long size) => x.view(x.shape[0], x.shape[1], -1, size).transpose(1, 2);

    /// <summary>[batch, heads, tokens, size] -> [batch, tokens, heads * size].</summary>
    public static Tensor JoinHeads(Tensor x) => x.transpose(1, 2).reshape(x.shape[0], x.shape[2], -1);

    /// <summary>Attention with every head's scale 1/sqrt(size); key and value heads are shared by groups of query heads where they are fewer.</summary>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, AttentionMask mask)
    {
        var groups = query.shape[1] / key.shape[1];
        return nn.functional.scaled_dot_product_attention(
            query,
            Repeat(key, groups),
            Repeat(value, groups),
            mask.Allowed!,
            is_casual: mask.Causal
        );
    }

    static Tensor Repeat(Tensor x, long groups)
    {
        if (groups == 1)
        {
            return x;
        }

        var (batch, heads, tokens, size) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
        return x.unsqueeze(2).expand(batch, heads, groups, tokens, size).reshape(batch, heads * groups, tokens, size);
    }
}
