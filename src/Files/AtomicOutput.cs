using System.Runtime.InteropServices;
using SVco.Core;

namespace SVco.Files;

/// <summary>Files and folders that appear whole or not at all: written beside their place, synced to the disk, then renamed.</summary>
public static partial class AtomicOutput
{
    /// <summary>Whether a file or folder of this name is what a killed process left half written.</summary>
    public static bool IsTemporary(string name) =>
        name.StartsWith('.') && Guid.TryParseExact(name[^Math.Min(name.Length, 32)..], "N", out _);

    /// <summary>A name beside a file or folder that says that it is on its way out.</summary>
    public static string TemporaryBeside(string path) =>
        Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.old-{Guid.NewGuid():N}");

    /// <summary>Removes what killed processes left half written in a folder and those below it.</summary>
    /// <param name="folder">No other process writes to it.</param>
    /// <exception cref="UserException">The disk refuses.</exception>
    public static void RemoveTemporaries(string folder) =>
        Guarded(
            folder,
            () =>
            {
                var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
                foreach (
                    var entry in Directory.GetFileSystemEntries(folder, ".*", all).Where(entry => IsTemporary(Path.GetFileName(entry)))
                )
                {
                    if (Directory.Exists(entry))
                    {
                        Directory.Delete(entry, recursive: true);
                    }
                    else if (File.Exists(entry))
                    {
                        File.Delete(entry);
                    }
                }
            },
            () => { }
        );

    /// <summary>Writes a file; on any failure the old one stays as it was.</summary>
    /// <exception cref="UserException">The disk refuses (full, no permission).</exception>
    public static void WriteFile(string path, Action<Stream> write)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}");
        Guarded(
            full,
            () =>
            {
                Directory.CreateDirectory(folder);
                using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20))
                {
                    write(stream);
                    stream.Flush(flushToDisk: true);
                }

                MoveFile(temporary, full);
            },
            () => File.Delete(temporary)
        );
    }

    /// <summary>Writes a folder; on any failure the old one stays as it was.</summary>
    /// <param name="path">The folder to make.</param>
    /// <param name="overwrite">Whether an existing folder may be replaced as a whole.</param>
    /// <param name="write">Writes into the temporary folder whose path it is given.</param>
    /// <exception cref="UserException">The folder exists and must not be replaced, or the disk refuses (full, no permission).</exception>
    public static void WriteFolder(string path, bool overwrite, Action<string> write)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var parent = Path.GetDirectoryName(full) ?? throw new UserException($"{path} cannot be written: it is the root of the disk.");
        if (!overwrite && (File.Exists(full) || (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())))
        {
            throw new UserException($"{full} exists already. Choose another folder or allow it to be overwritten.");
        }

        var temporary = Path.Combine(parent, $".{Path.GetFileName(full)}.new-{Guid.NewGuid():N}");
        Guarded(
            full,
            () =>
            {
                Directory.CreateDirectory(temporary);
                write(temporary);
                foreach (var file in Directory.EnumerateFiles(temporary, "*", SearchOption.AllDirectories))
                {
                    using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
                    stream.Flush(flushToDisk: true);
                }

                SyncFolder(temporary);
                Replace(temporary, full);
                SyncFolder(parent);
            },
            () =>
            {
                if (Directory.Exists(temporary))
                {
                    Directory.Delete(temporary, recursive: true);
                }
            }
        );
    }

    /// <summary>Puts a file, whose content is on the disk, into its place beside it.</summary>
    internal static void MoveFile(string temporary, string full)
    {
        File.Move(temporary, full, overwrite: true);
        SyncFolder(Path.GetDirectoryName(full)!);
    }

    static void Replace(string temporary, string full)
    {
        if (!Directory.Exists(full))
        {
            Directory.Move(temporary, full);
            return;
        }

        var old = TemporaryBeside(full);
        Directory.Move(full, old);
        try
        {
            Directory.Move(temporary, full);
        }
        catch
        {
            Directory.Move(old, full);
            throw;
        }

        Directory.Delete(old, recursive: true);
    }

    static void Guarded(string path, Action work, Action cleanUp)
    {
        try
        {
            try
            {
                work();
            }
            catch
            {
                cleanUp();
                throw;
            }
        }
        catch (Exception error) when ((error is UserException ? error.InnerException : error) is IOException or UnauthorizedAccessException)
        {
            // A file inside a folder has its own error, which names the temporary folder.
            var cause = error is UserException ? error.InnerException! : error;
            throw new UserException($"{path} cannot be written: {cause.Message.TrimEnd('.')}. What was there before is unchanged.", cause);
        }
    }

    /// <summary>A rename is safe against a power cut only when the folder's own entry is on the disk; Windows has no such call.</summary>
    static void SyncFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int readOnly = 0;
        var descriptor = OpenFile(folder, readOnly);
        if (descriptor < 0)
        {
            throw new IOException($"The folder {folder} cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        }

        try
        {
            const int notSupportedHere = 22;
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() is var error and not notSupportedHere)
            {
                throw new IOException($"The folder {folder} cannot be synced (errno {error}).");
            }
        }
        finally
        {
            _ = CloseFile(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseFile(int descriptor);
}
