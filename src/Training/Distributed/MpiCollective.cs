using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using SVco.Core;

namespace SVco.Training.Distributed;

/// <summary>
/// Ranks that MPI connects. All its calls are made on one thread: MPI has no thread that goes on with a transfer by itself, so a blocking
/// call on a thread of its own is what lets it go on beside the computation.
/// </summary>
public sealed class MpiCollective : ICollective
{
    /// <summary>The most bytes that a rank sends or takes in one call: counts are of 32 bits, and what is sent is gathered in a buffer.</summary>
    const long BufferBytes = 32 << 20;

    readonly BlockingCollection<Action> calls = [];
    readonly Thread thread;
    readonly TimeSpan patience;
    byte[] outgoing = [];
    byte[] incoming = [];

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
            Exchange(
                    [.. Enumerable.Range(0, Size).Select(rank => new MemoryPiece(start + rank * sizeof(long), sizeof(long)))],
                    [.. Enumerable.Range(0, Size).Select(rank => new MemoryPiece(into + rank * sizeof(long), sizeof(long)))]
                )
                .Wait();
        }

        byte[][] all = [.. lengths.Select(length => new byte[length])];
        GCHandle[] handles = [.. all.Append(own).Select(bytes => GCHandle.Alloc(bytes, GCHandleType.Pinned))];
        try
        {
            var piece = new MemoryPiece(handles[^1].AddrOfPinnedObject(), own.Length);
            Exchange(
                    [.. Enumerable.Repeat(piece, Size)],
                    [.. all.Select((bytes, rank) => new MemoryPiece(handles[rank].AddrOfPinnedObject(), bytes.Length))]
                )
                .Wait();
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
    public Task Exchange(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive)
    {
        // The longest piece of any pair of ranks decides how many calls there are: all must make as many.
        return Call(() =>
        {
            var longest = Math.Max(send.Max(piece => piece.Bytes), receive.Max(piece => piece.Bytes));
            var part = BufferBytes / Size;
            var rounds = MpiLibrary.Max(checked((int)((longest + part - 1) / part)));
            for (var round = 0; round < rounds; round++)
            {
                ExchangePart(send, receive, round * part, part);
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public Task Broadcast(MemoryPiece piece, int root) =>
        Call(() =>
        {
            for (var start = 0L; start < piece.Bytes; start += BufferBytes)
            {
                MpiLibrary.Broadcast(piece.Start + (nint)start, (int)Math.Min(BufferBytes, piece.Bytes - start), root);
            }

            return true;
        });

    /// <inheritdoc/>
    public int Max(int mine, bool mayTakeLong = false) => Done(() => MpiLibrary.Max(mine), mayTakeLong);

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

    unsafe void ExchangePart(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive, long start, long most)
    {
        int Length(MemoryPiece piece) => (int)Math.Clamp(piece.Bytes - start, 0, most);
        int[] sent = [.. send.Select(Length)];
        int[] taken = [.. receive.Select(Length)];
        int[] sentAt = Starts(sent);
        int[] takenAt = Starts(taken);
        Grow(ref outgoing, sent.Sum());
        Grow(ref incoming, taken.Sum());
        fixed (
            byte* from = outgoing,
                to = incoming
        )
        {
            for (var rank = 0; rank < Size; rank++)
            {
                Buffer.MemoryCopy((byte*)send[rank].Start + start, from + sentAt[rank], outgoing.Length - sentAt[rank], sent[rank]);
            }

            MpiLibrary.Exchange((nint)from, sent, sentAt, (nint)to, taken, takenAt);
            for (var rank = 0; rank < Size; rank++)
            {
                Buffer.MemoryCopy(to + takenAt[rank], (byte*)receive[rank].Start + start, taken[rank], taken[rank]);
            }
        }
    }

    static int[] Starts(int[] lengths)
    {
        var starts = new int[lengths.Length];
        for (var rank = 1; rank < lengths.Length; rank++)
        {
            starts[rank] = starts[rank - 1] + lengths[rank - 1];
        }

        return starts;
    }

    static void Grow(ref byte[] buffer, int bytes)
    {
        // At least one, so that it has an address.
        if (buffer.Length < Math.Max(1, bytes))
        {
            buffer = GC.AllocateUninitializedArray<byte>(Math.Max(1, bytes), pinned: true);
        }
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
