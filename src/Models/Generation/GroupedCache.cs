using System.Collections.Immutable;
using SVco.Models.Networks;
using static TorchSharp.torch;

namespace SVco.Models.Generation;

/// <summary>A group's place in a <see cref="GroupedCache"/>.</summary>
/// <param name="Before">Its index until now; none for a new group.</param>
/// <param name="Columns">The columns of then that it keeps, in order; of a new group only how many it will have.</param>
/// <param name="Rows">For each of its rows the columns of now that the row sees.</param>
sealed record GroupPlace(int? Before, ImmutableArray<long> Columns, ImmutableArray<ImmutableArray<int>> Rows);

/// <summary>
/// The keys and values of the rows that are being continued, in the model's type. Rows that share a prompt's beginning lie in one group, where
/// a shared token has one column; a mask says which columns are a row's own. At each step every group gets a column for each row, in memory
/// that is there already.
/// </summary>
/// <param name="config">The decoder's geometry.</param>
/// <param name="type">Its type.</param>
/// <param name="device">Its device.</param>
sealed class GroupedCache(TextConfig config, ScalarType type, Device device) : IDisposable
{
    // Grown by a quarter, and by as many steps, a column is copied a few times at most in its life.
    const int LeastStepsOfRoom = 32;

    readonly Tensor?[] keys = new Tensor?[config.Layers];
    readonly Tensor?[] values = new Tensor?[config.Layers];
    Tensor? mask;
    Tensor? step;
    int groups;
    int capacity;
    int at;

    /// <summary>The rows of a group; places of those that have fewer are empty.</summary>
    public int RowsOfGroup { get; private set; }

    /// <summary>The columns that are in use.</summary>
    public int Length { get; private set; }

    int SharedHeads => config.Heads / config.KeyValueHeads;

    /// <summary>Lays the groups out anew: takes over what they keep, and makes room for new ones.</summary>
    public void Arrange(IReadOnlyList<GroupPlace> places)
    {
        using var scope = NewDisposeScope();
        (groups, RowsOfGroup, Length) = (
            places.Count,
            places.Select(place => place.Rows.Length).DefaultIfEmpty(0).Max(),
            places.Select(place => place.Columns.Length).DefaultIfEmpty(0).Max()
        );
        capacity = Length + Math.Max(RowsOfGroup * LeastStepsOfRoom, Length / 4);
        foreach (var layers in new[] { keys, values })
        {
            for (var layer = 0; layer < layers.Length; layer++)
            {
                layers[layer] = Replace(layers[layer], Arranged(layers[layer], places));
            }
        }

        mask = Replace(mask, Mask(places));
        step = Replace(step, StepMask());
    }

    /// <summary>Puts the keys and values of a new group's prompt in its columns.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="group">The group.</param>
    /// <param name="groupKeys">[columns, KV heads, size]</param>
    /// <param name="groupValues">The same sizes.</param>
    public void Fill(int layer, int group, Tensor groupKeys, Tensor groupValues)
    {
        using var scope = NewDisposeScope();
        keys[layer]![group].narrow(1, 0, groupKeys.shape[0]).copy_(groupKeys.transpose(0, 1));
        values[layer]![group].narrow(1, 0, groupValues.shape[0]).copy_(groupValues.transpose(0, 1));
    }

    /// <summary>Takes a column for each row of each group; it is the row's in every layer.</summary>
    /// <returns>The first of them: the row in place k has the k-th.</returns>
    public int NextColumns()
    {
        if (Length + RowsOfGroup > capacity)
        {
            Grow();
        }

        at = Length;
        Length += RowsOfGroup;
        using var scope = NewDisposeScope();
        mask!.narrow(3, at, RowsOfGroup).copy_(step!);
        return at;
    }

