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

    /// <summary>Begins to send a piece to each rank and to take one from each; those of no bytes are left out on both sides.</summary>
    /// <returns>What must end, see <see cref="IsDone"/>.</returns>
    public static List<nint> Exchange(IReadOnlyList<MemoryPiece> send, IReadOnlyList<MemoryPiece> receive)
    {
        var requests = new List<nint>();
        // Takers first, so that nothing that comes must be kept elsewhere.
        foreach (var (rank, piece) in receive.Index())
        {
            foreach (var part in Parts(piece))
            {
                Check(MPI_Irecv(part.Start, (int)part.Bytes, Byte, rank, Tag, World, out var request), "MPI_Irecv");
                requests.Add(request);
            }
        }

        foreach (var (rank, piece) in send.Index())
        {
            foreach (var part in Parts(piece))
            {
                Check(MPI_Isend(part.Start, (int)part.Bytes, Byte, rank, Tag, World, out var request), "MPI_Isend");
                requests.Add(request);
            }
        }

        return requests;
    }

    /// <inheritdoc cref="Exchange"/>
    /// <summary>Begins to copy a rank's piece to all others'.</summary>
    public static List<nint> Broadcast(MemoryPiece piece, int root)
    {
        var requests = new List<nint>();
        foreach (var part in Parts(piece))
        {
            Check(MPI_Ibcast(part.Start, (int)part.Bytes, Byte, root, World, out var request), "MPI_Ibcast");
            requests.Add(request);
        }

        return requests;
    }

    /// <inheritdoc cref="Exchange"/>
    /// <summary>Begins to find the largest of all ranks' numbers.</summary>
    public static List<nint> Max(MemoryPiece mine, MemoryPiece largest)
    {
        Check(MPI_Iallreduce(mine.Start, largest.Start, 1, Int, Largest, World, out var request), "MPI_Iallreduce");
        return [request];
    }

    /// <summary>Whether something that was begun has ended; asking is also what moves it on. Not to be asked again once it has.</summary>
    public static bool IsDone(ref nint request)
    {
        Check(MPI_Test(ref request, out var isDone, StatusIgnore), "MPI_Test");
        return isDone != 0;
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
