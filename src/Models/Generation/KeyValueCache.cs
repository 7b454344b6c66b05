using static TorchSharp.torch;

namespace SVco.Models.Generation;

/// <summary>
/// The keys and values of tokens that a decoder has seen, so that later tokens need not compute them again. Gradients flow through it.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    readonly List<(Tensor Keys, Tensor Values)> layers = [];

    /// <summary>The number of tokens seen.</summary>
    public long Length => layers.Count == 0 ? 0 : layers[0].Keys.shape[2];

    /// <summary>Appends a layer's keys and values [batch, KV heads, tokens, size] and gives all of that layer.</summary>
    internal (Tensor Keys, Tensor Values) Append(int layer, Tensor keys, Tensor values)
    {
        if (layer == layers.Count)
        {
            layers.Add((keys.alias().DetachFromDisposeScope(), values.alias().DetachFromDisposeScope()));
            return layers[layer];
        }

        var (oldKeys, oldValues) = layers[layer];
        layers[layer] = (cat([oldKeys, keys], 2).DetachFromDisposeScope(), cat([oldValues, values], 2).DetachFromDisposeScope());
        oldKeys.Dispose();
        oldValues.Dispose();
        return layers[layer];
    }

    /// <summary>Frees the keys and values.</summary>
    public void Dispose()
    {
        foreach (var (keys, values) in layers)
        {
            keys.Dispose();
            values.Dispose();
        }

        layers.Clear();
    }
}
