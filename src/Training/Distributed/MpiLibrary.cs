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

    static nint library;

    static nint World { get; set; }

    static nint Byte { get; set; }

    static nint Int { get; set; }

    static nint Largest { get; set; }

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
            (World, Byte, Int, Largest, errorsReturn) = (world, Of("byte"), Of("int"), Of("op_max"), Of("errors_return"));
        }
        else
        {
            // mpi.h of MPICH 3 and 4.
            (World, Byte, Int, Largest, errorsReturn) = (0x44000000, 0x4c00010d, 0x4c000405, 0x58000001, 0x54000001);
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

    public static void Exchange(nint send, int[] sendCounts, int[] sendStarts, nint receive, int[] receiveCounts, int[] receiveStarts)
    {
        fixed (
            int* counts = sendCounts,
                starts = sendStarts,
                otherCounts = receiveCounts,
                otherStarts = receiveStarts
        )
        {
            Check(MPI_Alltoallv(send, counts, starts, Byte, receive, otherCounts, otherStarts, Byte, World), "MPI_Alltoallv");
        }
    }

    public static void Broadcast(nint buffer, int bytes, int root) => Check(MPI_Bcast(buffer, bytes, Byte, root, World), "MPI_Bcast");

    public static int Max(int mine)
    {
        int largest;
        Check(MPI_Allreduce((nint)(&mine), (nint)(&largest), 1, Int, Largest, World), "MPI_Allreduce");
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
    private static partial int MPI_Bcast(nint buffer, int count, nint type, int root, nint comm);

    [LibraryImport(Name)]
    private static partial int MPI_Allreduce(nint send, nint receive, int count, nint type, nint op, nint comm);

    [LibraryImport(Name)]
    private static partial int MPI_Alltoallv(
        nint send,
        int* sendCounts,
        int* sendStarts,
        nint sendType,
        nint receive,
        int* receiveCounts,
        int* receiveStarts,
        nint receiveType,
        nint comm
    );
}
