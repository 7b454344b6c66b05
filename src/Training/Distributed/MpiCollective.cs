using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using SVco.Core;

namespace SVco.Training.Distributed;

/// <summary>
/// Ranks that MPI connects. All its calls are made on one thread: MPI has no thread that goes on with a transfer by itself, so a blocking
/// call on a thread of its own is what lets it go on beside the computation.
/// </summary>
public sealed class MpiCollective : ICollective
{
    readonly BlockingCollection<Action> calls = [];
    readonly Thread thread;
    readonly TimeSpan patience;

    /// <summary>Connects with the other ranks.</summary>
    /// <param name="isOpen">Whether Open MPI started this process; else MPICH.</param>
    /// <param name="patience">How long a rank waits for the others before it ends all of them.</param>
    /// <exception cref="UserException">MPI is not installed or does not start.</exception>
    public MpiCollective(bool isOpen, TimeSpan patience)
    {
        this.patience = patience;
        thread = new Thread(() =>
        {
            foreach (var call in calls.GetConsumingEnumerable())
            {
                call();
            }
        })
        {
            IsBackground = true,
            Name = "MPI",
        };
        thread.Start();
        (Rank, Size, Description) = Done(() =>
        {
            var (rank, size) = MpiLibrary.Begin(isOpen);
            return (rank, size, MpiLibrary.Version);
        });
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
    public Task<TimeSpan> Exchange(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive) =>
        Call(() =>
        {
            var watch = Stopwatch.StartNew();
            MpiLibrary.Exchange(send, receive, () => Traffic.IsAwaited);
            Traffic.Add(send.Where((_, rank) => rank != Rank).Sum(piece => piece.Bytes));
            return watch.Elapsed;
        });

    /// <inheritdoc/>
    public Task Broadcast(MemoryPiece piece, int root) =>
        Call(() =>
        {
            MpiLibrary.Broadcast(piece, root);
            return true;
        });

    /// <inheritdoc/>
    public int Max(int mine, bool mayTakeLong = false) => Traffic.Wait(Call(() => MpiLibrary.Max(mine), mayTakeLong));

    /// <inheritdoc/>
    public void Abort(string message)
    {
        Console.Error.WriteLine(message);
        Console.Error.Flush();
        // While the thread waits for a peer it makes no other call; the launcher ends the others when this process ends.
        if (
            Call(() =>
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
        Done(
            () =>
            {
                MpiLibrary.End();
                return true;
            },
            mayTakeLong: true
        );
        calls.CompleteAdding();
        thread.Join();
        calls.Dispose();
    }

    T Done<T>(Func<T> call, bool mayTakeLong = false) => Call(call, mayTakeLong).GetAwaiter().GetResult();

    /// <summary>Makes a call when those before it are done; a rank that waits too long for the others ends all.</summary>
    Task<T> Call<T>(Func<T> call, bool mayTakeLong = false)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        calls.Add(() =>
        {
            using var watchdog = new Timer(
                _ => GiveUp(),
                null,
                mayTakeLong ? Timeout.InfiniteTimeSpan : patience,
                Timeout.InfiniteTimeSpan
            );
            try
            {
                done.SetResult(call());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

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
