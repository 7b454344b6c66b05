using SVco.Core;
using SVco.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace SVco.Models.Networks;

/// <summary>Parameters copied from a checkpoint, each allocated once in its final type on its final device.</summary>
/// <param name="checkpoint">The open files.</param>
/// <param name="namesOf">The names under which files may hold a parameter, the preferred one first.</param>
/// <param name="typeOf">The type of a parameter from its name and its type in the file.</param>
/// <param name="device">Where the parameters live. On the meta device names and shapes are compared with the files, and no value is read.</param>
sealed class CheckpointWeights(
    Checkpoint checkpoint,
    Func<string, IEnumerable<string>> namesOf,
    Func<string, ScalarType, ScalarType> typeOf,
    Device device
) : IWeights
{
    readonly HashSet<string> used = new(StringComparer.Ordinal);

    public Tensor Get(string name, params ReadOnlySpan<long> shape)
    {
        var found =
            namesOf(name).FirstOrDefault(checkpoint.Has)
            ?? throw new UserException(
                $"The weights in {checkpoint.Folder} lack '{name}' [{string.Join(", ", shape.ToArray())}], which config.json asks for. "
                    + "config.json and the weights belong to different models, or the checkpoint is incomplete."
            );
        used.Add(found);
        // Before anything is allocated for it.
        if (!checkpoint.ShapeOf(found).AsSpan().SequenceEqual(shape))
        {
            throw new UserException(
                $"Tensor '{found}' in {checkpoint.Folder} has the shape [{string.Join(", ", checkpoint.ShapeOf(found))}], the model wants [{string.Join(", ", shape.ToArray())}]. "
                    + "config.json and the weights belong to different models."
            );
        }

        var value = empty(shape, typeOf(name, checkpoint.TypeOf(found)), device);
        if (device.type != DeviceType.META)
        {
            checkpoint.CopyTo(found, value);
            // Programs that download reserve the room for a file before they have its bytes.
            if (shape.Length > 1 && !value.any().item<bool>())
            {
                throw new UserException(
                    $"Tensor '{found}' in {checkpoint.Folder} holds nothing but zeros; its file was probably not fetched to the end. Fetch it again."
                );
            }
        }

        return value;
    }

    /// <summary>Refuses a checkpoint that holds parameters the network never asked for, since they would be lost without a word.</summary>
    /// <param name="mayBeIgnored">Names that carry nothing, or nothing that is used.</param>
    /// <exception cref="UserException">There are others.</exception>
    public void CheckThatAllAreUsed(Func<string, bool> mayBeIgnored)
    {
        var surplus = checkpoint.Names.Where(name => !used.Contains(name) && !mayBeIgnored(name)).Order(StringComparer.Ordinal).ToList();
        if (surplus.Count > 0)
        {
            throw new UserException(
                $"The weights in {checkpoint.Folder} hold {surplus.Count} tensors that config.json has no place for, such as "
                    + $"{string.Join(", ", surplus.Take(3).Select(name => $"'{name}'"))}. config.json and the weights belong to different models."
            );
        }
    }

    /// <summary>Buffers that older versions of transformers saved and that are computed anew.</summary>
    public static bool IsComputed(string name) => name.EndsWith("rotary_emb.inv_freq") || name.EndsWith("embeddings.position_ids");
}
