using System.Collections.Concurrent;
using System.Collections.Immutable;
using SVco.Models;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>
/// Brings each rank's gradients to their owners, which add them up, bucket by bucket while the backward pass goes on. A thread of its own does it, so
/// that it depends on nothing but the link how fast they go. From the first <see cref="Complete"/> until <see cref="Finish"/> nothing else
/// may be exchanged: the order of calls must be the same on all ranks.
/// </summary>
sealed class GradientExchange : IDisposable
{
    readonly ImmutableArray<NamedTensor> parameters;
    readonly ICollective ranks;
    readonly ImmutableArray<Bucket> buckets;
    readonly Dictionary<Tensor, int> indices = new(ReferenceEqualityComparer.Instance);
    readonly Flights flights;
    readonly BlockingCollection<(Action Do, TaskCompletionSource? Done)> work = [];
    readonly Tensor?[] sums;
    Pass pass;
    Task before = Task.CompletedTask;

    /// <summary>The gradients of a backward pass.</summary>
    /// <param name="count">How many parameters there are.</param>
    sealed class Pass(int count)
    {
        /// <summary>Of each parameter, taken from it when it is complete.</summary>
        public Tensor?[] Gradients { get; } = new Tensor?[count];

        /// <summary>Which are complete.</summary>
        public bool[] IsComplete { get; } = new bool[count];

        /// <summary>The first bucket that is not sent.</summary>
        public int Next { get; set; }
    }

    /// <param name="parameters">The trainable parameters.</param>
    /// <param name="buckets">Their parts.</param>
    /// <param name="ranks">At least two.</param>
    public GradientExchange(ImmutableArray<NamedTensor> parameters, ImmutableArray<Bucket> buckets, ICollective ranks)
    {
        (this.parameters, this.buckets, this.ranks) = (parameters, buckets, ranks);
        foreach (var (index, parameter) in parameters.Index())
        {
            indices[parameter.Value] = index;
        }

        (sums, pass) = (new Tensor?[buckets.Sum(bucket => bucket.Of[ranks.Rank].Length)], new(parameters.Length));
        flights = new(ranks, exchange => exchange.GetAwaiter().GetResult());
        new Thread(Work) { IsBackground = true, Name = "gradients" }.Start();
    }

    /// <summary>The sum of the gradients of each of this rank's parts, in the buckets' order; null where nothing was added.</summary>
    public Tensor?[] Sums => sums;

    /// <summary>Sends gradients that are complete, as far as all before them are.</summary>
    public void Complete(IEnumerable<Tensor> some)
    {
        foreach (var parameter in some)
        {
            if (indices.TryGetValue(parameter, out var index) && !pass.IsComplete[index])
            {
                pass.IsComplete[index] = true;
                pass.Gradients[index] = parameter.grad?.DetachFromDisposeScope();
                parameter.grad = null;
            }
        }

        for (; pass.Next < buckets.Length && buckets[pass.Next].All.All(part => pass.IsComplete[part.Parameter]); pass.Next++)
        {
            var (bucket, of) = (pass.Next, pass);
            work.Add((() => Send(bucket, of), null));
        }
    }

    /// <summary>Sends those that are left of a backward pass. At most those of one more pass are on their way afterwards.</summary>
    public void CompleteAll()
    {
        Complete(parameters.Select(parameter => parameter.Value));
        var mine = Mark();
        ranks.Traffic.Wait(before);
        (pass, before) = (new(parameters.Length), mine);
    }

    /// <summary>Waits until all are added up.</summary>
    /// <returns>How long sending has taken so far.</returns>
    public TimeSpan Finish()
    {
        ranks.Traffic.Wait(before);
        return flights.Transferring;
    }

    /// <inheritdoc/>
    public void Dispose() => work.CompleteAdding();

    void Work()
    {
        Exception? failure = null;
        foreach (var (act, done) in work.GetConsumingEnumerable())
        {
            try
            {
                act();
            }
            catch (Exception error)
            {
                failure ??= error;
            }

            if (failure is null)
            {
                done?.SetResult();
            }
            else
            {
                done?.SetException(failure);
            }
        }
    }

    /// <summary>Ends when all that was begun before is added up.</summary>
    Task Mark()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add((() => flights.Land(), done));
        return done.Task;
    }

    void Send(int bucket, Pass of)
    {
        var parts = buckets[bucket].Of;
        var first = buckets.Take(bucket).Sum(earlier => earlier.Of[ranks.Rank].Length);
        Tensor[] sent =
        [
            .. parts.Select((_, rank) => BucketMemory.Of(buckets[bucket], rank, part => of.Gradients[part.Parameter], withFlags: true)),
        ];
        foreach (var part in buckets[bucket].All.Where(part => part.Start + part.Length == parameters[part.Parameter].Value.numel()))
        {
            of.Gradients[part.Parameter]?.Dispose();
        }

        var own = parts[ranks.Rank];
        flights.Send(
            sent,
            [.. sent.Select((mine, rank) => rank == ranks.Rank ? mine : BucketMemory.Empty(buckets[bucket], ranks.Rank, own.Length))],
            taken => Add(own, first, taken)
        );
    }

    /// <summary>Adds what has come from all ranks, in their order.</summary>
    void Add(ImmutableArray<ParameterPart> own, int first, Tensor[] taken)
    {
        var end = own.Sum(part => part.Length);
        double[][] flags = [.. taken.Select(gradients => gradients.narrow(0, end, own.Length).to(float64).data<double>().ToArray())];
        foreach (var (index, (part, start)) in BucketMemory.Places(own).Index())
        {
            var like = part.Of(parameters[part.Parameter].Value);
            foreach (var gradients in taken.Where((_, rank) => flags[rank][index] != 0))
            {
                sums[first + index] = ShardedTensors.Sum(
                    sums[first + index],
                    gradients.narrow(0, start, part.Length).reshape(like.shape).to(like.device)
                );
            }
        }
    }
}
