using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using SVco.Core;

namespace SVco.Training.Distributed;

/// <summary>
/// Ranks that MPI connects. All its calls are made on one thread, and none of them blocks: MPI has no thread that goes on with a transfer by itself,
/// so this one asks for them all until they have ended.
/// </summary>
public sealed partial class MpiCollective : ICollective
{
    const uint SleepMicroseconds = 50;

    /// <summary>How long to ask without a rest: as long as a small message takes between hosts.</summary>
    static readonly TimeSpan Spin = TimeSpan.FromMicroseconds(20);

    /// <summary>The same while the computation waits and needs no core.</summary>
    static readonly TimeSpan AwaitedSpin = TimeSpan.FromMilliseconds(20);

    readonly BlockingCollection<Func<Transfer?>> calls = [];
    readonly Thread thread;
    readonly TimeSpan patience;

    /// <summary>Something that was begun.</summary>
    /// <param name="Requests">What of it has not ended.</param>
    /// <param name="Watch">Since it was begun.</param>
    /// <param name="Done">Gets how long it took.</param>
    /// <param name="MayTakeLong">Whether waiting for the others is no fault.</param>
    sealed record Transfer(List<nint> Requests, Stopwatch Watch, TaskCompletionSource<TimeSpan> Done, bool MayTakeLong);

    /// <summary>Connects with the other ranks.</summary>
    /// <param name="isOpen">Whether Open MPI started this process; else MPICH.</param>
    /// <param name="patience">How long a rank waits for the others before it ends all of them.</param>
    /// <exception cref="UserException">MPI is not installed or does not start.</exception>
    public MpiCollective(bool isOpen, TimeSpan patience)
    {
        this.patience = patience;
        thread = new Thread(Serve) { IsBackground = true, Name = "MPI" };
        thread.Start();
        using var watchdog = new Timer(_ => GiveUp(), null, patience, Timeout.InfiniteTimeSpan);
        (Rank, Size, Description) = Do(() =>
            {
                var (rank, size) = MpiLibrary.Begin(isOpen);
                return (rank, size, MpiLibrary.Version);
            })
            .GetAwaiter()
            .GetResult();
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public Traffic Traffic { get; } = new();

    /// <inheritdoc/>
    public unsafe byte[][] Gather(ReadOnlySpan<byte> mine)
    {
        var own = mine.ToArray();
        var lengths = new long[Size];
        var sizes = new long[Size];
        Array.Fill(sizes, own.Length);
        fixed (
            long* from = sizes,
                to = lengths
        )
        {
            var (start, into) = ((nint)from, (nint)to);
            Traffic.Wait(
                Exchange(
                    [.. Enumerable.Range(0, Size).Select(rank => new MemoryPiece(start + rank * sizeof(long), sizeof(long)))],
                    [.. Enumerable.Range(0, Size).Select(rank => new MemoryPiece(into + rank * sizeof(long), sizeof(long)))]
                )
            );
        }

        byte[][] all = [.. lengths.Select(length => new byte[length])];
        GCHandle[] handles = [.. all.Append(own).Select(bytes => GCHandle.Alloc(bytes, GCHandleType.Pinned))];
        try
        {
            var piece = new MemoryPiece(handles[^1].AddrOfPinnedObject(), own.Length);
            Traffic.Wait(
                Exchange(
                    [.. Enumerable.Repeat(piece, Size)],
                    [.. all.Select((bytes, rank) => new MemoryPiece(handles[rank].AddrOfPinnedObject(), bytes.Length))]
                )
            );
        }
        finally
        {
            foreach (var handle in handles)
            {
                handle.Free();
            }
        }

        return all;
    }

    /// <inheritdoc/>
    public Task<TimeSpan> Exchange(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive)
    {
        Traffic.Add(send.Where((_, rank) => rank != Rank).Sum(piece => piece.Bytes));
        return Begin(() => MpiLibrary.Exchange(send, receive));
    }

    /// <inheritdoc/>
    public Task Broadcast(MemoryPiece piece, int root) => Begin(() => MpiLibrary.Broadcast(piece, root));

    /// <inheritdoc/>
    public int Max(int mine, bool mayTakeLong = false)
    {
        // The second is the largest.
        var numbers = GC.AllocateArray<int>(2, pinned: true);
        numbers[0] = mine;
        MemoryPiece At(int index) => new(Marshal.UnsafeAddrOfPinnedArrayElement(numbers, index), sizeof(int));
        Traffic.Wait(Begin(() => MpiLibrary.Max(At(0), At(1)), mayTakeLong));
        return numbers[1];
    }

    /// <inheritdoc/>
    public void Abort(string message)
    {
        Console.Error.WriteLine(message);
        Console.Error.Flush();
        // The launcher ends the others when this process ends.
        if (
            Do(() =>
                {
                    MpiLibrary.Abort(1);
                    return true;
                })
                .Wait(TimeSpan.FromSeconds(1))
        )
        {
            return;
        }

        Kill();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The others may have hours of work left.
        Do(() =>
            {
                MpiLibrary.End();
                return true;
            })
            .GetAwaiter()
            .GetResult();
        calls.CompleteAdding();
        thread.Join();
        calls.Dispose();
    }

    /// <summary>Makes a call that ends at once.</summary>
    Task<T> Do<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        calls.Add(() =>
        {
            try
            {
                done.SetResult(call());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }

            return null;
        });
        return done.Task;
    }

