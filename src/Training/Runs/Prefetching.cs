using System.Threading.Channels;

namespace SVco.Training;

/// <summary>Work that is done on another thread before its result is needed.</summary>
public static class Prefetching
{
    /// <summary>
    /// Makes something of each item, in order, on a thread of its own that is at most <paramref name="capacity"/> results in front of whoever
    /// enumerates. What the thread throws is thrown where its result would have come. The thread has ended when the enumerator is disposed.
    /// </summary>
    /// <param name="items">Enumerated on the thread.</param>
    /// <param name="make">Runs on the thread.</param>
    /// <param name="capacity">How many results may wait, at least one.</param>
    public static IEnumerable<TResult> Map<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, TResult> make, int capacity)
    {
        using var stop = new CancellationTokenSource();
        var results = Channel.CreateBounded<TResult>(capacity);
        var thread = new Thread(Fill) { IsBackground = true, Name = "SVco prefetch" };
        thread.Start();
        try
        {
            while (results.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (results.Reader.TryRead(out var result))
                {
                    yield return result;
                }
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
                    results.Writer.WriteAsync(make(item), stop.Token).AsTask().GetAwaiter().GetResult();
                }

                results.Writer.Complete();
            }
            catch (Exception error)
            {
                // Once it is stopped nobody waits for a result any more, so nobody needs to know.
                results.Writer.Complete(stop.IsCancellationRequested ? null : error);
            }
        }
    }
}
