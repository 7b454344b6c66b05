using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SVco.Models;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>What the ranks exchange of tensors that are split between them.</summary>
sealed class ShardedTensors
{
    readonly ImmutableArray<NamedTensor> parameters;
    readonly ICollective ranks;
    readonly ImmutableArray<ImmutableArray<ParameterPart>> buckets;

    /// <param name="parameters">The trainable parameters, of the same values on all ranks.</param>
    /// <param name="ranks">The processes that train together.</param>
    public ShardedTensors(ImmutableArray<NamedTensor> parameters, ICollective ranks)
    {
        (this.parameters, this.ranks, buckets) = (parameters, ranks, Shards.Buckets(parameters, ranks.Size));
        Own = [.. buckets.SelectMany(bucket => bucket).Where(IsOwn)];
    }

    /// <summary>This rank's parts, in the parameters' order.</summary>
    public ImmutableArray<ParameterPart> Own { get; }

    /// <summary>
    /// Adds the gradients that lie at the parameters of all ranks to the sums of their owners, in the order of ranks, and clears them. A
    /// parameter without a gradient adds nothing.
    /// </summary>
    /// <param name="sums">A sum for each of this rank's parts; null where nothing was added yet.</param>
    public void AddGradients(Tensor?[] sums)
    {
        using var noGrad = no_grad();
        if (ranks.Size == 1)
        {
            foreach (var (index, parameter) in parameters.Index())
            {
                // The first is taken as it is.
                sums[index] = sums[index] is null ? parameter.Value.grad?.DetachFromDisposeScope() : Sum(sums[index], parameter.Value.grad);
            }
        }
        else
        {
            // Which rank has a gradient of which parameter.
            var present = ranks.Gather([.. parameters.Select(parameter => (byte)(parameter.Value.grad is null ? 0 : 1))]);
            var own = 0;
            foreach (var bucket in buckets)
            {
                using var scope = NewDisposeScope();
                own = AddBucket(bucket, present, sums, own);
            }
        }

        foreach (var parameter in parameters)
        {
            parameter.Value.grad = null;
        }
    }

    /// <summary>Puts the owners' parts of the parameters at those of all ranks.</summary>
    public void ShareParameters()
    {
        if (ranks.Size == 1)
        {
            return;
        }

        using var noGrad = no_grad();
        foreach (var bucket in buckets)
        {
            using var scope = NewDisposeScope();
            var flat = Flat(bucket, part => IsOwn(part) ? parameters[part.Parameter].Value : null);
            var pieces = Pieces(bucket, flat);
            ranks.Exchange([.. pieces.Select(_ => pieces[ranks.Rank])], pieces).Wait();
            foreach (var (part, start) in Places(bucket).Where(place => !IsOwn(place.Part)))
            {
                var target = part.Of(parameters[part.Parameter].Value);
                target.copy_(flat.narrow(0, start, part.Length).reshape(target.shape));
            }
        }
    }

    /// <summary>A tensor of a parameter's shape, put together from its owners' parts. All ranks take part; the others than rank 0 get null.</summary>
    /// <param name="parameter">The parameter's index.</param>
    /// <param name="own">One of this rank's parts, by its index in <see cref="Own"/>; of one type for all.</param>
    /// <param name="type">That type.</param>
    public Tensor? Whole(int parameter, Func<int, Tensor> own, ScalarType type)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        ImmutableArray<ParameterPart> parts = [.. buckets.SelectMany(bucket => bucket).Where(part => part.Parameter == parameter)];
        var flat = empty(parameters[parameter].Value.numel(), type);
        foreach (var (part, index) in Own.Select((part, index) => (part, index)).Where(one => one.part.Parameter == parameter))
        {
            flat.narrow(0, part.Start, part.Length).copy_(own(index).reshape(-1));
        }

