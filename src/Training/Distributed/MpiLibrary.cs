using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using SVco.Core;

namespace SVco.Training.Distributed;

/// <summary>
/// The calls of MPI that we make, for Open MPI and MPICH from one build. Handles are passed as <c>nint</c>: Open MPI has addresses of
/// exported objects, MPICH 32-bit numbers, which travel in the low half of the same register on x64 and arm64.
/// </summary>
static unsafe partial class MpiLibrary
{
    const string Name = "mpi";
    const int Serialized = 2;
    const int LongestText = 8192;
    const int Tag = 0;
    const long MostBytes = 1 << 30;
    const uint SleepMicroseconds = 50;

    /// <summary>As long as a small message takes between hosts.</summary>
    static readonly TimeSpan Spin = TimeSpan.FromMicroseconds(20);

    /// <summary>The same while the computation waits and needs no core.</summary>
    static readonly TimeSpan AwaitedSpin = TimeSpan.FromMilliseconds(20);

    static nint library;

    static nint World { get; set; }

    static nint Byte { get; set; }

    static nint Int { get; set; }

    static nint Largest { get; set; }

    static nint StatusIgnore { get; set; }

    /// <summary>Loads the library of the launcher that started this process, and begins.</summary>
    /// <param name="isOpen">Whether the launcher is Open MPI's; else MPICH's.</param>
    /// <exception cref="UserException">The library is not installed or does not start.</exception>
    public static (int Rank, int Size) Begin(bool isOpen)
    {
        KeepSignals();
        library = Load(isOpen ? ["libmpi.so.40", "libmpi.so"] : ["libmpich.so.12", "libmpi.so.12"]);
        NativeLibrary.SetDllImportResolver(typeof(MpiLibrary).Assembly, (name, _, _) => name == Name ? library : 0);
        nint errorsReturn;
        if (NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out var world))
        {
            nint Of(string name) => NativeLibrary.GetExport(library, $"ompi_mpi_{name}");
            (World, Byte, Int, Largest, StatusIgnore) = (world, Of("byte"), Of("int"), Of("op_max"), 0);
            errorsReturn = Of("errors_return");
        }
        else
        {
            // mpi.h of MPICH 3 and 4.
            (World, Byte, Int, Largest, StatusIgnore) = (0x44000000, 0x4c00010d, 0x4c000405, 0x58000001, 1);
            errorsReturn = 0x54000001;
        }

