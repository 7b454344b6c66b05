using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using SVco.Models;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>What the ranks exchange of tensors that are split between them.</summary>
sealed class ShardedTensors
{
    /// <summary>The most buckets that are on their way at a time; each takes memory twice.</summary>
    const int MostFlights = 3;

    readonly ImmutableArray<NamedTensor> parameters;
    readonly ICollective ranks;
    readonly ImmutableArray<Bucket> buckets;
    readonly Dictionary<Tensor, int> indices = new(ReferenceEqualityComparer.Instance);
    readonly Tensor?[] sums;
    readonly bool[] isComplete;
    readonly Queue<Flight> flights = [];
    int next;

    /// <summary>A bucket on its way.</summary>
    /// <param name="Exchange">Ends when it is there.</param>
    /// <param name="Sent">For each rank what it gets.</param>
    /// <param name="Taken">What each rank gives.</param>
    /// <param name="Use">Does something with what was taken.</param>
    /// <param name="Times">Where its time is counted.</param>
    sealed record Flight(Task<TimeSpan> Exchange, Tensor[] Sent, Tensor[] Taken, Action Use, ExchangeTimes Times);

    /// <param name="parameters">The trainable parameters, of the same values on all ranks.</param>
    /// <param name="ranks">The processes that train together.</param>
    public ShardedTensors(ImmutableArray<NamedTensor> parameters, ICollective ranks)
    {
        (this.parameters, this.ranks, buckets) = (parameters, ranks, Shards.Buckets(parameters, ranks.Size));
        Own = [.. buckets.SelectMany(bucket => bucket.Of[ranks.Rank])];
        (sums, isComplete) = (new Tensor?[Own.Length], new bool[parameters.Length]);
        foreach (var (index, parameter) in parameters.Index())
        {
            indices[parameter.Value] = index;
        }
    }

    /// <summary>This rank's parts.</summary>
    public ImmutableArray<ParameterPart> Own { get; }

    /// <summary>What sending gradients took.</summary>
    public ExchangeTimes GradientTimes { get; } = new();

    /// <summary>What sending updated parameters took.</summary>
    public ExchangeTimes ParameterTimes { get; } = new();

    /// <summary>The sum of the gradients of each of this rank's parts; null where nothing was added yet.</summary>
    public IReadOnlyList<Tensor?> Sums => sums;

    /// <summary>Sends gradients that are complete on their way to their owners, as far as those before them are and no more than a few are on it.</summary>
    public void Complete(IEnumerable<Tensor> gradients)
    {
        if (ranks.Size == 1)
        {
            return;
        }

        foreach (var parameter in gradients)
        {
            if (indices.TryGetValue(parameter, out var index))
            {
                isComplete[index] = true;
            }
        }

        using var noGrad = no_grad();
        while (next < buckets.Length && buckets[next].All.All(part => isComplete[part.Parameter]) && HasRoom())
        {
            SendGradients(next++);
        }
    }

    /// <summary>
    /// Adds the gradients that lie at the parameters of all ranks to the sums of their owners, in the order of ranks, and clears them. A
    /// parameter without a gradient adds nothing. Some may still be on their way afterwards.
    /// </summary>
    public void AddGradients()
    {
        using var noGrad = no_grad();
        if (ranks.Size == 1)
        {
            foreach (var (index, parameter) in parameters.Index())
            {
                // The first is taken as it is.
                sums[index] = sums[index] is null ? parameter.Value.grad?.DetachFromDisposeScope() : Sum(sums[index], parameter.Value.grad);
                parameter.Value.grad = null;
            }
        }

        for (; ranks.Size > 1 && next < buckets.Length; next++)
        {
            Land(MostFlights - 1);
            SendGradients(next);
        }

        next = 0;
        Array.Clear(isComplete);
    }

