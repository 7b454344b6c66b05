namespace SVco.Training.Distributed;

/// <summary>A process that works alone.</summary>
public sealed class SingleProcess : ICollective
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Size => 1;

    /// <inheritdoc/>
    public string Description => "one process";

    /// <inheritdoc/>
    public Traffic Traffic { get; } = new();

    /// <inheritdoc/>
    public byte[][] Gather(ReadOnlySpan<byte> mine) => [mine.ToArray()];

    /// <inheritdoc/>
    public unsafe Task<TimeSpan> Exchange(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive)
    {
        Buffer.MemoryCopy((void*)send[0].Start, (void*)receive[0].Start, receive[0].Bytes, send[0].Bytes);
        return Task.FromResult(TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public Task Broadcast(MemoryPiece piece, int root) => Task.CompletedTask;

    /// <inheritdoc/>
    public int Max(int mine, bool mayTakeLong = false) => mine;

    /// <inheritdoc/>
    public void Abort(string message)
    {
        Console.Error.WriteLine(message);
        Environment.Exit(1);
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
