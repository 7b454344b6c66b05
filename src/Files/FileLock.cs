using SVco.Core;

namespace SVco.Files;

/// <summary>A file that one process at a time holds; it is gone when it is let go of, and a process that was killed holds nothing.</summary>
public sealed class FileLock : IDisposable
{
    // What the systems say of a file that is held. A file left behind on a disk that has become read-only is not held.
    const int LinuxWouldBlock = 11;
    const int MacWouldBlock = 35;
    const int WindowsSharingViolation = unchecked((int)0x80070020);

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    readonly FileStream held;

    FileLock(FileStream held) => this.held = held;

    /// <summary>Takes the lock as soon as no other process holds it. The file stays: who waits for it must find the same.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="whenWaiting">Told once when another process holds it.</param>
    /// <param name="whenRefused">What the person is to do when the folder cannot be written; stands after the reason.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <exception cref="UserException">The folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static FileLock Wait(string path, Action whenWaiting, string whenRefused, CancellationToken stop)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        for (var isFirst = true; ; isFirst = false)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                Directory.CreateDirectory(folder);
                return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1));
            }
            catch (IOException error) when (IsHeld(error))
            {
                if (isFirst)
                {
                    whenWaiting();
                }

                stop.WaitHandle.WaitOne(Look);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new UserException($"{folder} cannot be written: {error.Message.TrimEnd('.')}. {whenRefused}", error);
            }
        }
    }

    /// <summary>Takes the lock at once or not at all.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="whenHeld">What the person is told when another process holds it.</param>
    /// <param name="whenRefused">What the person is to do when the folder cannot be written; stands after the reason.</param>
    /// <exception cref="UserException">Another process holds it, or the folder cannot be written.</exception>
    public FileLock(string path, string whenHeld, string whenRefused)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            Directory.CreateDirectory(folder);
            held = new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException error) when (IsHeld(error))
        {
            throw new UserException(whenHeld, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder} cannot be written: {error.Message.TrimEnd('.')}. {whenRefused}", error);
        }
    }

    /// <summary>Whether a file could not be opened because another process holds it.</summary>
    public static bool IsHeld(IOException error) => error.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation;

    /// <summary>Whether a process holds the lock of a file now; nothing is made, and a lock that is held stays so.</summary>
    public static bool IsHeldAt(string path)
    {
        try
        {
            using var look = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return false;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException error) when (IsHeld(error))
        {
            return true;
        }
    }

    /// <summary>Lets go of it.</summary>
    public void Dispose() => held.Dispose();
}