    /// <summary>Begins something, and gives how long it took when it has ended.</summary>
    Task<TimeSpan> Begin(Func<List<nint>> call, bool mayTakeLong = false)
    {
        var done = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        calls.Add(() =>
        {
            try
            {
                return new(call(), Stopwatch.StartNew(), done, mayTakeLong);
            }
            catch (Exception error)
            {
                done.SetException(error);
                return null;
            }
        });
        return done.Task;
    }

    /// <summary>
    /// Begins what is asked for, and asks for what was begun. MPI's own waiting keeps a core busy, which the computation beside it needs; so after a while
    /// it is asked now and then only.
    /// </summary>
    void Serve()
    {
        var begun = new List<Transfer>();
        var idle = Stopwatch.StartNew();
        while (!calls.IsCompleted)
        {
            // With nothing under way it sleeps until there is.
            while (calls.TryTake(out var call, begun.Count == 0 ? Timeout.Infinite : 0))
            {
                if (call() is { } transfer)
                {
                    begun.Add(transfer);
                }

                idle.Restart();
            }

            foreach (var transfer in begun.ToArray())
            {
                if (HasEnded(transfer))
                {
                    begun.Remove(transfer);
                    idle.Restart();
                }
                else if (!transfer.MayTakeLong && transfer.Watch.Elapsed > patience)
                {
                    GiveUp();
                }
            }

            if (idle.Elapsed > (Traffic.IsAwaited ? AwaitedSpin : Spin))
            {
                _ = Sleep(SleepMicroseconds);
            }
        }
    }

    static bool HasEnded(Transfer transfer)
    {
        try
        {
            for (var index = transfer.Requests.Count - 1; index >= 0; index--)
            {
                var request = transfer.Requests[index];
                var isDone = MpiLibrary.IsDone(ref request);
                transfer.Requests[index] = request;
                if (isDone)
                {
                    transfer.Requests.RemoveAt(index);
                }
            }
        }
        catch (UserException error)
        {
            transfer.Done.SetException(error);
            return true;
        }

        if (transfer.Requests.Count == 0)
        {
            transfer.Done.SetResult(transfer.Watch.Elapsed);
        }

        return transfer.Requests.Count == 0;
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds);

    void GiveUp()
    {
        Console.Error.WriteLine(
            $"Rank {Rank} of {Size} on {Environment.MachineName} has waited {patience.TotalSeconds:F0} s for the others and ends all. "
                + "A rank that hangs is one that says nothing here."
        );
        Kill();
    }

    /// <summary>Ends this process without another word; its launcher ends the others.</summary>
    static void Kill() => System.Diagnostics.Process.GetCurrentProcess().Kill();
}
