using System.Diagnostics;

namespace SVco.Training.Distributed;

/// <summary>What a rank has sent, and how long its computation has waited for the others.</summary>
public sealed class Traffic
{
    readonly Stopwatch waiting = new();
    long bytes;
    bool awaited;

    /// <summary>What it has sent to the others [bytes].</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>How long the computation stood still for the others or for transfers.</summary>
    public TimeSpan Waited => waiting.Elapsed;

    /// <summary>Whether the computation stands still now.</summary>
    internal bool IsAwaited => Volatile.Read(ref awaited);

    /// <summary>Waits for a call to end.</summary>
    public T Wait<T>(Task<T> call)
    {
        Wait((Task)call);
        return call.Result;
    }

    /// <inheritdoc cref="Wait{T}"/>
    public void Wait(Task call)
    {
        waiting.Start();
        Volatile.Write(ref awaited, true);
        try
        {
            call.GetAwaiter().GetResult();
        }
        finally
        {
            Volatile.Write(ref awaited, false);
            waiting.Stop();
        }
    }

    /// <summary>Counts what was sent.</summary>
    internal void Add(long sent) => Interlocked.Add(ref bytes, sent);
}
