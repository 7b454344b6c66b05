using System.Globalization;

namespace SVco.Files;

/// <summary>The room on the disk of a folder.</summary>
public static class DiskSpace
{
    /// <summary>Bytes that may still be written there; all there are where the system does not say, as for network paths of Windows.</summary>
    /// <param name="folder">The folder, which may not be there yet.</param>
    public static long Free(string folder)
    {
        var there = Path.GetFullPath(folder);
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } parent)
        {
            there = parent;
        }

        var drive = OperatingSystem.IsWindows() ? Path.GetPathRoot(there)! : there;
        try
        {
            return !drive.StartsWith(@"\\", StringComparison.Ordinal) && new DriveInfo(drive) is { TotalSize: > 0 } known
                ? known.AvailableFreeSpace
                : long.MaxValue;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }

    /// <summary>A number of bytes for people.</summary>
    public static string Text(long bytes) =>
        bytes switch
        {
            >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB"),
            >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB"),
            _ => $"{bytes} bytes",
        };
}
