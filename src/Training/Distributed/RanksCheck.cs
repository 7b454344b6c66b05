using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using SVco.Core;

namespace SVco.Training.Distributed;

/// <summary>What the ranks see of each other, and whether what one sends is what another gets.</summary>
/// <param name="Description">What connects them.</param>
/// <param name="Hosts">Each rank's host.</param>
/// <param name="BytesPerSecond">What each rank sends to the others, and takes from them at the same time.</param>
/// <param name="Latency">How long the smallest agreement takes.</param>
public sealed record RanksCheck(string Description, IReadOnlyList<string> Hosts, double BytesPerSecond, TimeSpan Latency)
{
    const int PieceBytes = 8 << 20;
    const int Agreements = 100;

    /// <summary>Made by all ranks together.</summary>
    /// <exception cref="UserException">What was received is not what was sent.</exception>
    public static RanksCheck Run(ICollective ranks)
    {
        string[] hosts = [.. ranks.Gather(Encoding.UTF8.GetBytes(Environment.MachineName)).Select(Encoding.UTF8.GetString)];
        var time = Exchange(ranks);
        var watch = Stopwatch.StartNew();
        for (var number = 0; number < Agreements; number++)
        {
            Require(ranks, ranks.Max(ranks.Rank * number) == (ranks.Size - 1) * number, "the largest number");
        }

        return new(ranks.Description, hosts, (ranks.Size - 1) * (double)PieceBytes / time.TotalSeconds, watch.Elapsed / Agreements);
    }

    /// <summary>Pieces of lengths and contents that sender and receiver both know, and a broadcast from each rank.</summary>
    static unsafe TimeSpan Exchange(ICollective ranks)
    {
        var all = Enumerable.Range(0, ranks.Size).ToArray();
        byte[][] sent = [.. all.Select(other => Content(ranks.Rank, other))];
        byte[][] taken = [.. all.Select(other => new byte[Content(other, ranks.Rank).Length])];
        GCHandle[] handles = [.. sent.Concat(taken).Select(bytes => GCHandle.Alloc(bytes, GCHandleType.Pinned))];
        try
        {
            MemoryPiece[] pieces =
            [
                .. handles.Select(handle => new MemoryPiece(handle.AddrOfPinnedObject(), ((byte[])handle.Target!).Length)),
            ];
            // The first call opens the connections.
            ranks.Exchange(pieces[..ranks.Size], pieces[ranks.Size..]).Wait();
            var watch = Stopwatch.StartNew();
            ranks.Exchange(pieces[..ranks.Size], pieces[ranks.Size..]).Wait();
            var time = watch.Elapsed;
            Require(ranks, all.All(other => taken[other].AsSpan().SequenceEqual(Content(other, ranks.Rank))), "pieces");
            foreach (var root in all)
            {
                // What each sends to itself all can make.
                var content = Content(root, root);
                var copy = root == ranks.Rank ? content : new byte[content.Length];
                fixed (byte* start = copy)
                {
                    ranks.Broadcast(new((nint)start, copy.Length), root).Wait();
                }

                Require(ranks, copy.AsSpan().SequenceEqual(content), "the copy");
            }

            return time;
        }
        finally
        {
            foreach (var handle in handles)
            {
                handle.Free();
            }
        }
    }

    static byte[] Content(int from, int to)
    {
        var bytes = new byte[PieceBytes + 1000 * from + to];
        new Random(from * 1000 + to).NextBytes(bytes);
        return bytes;
    }

    static void Require(ICollective ranks, bool isRight, string what)
    {
        if (!isRight)
        {
            throw new UserException(
                $"Rank {ranks.Rank} on {Environment.MachineName} did not get {what} that the others sent through {ranks.Description}. No run can be trusted there."
            );
        }
    }
}
