using SVco.Core;
using SVco.Files;

namespace SVco.Models.Hub;

/// <summary>What the operating system says about a write that failed.</summary>
static class HubDisk
{
    const int LinuxNoSpace = 28;
    const int LinuxQuota = 122;
    const int MacQuota = 69;
    const int WindowsDiskFull = unchecked((int)0x80070070);
    const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    public static bool IsFull(Exception error) =>
        error is IOException && error.HResult is LinuxNoSpace or LinuxQuota or MacQuota or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>Turns a failed write into words for the person at the keyboard.</summary>
    public static UserException Explain(Exception error, string folder) =>
        IsFull(error)
            ? new(
                $"The disk of {folder} is full. Free space, or set HF_HUB_CACHE to a folder on another disk."
                    + " What has been fetched is kept, the next run goes on from there.",
                error
            )
            : new($"The model cache {folder} cannot be written: {error.Message} Mend it, or set HF_HUB_CACHE to another folder.", error);

    /// <summary>Fails before the first byte when the files cannot fit.</summary>
    public static void CheckSpace(string folder, long bytes)
    {
        var free = DiskSpace.Free(folder);
        if (free < bytes)
            throw new UserException(
                $"The model needs {DiskSpace.Text(bytes)}, but the disk of {folder} has only {DiskSpace.Text(free)} free."
                    + " Free space, or set HF_HUB_CACHE to a folder on another disk."
            );
    }
}