        Check(MPI_Init_thread(0, 0, Serialized, out _), "MPI_Init_thread");
        Check(MPI_Comm_set_errhandler(World, errorsReturn), "MPI_Comm_set_errhandler");
        Check(MPI_Comm_rank(World, out var rank), "MPI_Comm_rank");
        Check(MPI_Comm_size(World, out var size), "MPI_Comm_size");
        return (rank, size);
    }

    /// <summary>Its name and version.</summary>
    public static string Version
    {
        get
        {
            var text = stackalloc byte[LongestText];
            Check(MPI_Get_library_version(text, out var length), "MPI_Get_library_version");
            return string.Join(
                ' ',
                Encoding
                    .UTF8.GetString(text, length)
                    .Split('\n')[0]
                    .Split(',')[0]
                    .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            );
        }
    }

    /// <summary>Sends a piece to each rank and takes one from each; those of no bytes are left out on both sides.</summary>
    /// <param name="send">What each rank gets.</param>
    /// <param name="receive">Where what each rank gives goes.</param>
    /// <param name="isAwaited">Whether the computation waits for it now.</param>
    public static void Exchange(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive, Func<bool> isAwaited)
    {
        var begun = new List<nint>();
        // Takers first, so that nothing that comes must be kept elsewhere.
        foreach (var (rank, piece) in receive.Index())
        {
            foreach (var part in Parts(piece))
            {
                Check(MPI_Irecv(part.Start, (int)part.Bytes, Byte, rank, Tag, World, out var request), "MPI_Irecv");
                begun.Add(request);
            }
        }

        foreach (var (rank, piece) in send.Index())
        {
            foreach (var part in Parts(piece))
            {
                Check(MPI_Isend(part.Start, (int)part.Bytes, Byte, rank, Tag, World, out var request), "MPI_Isend");
                begun.Add(request);
            }
        }

        Wait(begun, isAwaited);
    }

    public static void Broadcast(MemoryPiece piece, int root)
    {
        foreach (var part in Parts(piece))
        {
            Check(MPI_Ibcast(part.Start, (int)part.Bytes, Byte, root, World, out var request), "MPI_Ibcast");
            Wait([request], () => true);
        }
    }

    public static int Max(int mine)
    {
        int largest;
        Check(MPI_Iallreduce((nint)(&mine), (nint)(&largest), 1, Int, Largest, World, out var request), "MPI_Iallreduce");
        Wait([request], () => true);
        return largest;
    }

    public static void Abort(int code) => _ = MPI_Abort(World, code);

    public static void End() => Check(MPI_Finalize(), "MPI_Finalize");

    /// <summary>UCX, below both libraries, takes the signal by which .NET knows a null reference; it reads the C environment.</summary>
    static void KeepSignals() => _ = SetEnvironment("UCX_ERROR_SIGNALS", "", overwrite: 1);

    static nint Load(string[] names)
    {
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var loaded))
            {
                return loaded;
            }
        }

        throw new UserException(
            $"This process was started as one of several by MPI, and its library ({string.Join(" or ", names)}) is not found. "
                + "Install it (Debian: libopenmpi3 or libmpich12), or start svco alone."
        );
    }

    /// <summary>What one call can count.</summary>
    static IEnumerable<MemoryPiece> Parts(MemoryPiece piece)
    {
        for (var start = 0L; start < piece.Bytes; start += MostBytes)
        {
            yield return piece.Part(start, Math.Min(MostBytes, piece.Bytes - start));
        }
    }

    /// <summary>
    /// Waits for transfers to end. MPI's own waiting keeps a core busy, which the computation beside it needs; so after a while it is asked now
    /// and then only, which moves the transfers on as well.
    /// </summary>
    static void Wait(List<nint> requests, Func<bool> isAwaited)
    {
        var watch = Stopwatch.StartNew();
        while (requests.Count > 0)
        {
            var before = requests.Count;
            for (var index = requests.Count - 1; index >= 0; index--)
            {
                var request = requests[index];
                Check(MPI_Test(ref request, out var isDone, StatusIgnore), "MPI_Test");
                requests[index] = request;
                if (isDone != 0)
                {
                    requests.RemoveAt(index);
                }
            }

            if (requests.Count < before)
            {
                watch.Restart();
            }
            else if (watch.Elapsed > (isAwaited() ? AwaitedSpin : Spin))
            {
                _ = Sleep(SleepMicroseconds);
            }
            else
            {
                Thread.Yield();
            }
        }
    }

    static void Check(int code, string call)
    {
        if (code != 0)
        {
            var text = stackalloc byte[LongestText];
            _ = MPI_Error_string(code, text, out var length);
            throw new UserException(
                $"{call} failed: {Encoding.UTF8.GetString(text, length)}. Another rank may have ended; look at its last words."
            );
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds);

    [LibraryImport(Name)]
    private static partial int MPI_Init_thread(nint argc, nint argv, int required, out int provided);

    [LibraryImport(Name)]
    private static partial int MPI_Finalize();

    [LibraryImport(Name)]
    private static partial int MPI_Comm_rank(nint comm, out int rank);

    [LibraryImport(Name)]
    private static partial int MPI_Comm_size(nint comm, out int size);

    [LibraryImport(Name)]
    private static partial int MPI_Comm_set_errhandler(nint comm, nint handler);

    [LibraryImport(Name)]
    private static partial int MPI_Get_library_version(byte* text, out int length);

    [LibraryImport(Name)]
    private static partial int MPI_Error_string(int code, byte* text, out int length);

    [LibraryImport(Name)]
    private static partial int MPI_Abort(nint comm, int code);

    [LibraryImport(Name)]
    private static partial int MPI_Ibcast(nint buffer, int count, nint type, int root, nint comm, out nint request);

    [LibraryImport(Name)]
    private static partial int MPI_Iallreduce(nint send, nint receive, int count, nint type, nint op, nint comm, out nint request);

    [LibraryImport(Name)]
    private static partial int MPI_Isend(nint buffer, int count, nint type, int rank, int tag, nint comm, out nint request);

    [LibraryImport(Name)]
    private static partial int MPI_Irecv(nint buffer, int count, nint type, int rank, int tag, nint comm, out nint request);

    [LibraryImport(Name)]
    private static partial int MPI_Test(ref nint request, out int isDone, nint status);
}
