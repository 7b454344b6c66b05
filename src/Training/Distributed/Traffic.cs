using System.Diagnostics;

namespace SVco.Training.Distributed;

/// <summary>What a rank has sent, and how long its computation has waited for the others.</summary>
public sealed class Traffic
{
    readonly Stopwatch waiting = new();
    long bytes;

    /// <summary>What it has sent to the others [bytes].</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>How long the computation stood still for the others or for transfers.</summary>
    public TimeSpan Waited => waiting.Elapsed;

    /// <summary>Waits for a call to end.</summary>
    public T Wait<T>(Task<T> call)
    {
        waiting.Start();
        try
        {
            return call.GetAwaiter().GetResult();
        }
        finally
        {
            waiting.Stop();
        }
    }

    /// <summary>Counts what was sent.</summary>
    internal void Add(long sent) => Interlocked.Add(ref bytes, sent);
}
