using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace SVco.Training;

/// <summary>Work that is done on another thread before its result is needed.</summary>
public static class Ahead
{
    /// <summary>
    /// Makes something of each item, in order, on a thread of its own that is at most <paramref name="capacity"/> results ahead of whoever
    /// enumerates. What the thread throws is thrown where its result would have come. The thread has ended when the enumerator is disposed.
    /// </summary>
    /// <param name="items">Enumerated on the thread.</param>
    /// <param name="make">Runs on the thread.</param>
    /// <param name="capacity">How many results may wait, at least one.</param>
    public static IEnumerable<TResult> Map<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, TResult> make, int capacity)
    {
        using var stop = new CancellationTokenSource();
        using var results = new BlockingCollection<(TResult? Value, ExceptionDispatchInfo? Error)>(capacity);
        var thread = new Thread(Fill) { IsBackground = true, Name = "SVco ahead" };
        thread.Start();
        try
        {
            foreach (var (value, error) in results.GetConsumingEnumerable())
            {
                error?.Throw();
                yield return value!;
            }
        }
        finally
        {
            stop.Cancel();
            thread.Join();
        }

        void Fill()
        {
            try
            {
                foreach (var item in items)
                {
                    results.Add((make(item), null), stop.Token);
                }
            }
            catch (Exception error) when (!stop.IsCancellationRequested)
            {
                Tell(error);
            }
            catch (Exception)
            {
                // Nobody waits for a result any more, so nobody needs to know.
            }
            finally
            {
                results.CompleteAdding();
            }
        }

        void Tell(Exception error)
        {
            try
            {
                results.Add((default, ExceptionDispatchInfo.Capture(error)), stop.Token);
            }
            catch (OperationCanceledException)
            {
                // As above: the queue was full when it was left.
            }
        }
    }
}
