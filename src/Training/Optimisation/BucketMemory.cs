using System.Collections.Immutable;
using SVco.Models;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>How a rank's parts of a bucket lie side by side in the memory that is exchanged.</summary>
static class BucketMemory
{
    /// <summary>Host memory for a rank's parts of a bucket; it belongs to no scope.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="flags">How many numbers follow the parts.</param>
    public static Tensor Empty(Bucket bucket, int rank, int flags = 0) =>
        empty(bucket.Of[rank].Sum(part => part.Length) + flags, bucket.Type, CPU).DetachFromDisposeScope();

    /// <summary>The same with the parts of some tensors.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="values">A tensor of the shape of the part's parameter; null leaves memory as it comes.</param>
    /// <param name="withFlags">Whether 1 or 0 follows for each part: whether it has a tensor.</param>
    public static Tensor Of(Bucket bucket, int rank, Func<ParameterPart, Tensor?> values, bool withFlags = false)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var parts = bucket.Of[rank];
        var memory = Empty(bucket, rank, withFlags ? parts.Length : 0);
        var end = parts.Sum(part => part.Length);
        foreach (var (index, (part, start)) in Places(parts).Index())
        {
            var tensor = values(part);
            if (tensor is not null)
            {
                memory.narrow(0, start, part.Length).copy_(part.Of(tensor.contiguous()).reshape(-1));
            }

            if (withFlags)
            {
                memory.narrow(0, end + index, 1).fill_(Numbers.Of(tensor is null ? 0 : 1));
            }
        }

        return memory;
    }

    /// <summary>Where the parts lie.</summary>
    public static IEnumerable<(ParameterPart Part, long Start)> Places(ImmutableArray<ParameterPart> parts)
    {
        var start = 0L;
        foreach (var part in parts)
        {
            yield return (part, start);
            start += part.Length;
        }
    }

    /// <summary>A tensor's memory; it must be contiguous.</summary>
    public static unsafe MemoryPiece Piece(Tensor tensor) =>
        tensor.numel() == 0 ? default : new((nint)TensorData.Start(tensor), tensor.numel() * tensor.ElementSize);
}
