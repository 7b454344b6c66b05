using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using SVco.Models;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>What the ranks exchange of tensors that are split between them.</summary>
sealed class ShardedTensors : IDisposable
{
    readonly ImmutableArray<NamedTensor> parameters;
    readonly ICollective ranks;
    readonly ImmutableArray<Bucket> buckets;
    readonly Tensor?[] sums;

    /// <summary>Null where there is one process.</summary>
    readonly GradientExchange? gradients;

    /// <param name="parameters">The trainable parameters, of the same values on all ranks.</param>
    /// <param name="ranks">The processes that train together.</param>
    public ShardedTensors(ImmutableArray<NamedTensor> parameters, ICollective ranks)
    {
        (this.parameters, this.ranks, buckets) = (parameters, ranks, Shards.Buckets(parameters, ranks.Size));
        Own = [.. buckets.SelectMany(bucket => bucket.Of[ranks.Rank])];
        gradients = ranks.Size == 1 ? null : new(parameters, buckets, ranks);
        sums = gradients?.Sums ?? new Tensor?[parameters.Length];
    }

    /// <summary>This rank's parts.</summary>
    public ImmutableArray<ParameterPart> Own { get; }

    /// <summary>What sending gradients took.</summary>
    public ExchangeTimes GradientTimes { get; private set; }

    /// <summary>What sending updated parameters took.</summary>
    public ExchangeTimes ParameterTimes { get; private set; }

    /// <summary>The sum of the gradients of each of this rank's parts; null where nothing was added yet.</summary>
    public IReadOnlyList<Tensor?> Sums => sums;

    /// <summary>Sends gradients that are complete on their way to their owners, as far as those before them are.</summary>
    public void Complete(IEnumerable<Tensor> some) => gradients?.Complete(some);

    /// <summary>
    /// Adds the gradients that lie at the parameters of all ranks to the sums of their owners, in the order of ranks, and takes them away. A
    /// parameter without a gradient adds nothing. Some may still be on their way afterwards.
    /// </summary>
    public void AddGradients()
    {
        if (gradients is not null)
        {
            gradients.CompleteAll();
            return;
        }

        using var noGrad = no_grad();
        foreach (var (index, parameter) in parameters.Index())
        {
            // The first is taken as it is.
            sums[index] = sums[index] is null ? parameter.Value.grad?.DetachFromDisposeScope() : Sum(sums[index], parameter.Value.grad);
            parameter.Value.grad = null;
        }
    }

    /// <summary>The norms of the pieces of all sums, in an order that does not depend on the ranks. All gradients have come then.</summary>
    public double[] Norms()
    {
        const double none = -1;
        if (gradients is not null)
        {
            var watch = Stopwatch.StartNew();
            GradientTimes = new(gradients.Finish(), GradientTimes.Waited + watch.Elapsed);
        }

        double[] own =
        [
            .. Own.SelectMany(
                (part, index) => sums[index] is { } sum ? GradientClipping.Norms(sum) : Shards.Pieces(part).Select(_ => none)
            ),
        ];
        var all = ranks.Gather(MemoryMarshal.AsBytes(own.AsSpan())).SelectMany(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray());
        var pieces = Enumerable
            .Range(0, ranks.Size)
            .SelectMany(rank => buckets.SelectMany(bucket => bucket.Of[rank]))
            .SelectMany(Shards.Pieces);
        return [.. pieces.Zip(all).OrderBy(piece => piece.First).Select(piece => piece.Second).Where(norm => norm != none)];
    }

    /// <summary>Forgets the sums.</summary>
    public void Clear()
    {
        foreach (var sum in sums)
        {
            sum?.Dispose();
        }

        Array.Clear(sums);
    }

    /// <summary>Puts the owners' parts of the parameters at those of all ranks.</summary>
    public void ShareParameters()
    {
        if (ranks.Size == 1)
        {
            return;
        }

        var flights = new Flights(ranks, ranks.Traffic.Wait);
        foreach (var bucket in buckets)
        {
            var own = BucketMemory.Of(bucket, ranks.Rank, part => parameters[part.Parameter].Value);
            flights.Send(
                [.. bucket.Of.Select(_ => own)],
                [.. bucket.Of.Select((_, rank) => rank == ranks.Rank ? own : BucketMemory.Empty(bucket, rank))],
                taken => Use(bucket, taken)
            );
        }

        flights.Land();
        ParameterTimes = new(ParameterTimes.Transferring + flights.Transferring, ParameterTimes.Waited + flights.Waited);

        void Use(Bucket bucket, Tensor[] taken)
        {
            foreach (var (rank, values) in taken.Index().Where(one => one.Index != ranks.Rank))
            {
                foreach (var (part, start) in BucketMemory.Places(bucket.Of[rank]))
                {
                    var target = part.Of(parameters[part.Parameter].Value);
                    target.copy_(values.narrow(0, start, part.Length).reshape(target.shape));
                }
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
        var isFirst = ranks.Rank == 0;
        var whole = empty(isFirst ? parameters[parameter].Value.numel() : 0, type);
        foreach (var bucket in buckets.Where(bucket => bucket.All.Any(part => part.Parameter == parameter)))
        {
            ParameterPart[] Of(int rank) => [.. bucket.Of[rank].Where(part => part.Parameter == parameter)];
            Tensor[] mine = [.. Of(ranks.Rank).Select(part => own(Own.IndexOf(part)).cpu().contiguous())];
            if (isFirst)
            {
                foreach (var (part, values) in Of(0).Zip(mine))
                {
                    whole.narrow(0, part.Start, part.Length).copy_(values.reshape(-1));
                }
            }

            MemoryPiece Sent(int rank) => rank == 0 && !isFirst && mine is [var values] ? BucketMemory.Piece(values) : default;
            MemoryPiece Taken(int rank) =>
                rank > 0 && isFirst && Of(rank) is [var part] ? BucketMemory.Piece(whole.narrow(0, part.Start, part.Length)) : default;
            ranks.Traffic.Wait(
                ranks.Exchange([.. bucket.Of.Select((_, rank) => Sent(rank))], [.. bucket.Of.Select((_, rank) => Taken(rank))])
            );
        }

        return isFirst ? whole.reshape(parameters[parameter].Value.shape).MoveToOuterDisposeScope() : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        gradients?.Dispose();
        Clear();
    }

    /// <summary>The sum so far with one more, in the sum's own memory where it has some.</summary>
    internal static Tensor? Sum(Tensor? sum, Tensor? gradient) =>
        gradient is null ? sum
        : sum is null ? gradient.detach().clone().DetachFromDisposeScope()
        : sum.add_(gradient, Numbers.One);
}
