using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace SVco.Training.Scheduling;

/// <summary>
/// Works through parts, several at once, and keeps each as it is finished: who is interrupted goes on with the same call. It stands beside
/// training because that is what parts do, and because studies and sweeps, which lie in different rooms, both know this one.
/// </summary>
public static class PartScheduler
{
    /// <summary>Does what is not kept yet. Who fails ends the others too: their parts would only be waited for.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="createWorker">Makes what a worker has for itself, on the worker's own thread; it is disposed of at the end.</param>
    /// <param name="workers">Parts that run at once, each on a thread of its own.</param>
    /// <param name="stop">Ends the parts that run; finished ones are kept.</param>
    /// <param name="progress">Is told how far it is, by any thread, one call at a time.</param>
    /// <returns>The results in the order of the parts; all of them unless it was stopped.</returns>
    public static ImmutableArray<T> Run<TWorker, T>(
        IReadOnlyList<Part<TWorker, T>> parts,
        Func<TWorker> createWorker,
        int workers,
        CancellationToken stop,
        Action<PartsProgress> progress
    )
        where TWorker : IDisposable
        where T : class
    {
        T?[] results = [.. parts.Select(part => part.Find())];
        // Long parts first, so that no thread is left alone with one at the end.
        var missing = parts
            .Index()
            .Where(part => results[part.Index] is null)
            .OrderBy(part => part.Item.Round)
            .ThenByDescending(part => part.Item.Cost)
            .ToArray();
        var (queue, board) = (
            new ConcurrentQueue<(int, Part<TWorker, T>)>(missing),
            new ProgressBoard(missing.Length, missing.Sum(part => part.Item.Cost), progress)
        );
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] threads =
        [
            .. Enumerable
                .Range(0, Math.Min(workers, missing.Length))
                .Select(worker =>
                    Task.Factory.StartNew(() => Work(worker, createWorker, queue, results, board, ending), TaskCreationOptions.LongRunning)
                ),
        ];
        Task.WhenAll(threads).GetAwaiter().GetResult();
        return [.. results.OfType<T>()];
    }

    static void Work<TWorker, T>(
        int worker,
        Func<TWorker> createWorker,
        ConcurrentQueue<(int Index, Part<TWorker, T> Part)> queue,
        T?[] results,
        ProgressBoard board,
        CancellationTokenSource ending
    )
        where TWorker : IDisposable
        where T : class
    {
        try
        {
            using var own = createWorker();
            while (!ending.IsCancellationRequested && queue.TryDequeue(out var next))
            {
                board.Begin(worker, next.Part.Name, next.Part.Cost);
                var result = next.Part.Run(own, new(ending.Token, (doing, cost) => board.Advance(worker, doing, cost)));
                next.Part.Keep(result);
                results[next.Index] = result;
                board.Finish(worker);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // It was asked to end, or another part failed, whose error is the one to see.
        }
        catch
        {
            ending.Cancel();
            throw;
        }
    }
}
