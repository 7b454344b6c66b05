using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace SVco.Training.Scheduling;

/// <summary>
/// Works through jobs, several at once, and keeps each as it is finished: who is interrupted goes on with the same call. It stands beside
/// training because that is what jobs do, and because studies and sweeps, which lie in different rooms, both know this one.
/// </summary>
public static class JobScheduler
{
    /// <summary>Does what is not kept yet. Who fails ends the others too: their jobs would only be waited for.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="createWorker">Makes what a worker has for itself, on the worker's own thread; it is disposed of at the end.</param>
    /// <param name="workers">Jobs that run at once, each on a thread of its own.</param>
    /// <param name="stop">Ends the jobs that run; finished ones are kept.</param>
    /// <param name="progress">Is told how far it is, by any thread, one call at a time.</param>
    /// <returns>The results in the order of the jobs; all of them unless it was stopped.</returns>
    public static ImmutableArray<T> Run<TWorker, T>(
        IReadOnlyList<Job<TWorker, T>> jobs,
        Func<TWorker> createWorker,
        int workers,
        CancellationToken stop,
        Action<JobsProgress> progress
    )
        where TWorker : IDisposable
        where T : class
    {
        T?[] results = [.. jobs.Select(job => job.Find())];
        // Long jobs first, so that no thread is left alone with one at the end.
        var missing = jobs.Index()
            .Where(job => results[job.Index] is null)
            .OrderBy(job => job.Item.Round)
            .ThenByDescending(job => job.Item.Cost)
            .ToArray();
        var (queue, board) = (
            new ConcurrentQueue<(int, Job<TWorker, T>)>(missing),
            new ProgressBoard(missing.Length, missing.Sum(job => job.Item.Cost), progress)
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
        ConcurrentQueue<(int Index, Job<TWorker, T> Job)> queue,
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
                board.Begin(worker, next.Job.Name, next.Job.Cost);
                var result = next.Job.Run(own, new(ending.Token, (doing, cost) => board.Advance(worker, doing, cost)));
                next.Job.Keep(result);
                results[next.Index] = result;
                board.Finish(worker);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // It was asked to end, or another job failed, whose error is the one to see.
        }
        catch
        {
            ending.Cancel();
            throw;
        }
    }
}
