namespace SVco.Training.Distributed;

/// <summary>
/// The processes that work on one run together, its ranks. All of them make the same calls in the same order, and each call ends when all
/// have made it. What is exchanged is bytes: adding is done by whoever receives, in the order of ranks, so that every library gives the same bits.
/// </summary>
public interface ICollective : IDisposable
{
    /// <summary>This process's number, from 0.</summary>
    int Rank { get; }

    /// <summary>How many processes there are.</summary>
    int Size { get; }

    /// <summary>What connects them, for people.</summary>
    string Description { get; }

    /// <summary>What this rank has sent, and how long it has waited for others.</summary>
    Traffic Traffic { get; }

    /// <summary>Every rank's bytes, in the order of ranks; they may be of different lengths.</summary>
    byte[][] Gather(ReadOnlySpan<byte> mine);

    /// <summary>Gives a piece of memory to each rank and takes one from each. What rank a sends to b is as long as what b takes from a.</summary>
    /// <param name="send">A piece for each rank; its own is copied.</param>
    /// <param name="receive">Where each rank's piece goes.</param>
    /// <returns>Ends when all are there, with the time that took; until then their memory must stay as it is.</returns>
    Task<TimeSpan> Exchange(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive);

    /// <summary>Copies a rank's memory to all others'.</summary>
    /// <param name="piece">On <paramref name="root"/> what is sent, elsewhere where it goes.</param>
    /// <param name="root">The rank that sends.</param>
    Task Broadcast(MemoryPiece piece, int root);

    /// <summary>The largest of all ranks' numbers: how a decision that one of them takes from its own clock or signal becomes everyone's.</summary>
    /// <param name="mine">This rank's.</param>
    /// <param name="mayTakeLong">Whether others may have hours of work before they make the call, so that waiting for them is no fault.</param>
    int Max(int mine, bool mayTakeLong = false);

    /// <summary>Ends all ranks at once, this process too.</summary>
    /// <param name="message">Says which rank ends them and why; written to standard error.</param>
    void Abort(string message);
}

/// <summary>A piece of memory that does not move, such as a tensor's.</summary>
/// <param name="Start">Its address.</param>
/// <param name="Bytes">Its length.</param>
public readonly record struct MemoryPiece(nint Start, long Bytes)
{
    /// <summary>A part of it.</summary>
    public MemoryPiece Part(long start, long bytes) => new(Start + (nint)start, bytes);
}