    /// <summary>The attention of one new token of each row, whose keys and values are taken up.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="q">[rows, heads, size]</param>
    /// <param name="k">[rows, KV heads, size]</param>
    /// <param name="v">[rows, KV heads, size]</param>
    /// <param name="places">int64 [rows]: group * <see cref="RowsOfGroup"/> + place; none where every place has its row.</param>
    /// <returns>[rows, heads * size]</returns>
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v, Tensor? places)
    {
        var (kv, size) = (config.KeyValueHeads, config.HeadSize);
        keys[layer]!.narrow(2, at, RowsOfGroup).copy_(InPlaces(k, places).transpose(1, 2));
        values[layer]!.narrow(2, at, RowsOfGroup).copy_(InPlaces(v, places).transpose(1, 2));
        // The query heads that share a key head lie beside each other as if they were further rows, so that no key is copied for them.
        var asking = InPlaces(q, places)
            .view(groups, RowsOfGroup, kv, SharedHeads, size)
            .permute(0, 2, 3, 1, 4)
            .reshape(groups, kv, SharedHeads * RowsOfGroup, size);
        var attended = nn.functional.scaled_dot_product_attention(
            asking,
            keys[layer]!.narrow(2, 0, Length),
            values[layer]!.narrow(2, 0, Length),
            mask!.narrow(3, 0, Length)
        );
        var rows = attended
            .view(groups, kv, SharedHeads, RowsOfGroup, size)
            .permute(0, 3, 1, 2, 4)
            .reshape(groups * RowsOfGroup, config.Heads * size);
        return places is null ? rows : rows.index_select(0, places);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in keys.Concat(values).Append(mask).Append(step))
        {
            tensor?.Dispose();
        }
    }

    /// <summary>[rows, heads, size] -> [groups, rows of a group, heads, size]; an empty place has zeros.</summary>
    Tensor InPlaces(Tensor x, Tensor? places)
    {
        var (heads, size) = (x.shape[1], x.shape[2]);
        var all = places is null ? x : zeros([groups * RowsOfGroup, heads, size], x.dtype, x.device).index_copy_(0, places, x);
        return all.view(groups, RowsOfGroup, heads, size);
    }

    Tensor Arranged(Tensor? old, IReadOnlyList<GroupPlace> places)
    {
        var arranged = empty([groups, config.KeyValueHeads, capacity, config.HeadSize], type, device: device);
        foreach (var (group, place) in places.Index())
        {
            using var scope = NewDisposeScope();
            var columns = place.Columns.Length;
            if (place.Before is { } before)
            {
                arranged[group].narrow(1, 0, columns).copy_(old![before].index_select(1, tensor([.. place.Columns], device: device)));
            }

            // What is hidden must be a number all the same: hidden, it is multiplied by 0.
            arranged[group].narrow(1, columns, Length - columns).zero_();
        }

        return arranged;
    }

    /// <summary>[groups, 1, rows, columns]: 0 where a row sees a column, else minus infinity; the rows once for each query head of a key head.</summary>
    Tensor Mask(IReadOnlyList<GroupPlace> places)
    {
        var seen = new float[groups * RowsOfGroup * capacity];
        Array.Fill(seen, float.NegativeInfinity);
        foreach (var (group, place) in places.Index())
        {
            foreach (var (row, columns) in place.Rows.Index())
            {
                foreach (var column in columns)
                {
                    seen[(group * RowsOfGroup + row) * capacity + column] = 0;
                }
            }
        }

        return tensor(seen, [groups, 1, RowsOfGroup, capacity]).to(type, device).repeat(1, 1, SharedHeads, 1);
    }

    /// <summary>[rows, columns of a step]: each row sees its own. An empty place sees its zeros, so that it has something to see.</summary>
    Tensor StepMask() =>
        zeros([RowsOfGroup, RowsOfGroup], type, device)
            .masked_fill(eye(RowsOfGroup, dtype: ScalarType.Bool, device: device).logical_not(), Numbers.Of(double.NegativeInfinity))
            .repeat(SharedHeads, 1);

    void Grow()
    {
        using var scope = NewDisposeScope();
        var more = Math.Max(RowsOfGroup * LeastStepsOfRoom, Length / 4);
        foreach (var layers in new[] { keys, values })
        {
            for (var layer = 0; layer < layers.Length; layer++)
            {
                layers[layer] = Replace(layers[layer], Grown(layers[layer]!, 2, more));
            }
        }

        mask = Replace(mask, Grown(mask!, 3, more));
        capacity += more;
    }

    Tensor Grown(Tensor old, int dimension, int more)
    {
        long[] shape = [.. old.shape];
        shape[dimension] += more;
        var grown = empty(shape, old.dtype, device: device);
        grown.narrow(dimension, 0, Length).copy_(old.narrow(dimension, 0, Length));
        return grown;
    }

    static Tensor Replace(Tensor? old, Tensor by)
    {
        old?.Dispose();
        return by.DetachFromDisposeScope();
    }
}
