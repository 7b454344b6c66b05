using System.Runtime.InteropServices;

namespace SVco.Training;

/// <summary>The C library's heap, where libtorch keeps tensors of the CPU.</summary>
public static unsafe class NativeHeap
{
    const int MmapThreshold = -3;

    static readonly nint Library = OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) ? library : 0;

    /// <summary>
    /// Gives the pages of what is free now back to the system, so that holes between short-lived tensors do not add to the peak of what
    /// follows. Without glibc nothing happens.
    /// </summary>
    public static void Trim()
    {
        if (Export("malloc_trim") is var trim and not 0)
        {
            _ = ((delegate* unmanaged<nuint, int>)trim)(0);
        }
    }

    /// <summary>
    /// Gives every block of a mebibyte or more back to the system as soon as it is freed. glibc would raise its own limit to 32 MiB, and
    /// holes between activations would add to the peak; the price is fresh pages (docs/performance.md). Without glibc nothing happens.
    /// </summary>
    public static void ReturnFreedBlocks()
    {
        if (Export("mallopt") is var mallopt and not 0)
        {
            _ = ((delegate* unmanaged<int, int, int>)mallopt)(MmapThreshold, 1 << 20);
        }
    }

    static nint Export(string name) => Library != 0 && NativeLibrary.TryGetExport(Library, name, out var address) ? address : 0;
}
