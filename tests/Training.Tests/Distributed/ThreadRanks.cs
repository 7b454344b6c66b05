using System.Runtime.InteropServices;
using SVco.Training.Distributed;

namespace SVco.Training.Tests;

/// <summary>Ranks that are threads of one process.</summary>
sealed class ThreadRanks
{
    readonly Barrier barrier;
    readonly object?[] given;

    ThreadRanks(int size) => (barrier, given) = (new Barrier(size), new object?[size]);

    /// <summary>Does something as each of some ranks at the same time, and gives what each has made of it.</summary>
    public static T[] Run<T>(int size, Func<ICollective, T> work)
    {
        var all = new ThreadRanks(size);
        var results = new T[size];
        Thread[] threads =
        [
            .. Enumerable
                .Range(0, size)
                .Select(rank => new Thread(() =>
                {
                    using var one = new Rank(all, rank);
                    results[rank] = work(one);
                })),
        ];
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }

        return results;
    }

    /// <summary>What each rank gives, seen by all until all have used it.</summary>
    TResult Meet<T, TResult>(int rank, T mine, Func<T[], TResult> use)
    {
        given[rank] = mine;
        barrier.SignalAndWait();
        var result = use([.. given.Select(one => (T)one!)]);
        barrier.SignalAndWait();
        return result;
    }

    sealed class Rank(ThreadRanks all, int rank) : ICollective
    {
        int ICollective.Rank => rank;

        public int Size => all.given.Length;

        public string Description => "threads";

        public Traffic Traffic { get; } = new();

        public byte[][] Gather(ReadOnlySpan<byte> mine) =>
            all.Meet(rank, mine.ToArray(), every => every.Select(one => one.ToArray()).ToArray());

        public Task<TimeSpan> Exchange(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive)
        {
            all.Meet(
                rank,
                send,
                every =>
                {
                    for (var from = 0; from < Size; from++)
                    {
                        var piece = every[from][rank];
                        Assert.Equal(piece.Bytes, receive[from].Bytes);
                        Copy(piece, receive[from]);
                    }

                    return 0;
                }
            );
            return Task.FromResult(TimeSpan.Zero);
        }

        public Task Broadcast(MemoryPiece piece, int root)
        {
            all.Meet(
                rank,
                piece,
                every =>
                {
                    if (rank != root)
                    {
                        Copy(every[root], piece);
                    }

                    return 0;
                }
            );
            return Task.CompletedTask;
        }

        static void Copy(MemoryPiece from, MemoryPiece to)
        {
            if (from.Bytes == 0)
            {
                return;
            }

            var bytes = new byte[from.Bytes];
            Marshal.Copy(from.Start, bytes, 0, bytes.Length);
            Marshal.Copy(bytes, 0, to.Start, bytes.Length);
        }

        public int Max(int mine, bool mayTakeLong = false) => all.Meet(rank, mine, every => every.Max());

        public void Abort(string message) => throw new InvalidOperationException(message);

        public void Dispose() { }
    }
}
