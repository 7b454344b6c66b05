using System.Diagnostics;

namespace SVco.Training.Distributed;

/// <summary>What a rank has sent, and how long that and waiting for the others took.</summary>
public sealed class Traffic
{
    readonly Stopwatch waiting = new();
    long ticks;
    long bytes;

    /// <summary>What it has sent to the others [bytes].</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>How long transfers were under way, on their own thread.</summary>
    public TimeSpan Transferring => new(Interlocked.Read(ref ticks));

    /// <summary>How long the computation stood still for the others or for transfers.</summary>
    public TimeSpan Waited => waiting.Elapsed;

    /// <summary>Waits for a call to end.</summary>
    public void Wait(Task call)
    {
        waiting.Start();
        try
        {
            call.GetAwaiter().GetResult();
        }
        finally
        {
            waiting.Stop();
        }
    }

    /// <summary>Counts a transfer.</summary>
    internal void Add(long sent, TimeSpan time)
    {
        Interlocked.Add(ref bytes, sent);
        Interlocked.Add(ref ticks, time.Ticks);
    }
}
