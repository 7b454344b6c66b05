using System.Runtime.InteropServices;

namespace SVco.Training;

/// <summary>The C library's heap, where libtorch keeps tensors of the CPU.</summary>
public static unsafe class PackedMemory
{
    const int MmapThreshold = -3;

    /// <summary>
    /// Gives every block of a mebibyte or more back to the system as soon as it is freed. glibc would raise its own limit to 32 MiB, and
    /// holes between activations would add to the peak; the price is fresh pages (docs/performance.md). Without glibc nothing happens.
    /// </summary>
    public static void ReturnFreedBlocks()
    {
        if (
            OperatingSystem.IsLinux()
            && NativeLibrary.TryLoad("libc.so.6", out var library)
            && NativeLibrary.TryGetExport(library, "mallopt", out var mallopt)
        )
        {
            _ = ((delegate* unmanaged<int, int, int>)mallopt)(MmapThreshold, 1 << 20);
        }
    }
}