    /// <summary>The norms of the pieces of all sums, in an order that does not depend on the ranks. All gradients have come then.</summary>
    public double[] Norms()
    {
        const double none = -1;
        Land(0);
        double[] own =
        [
            .. Own.SelectMany(
                (part, index) => sums[index] is { } sum ? GradientClipping.Norms(sum) : Shards.Pieces(part).Select(_ => none)
            ),
        ];
        var owned = ranks
            .Gather(MemoryMarshal.AsBytes(own.AsSpan()))
            .SelectMany(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray());
        var pieces = Enumerable
            .Range(0, ranks.Size)
            .SelectMany(rank => buckets.SelectMany(bucket => bucket.Of[rank]))
            .SelectMany(Shards.Pieces);
        return [.. pieces.Zip(owned).OrderBy(piece => piece.First).Select(piece => piece.Second).Where(norm => norm != none)];
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

        using var noGrad = no_grad();
        foreach (var bucket in buckets)
        {
            Land(MostFlights - 1);
            var own = Flat(bucket, ranks.Rank, part => parameters[part.Parameter].Value);
            Send(
                [.. bucket.Of.Select(_ => own)],
                [.. bucket.Of.Select((_, rank) => rank == ranks.Rank ? own : Empty(bucket, rank))],
                taken =>
                {
                    foreach (var (rank, values) in taken.Index().Where(one => one.Index != ranks.Rank))
                    {
                        foreach (var (part, start) in Places(bucket.Of[rank]))
                        {
                            var target = part.Of(parameters[part.Parameter].Value);
                            target.copy_(values.narrow(0, start, part.Length).reshape(target.shape));
                        }
                    }
                },
                ParameterTimes
            );
        }

        Land(0);
    }

    /// <summary>A tensor of a parameter's shape, put together from its owners' parts. All ranks take part; the others than rank 0 get null.</summary>
    /// <param name="parameter">The parameter's index.</param>
    /// <param name="own">One of this rank's parts, by its index in <see cref="Own"/>; of one type for all.</param>
    /// <param name="type">That type.</param>
    public Tensor? Whole(int parameter, Func<int, Tensor> own, ScalarType type)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var flat = empty(ranks.Rank == 0 ? parameters[parameter].Value.numel() : 0, type);
        foreach (var bucket in buckets.Where(bucket => bucket.All.Any(part => part.Parameter == parameter)))
        {
            ParameterPart? Of(int rank) => bucket.Of[rank].Cast<ParameterPart?>().FirstOrDefault(part => part?.Parameter == parameter);
            var mine = Of(ranks.Rank) is { } part ? own(Own.IndexOf(part)).cpu().contiguous() : null;
            if (ranks.Rank == 0 && mine is not null && Of(0) is { } place)
            {
                flat.narrow(0, place.Start, place.Length).copy_(mine.reshape(-1));
            }

            ranks.Traffic.Wait(
                ranks.Exchange(
                    [.. bucket.Of.Select((_, rank) => rank == 0 && ranks.Rank > 0 && mine is not null ? Piece(mine) : default)],
                    [
                        .. bucket.Of.Select(
                            (_, rank) =>
                                rank > 0 && ranks.Rank == 0 && Of(rank) is { } from
                                    ? Piece(flat.narrow(0, from.Start, from.Length))
                                    : default
                        ),
                    ]
                )
            );
        }

