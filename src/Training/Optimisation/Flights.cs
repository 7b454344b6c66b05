using System.Diagnostics;
using SVco.Training.Distributed;
using static TorchSharp.torch;

namespace SVco.Training;

/// <summary>Exchanges of tensors that are on their way, a few at a time since each takes memory twice.</summary>
/// <param name="ranks">The processes that exchange them.</param>
/// <param name="wait">How an exchange is waited for.</param>
sealed class Flights(ICollective ranks, Func<Task<TimeSpan>, TimeSpan> wait)
{
    const int Most = 3;

    readonly Queue<Flight> flights = [];

    sealed record Flight(Task<TimeSpan> Exchange, Tensor[] Sent, Tensor[] Taken, Action<Tensor[]> Use);

    /// <summary>How long exchanges have taken, one after the other.</summary>
    public TimeSpan Transferring { get; private set; }

    /// <summary>How long they were waited for here.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>Starts an exchange; where too many are on their way already, the oldest is waited for.</summary>
    /// <param name="sent">For each rank what it gets, host memory that is disposed afterwards; this rank's own stays.</param>
    /// <param name="taken">Where what each rank gives goes; this rank's own is there already.</param>
    /// <param name="use">Gets the latter when all have come.</param>
    public void Send(Tensor[] sent, Tensor[] taken, Action<Tensor[]> use)
    {
        Land(Most - 1);
        MemoryPiece OfOthers(Tensor tensor, int rank) => rank == ranks.Rank ? default : BucketMemory.Piece(tensor);
        var exchange = ranks.Exchange([.. sent.Select(OfOthers)], [.. taken.Select(OfOthers)]);
        // Memory must stay until the exchange is over, also when the run fails meanwhile.
        exchange.ContinueWith(_ => GC.KeepAlive((sent, taken)), TaskScheduler.Default);
        flights.Enqueue(new(exchange, sent, taken, use));
    }

    /// <summary>Waits until no more than so many are on their way, and uses those that have come.</summary>
    public void Land(int most = 0)
    {
        while (flights.Count > most)
        {
            var flight = flights.Dequeue();
            var watch = Stopwatch.StartNew();
            Transferring += wait(flight.Exchange);
            Waited += watch.Elapsed;
            using var noGrad = no_grad();
            using (NewDisposeScope())
            {
                flight.Use(flight.Taken);
            }

            foreach (var tensor in flight.Sent.Concat(flight.Taken))
            {
                tensor.Dispose();
            }
        }
    }
}