        var pieces = Pieces(parts, flat);
        var nothing = pieces[0] with { Bytes = 0 };
        ranks
            .Exchange(
                [.. pieces.Select((_, rank) => rank == 0 ? pieces[ranks.Rank] : nothing)],
                [.. pieces.Select(piece => ranks.Rank == 0 ? piece : nothing)]
            )
            .Wait();
        return ranks.Rank == 0 ? flat.reshape(parameters[parameter].Value.shape).MoveToOuterDisposeScope() : null;
    }

    /// <summary>The numbers of all ranks' pieces in order.</summary>
    /// <param name="own">Those of this rank's.</param>
    public double[] Gather(double[] own) =>
        [.. ranks.Gather(MemoryMarshal.AsBytes(own.AsSpan())).SelectMany(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray())];

    /// <summary>Gives the number of this rank's parts up to this bucket's end.</summary>
    int AddBucket(ImmutableArray<ParameterPart> bucket, byte[][] present, Tensor?[] sums, int own)
    {
        var pieces = Pieces(bucket, Flat(bucket, part => parameters[part.Parameter].Value.grad));
        ImmutableArray<ParameterPart> mine = [.. bucket.Where(IsOwn)];
        Tensor[] taken = [.. pieces.Select(_ => Flat(mine, _ => null))];
        ranks.Exchange(pieces, [.. taken.Select(tensor => Piece(tensor, 0, mine.Sum(part => part.Length)))]).Wait();
        foreach (var (part, start) in Places(mine))
        {
            foreach (var (rank, tensor) in taken.Index().Where(one => present[one.Index][part.Parameter] != 0))
            {
                var gradient = part.Of(parameters[part.Parameter].Value) is var like
                    ? tensor.narrow(0, start, part.Length).reshape(like.shape).to(like.device)
                    : null;
                sums[own] = Sum(sums[own], gradient);
            }

            own++;
        }

        return own;
    }

    /// <summary>The sum so far with one more, in the sum's own memory where it has some.</summary>
    static Tensor? Sum(Tensor? sum, Tensor? gradient) =>
        gradient is null ? sum
        : sum is null ? gradient.detach().clone().DetachFromDisposeScope()
        : sum.add_(gradient, Numbers.One);

    /// <summary>Parts side by side in host memory; those without a tensor are left as they come.</summary>
    Tensor Flat(ImmutableArray<ParameterPart> parts, Func<ParameterPart, Tensor?> values)
    {
        // At least one, so that it has an address.
        var type = parts.IsEmpty ? ScalarType.Float32 : parameters[parts[0].Parameter].Value.dtype;
        var flat = empty(Math.Max(1, parts.Sum(part => part.Length)), type, CPU);
        foreach (var (part, start) in Places(parts))
        {
            if (values(part) is { } tensor)
            {
                flat.narrow(0, start, part.Length).copy_(part.Of(tensor.contiguous()).reshape(-1));
            }
        }

        return flat;
    }

    /// <summary>For each rank the run of its parts.</summary>
    MemoryPiece[] Pieces(ImmutableArray<ParameterPart> parts, Tensor flat)
    {
        var places = Places(parts).ToLookup(place => place.Part.Owner);
        return
        [
            .. Enumerable
                .Range(0, ranks.Size)
                .Select(rank =>
                    Piece(flat, places[rank].Select(place => place.Start).FirstOrDefault(), places[rank].Sum(place => place.Part.Length))
                ),
        ];
    }

    static unsafe MemoryPiece Piece(Tensor flat, long start, long length) =>
        new((nint)TensorData.Start(flat) + (nint)(start * flat.ElementSize), length * flat.ElementSize);

    static IEnumerable<(ParameterPart Part, long Start)> Places(IEnumerable<ParameterPart> parts)
    {
        var start = 0L;
        foreach (var part in parts)
        {
            yield return (part, start);
            start += part.Length;
        }
    }

    bool IsOwn(ParameterPart part) => part.Owner == ranks.Rank;
}