        return ranks.Rank == 0 ? flat.reshape(parameters[parameter].Value.shape).MoveToOuterDisposeScope() : null;
    }

    /// <summary>Sends a bucket's gradients to their owners; those that are no longer needed are freed.</summary>
    void SendGradients(int bucket)
    {
        var first = buckets.Take(bucket).Sum(before => before.Of[ranks.Rank].Length);
        Tensor[] sent =
        [
            .. buckets[bucket]
                .Of.Select((_, rank) => Flat(buckets[bucket], rank, part => parameters[part.Parameter].Value.grad, withFlags: true)),
        ];
        foreach (var part in buckets[bucket].All.Where(part => part.Start + part.Length == parameters[part.Parameter].Value.numel()))
        {
            parameters[part.Parameter].Value.grad = null;
        }

        Send(
            sent,
            [.. sent.Select((mine, rank) => rank == ranks.Rank ? mine : Empty(buckets[bucket], ranks.Rank, withFlags: true))],
            taken =>
            {
                var own = buckets[bucket].Of[ranks.Rank];
                var end = own.Sum(part => part.Length);
                double[][] flags =
                [
                    .. taken.Select(gradients => gradients.narrow(0, end, own.Length).to(float64).data<double>().ToArray()),
                ];
                foreach (var (index, (part, start)) in Places(own).Index())
                {
                    var like = part.Of(parameters[part.Parameter].Value);
                    foreach (var gradients in taken.Where((_, rank) => flags[rank][index] != 0))
                    {
                        sums[first + index] = Sum(
                            sums[first + index],
                            gradients.narrow(0, start, part.Length).reshape(like.shape).to(like.device)
                        );
                    }
                }
            },
            GradientTimes
        );
    }

    /// <summary>Starts an exchange.</summary>
    /// <param name="sent">For each rank what it gets.</param>
    /// <param name="taken">Where what each rank gives goes; this rank's own is there already.</param>
    /// <param name="use">Gets the latter when all have come.</param>
    /// <param name="times">Where its time is counted.</param>
    void Send(Tensor[] sent, Tensor[] taken, Action<Tensor[]> use, ExchangeTimes times)
    {
        MemoryPiece OfOthers(Tensor tensor, int rank) => rank == ranks.Rank ? default : Piece(tensor);
        var exchange = ranks.Exchange([.. sent.Select(OfOthers)], [.. taken.Select(OfOthers)]);
        // Memory must stay until the exchange is over, also when the run fails meanwhile.
        exchange.ContinueWith(_ => GC.KeepAlive((sent, taken)), TaskScheduler.Default);
        flights.Enqueue(new(exchange, sent, taken, () => use(taken), times));
    }

    bool HasRoom()
    {
        while (flights.TryPeek(out var oldest) && oldest.Exchange.IsCompleted)
        {
            Land(flights.Count - 1);
        }

        return flights.Count < MostFlights;
    }

    /// <summary>Waits until no more than so many buckets are on their way, and uses those that have come.</summary>
    void Land(int most)
    {
        using var noGrad = no_grad();
        while (flights.Count > most)
        {
            var flight = flights.Dequeue();
            var watch = Stopwatch.StartNew();
            flight.Times.Transferring += ranks.Traffic.Wait(flight.Exchange);
            flight.Times.Waited += watch.Elapsed;
            using (NewDisposeScope())
            {
                flight.Use();
            }

            foreach (var tensor in flight.Sent.Concat(flight.Taken))
            {
                tensor.Dispose();
            }
        }
    }

    /// <summary>The sum so far with one more, in the sum's own memory where it has some.</summary>
    static Tensor? Sum(Tensor? sum, Tensor? gradient) =>
        gradient is null ? sum
        : sum is null ? gradient.detach().clone().DetachFromDisposeScope()
        : sum.add_(gradient, Numbers.One);

    /// <summary>A rank's parts of a bucket side by side in host memory; those without a tensor are left as they come.</summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="values">A tensor of the shape of the part's parameter.</param>
    /// <param name="withFlags">Whether 1 or 0 follows for each part: whether it has a tensor.</param>
    Tensor Flat(Bucket bucket, int rank, Func<ParameterPart, Tensor?> values, bool withFlags = false)
    {
        using var scope = NewDisposeScope();
        var flat = Empty(bucket, rank, withFlags);
        var flags = bucket.Of[rank].Sum(part => part.Length);
        foreach (var (index, (part, start)) in Places(bucket.Of[rank]).Index())
        {
            var tensor = values(part);
            if (tensor is not null)
            {
                flat.narrow(0, start, part.Length).copy_(part.Of(tensor.contiguous()).reshape(-1));
            }

            if (withFlags)
            {
                flat.narrow(0, flags + index, 1).fill_(Numbers.Of(tensor is null ? 0 : 1));
            }
        }

        return flat;
    }

    /// <summary>Host memory for a rank's parts of a bucket; it belongs to no scope.</summary>
    static Tensor Empty(Bucket bucket, int rank, bool withFlags = false) =>
        empty(bucket.Of[rank].Sum(part => part.Length) + (withFlags ? bucket.Of[rank].Length : 0), bucket.Type, CPU)
            .DetachFromDisposeScope();

    static unsafe MemoryPiece Piece(Tensor tensor) =>
        tensor.numel() == 0 ? default : new((nint)TensorData.Start(tensor), tensor.numel() * tensor.ElementSize);

    static IEnumerable<(ParameterPart Part, long Start)> Places(IEnumerable<ParameterPart> parts)
    {
        var start = 0L;
        foreach (var part in parts)
        {
            yield return (part, start);
            start += part.Length;
        }
    }
}
