using System.Text;
using SVco.Files;

namespace SVco.Models.Hub;

/// <summary>
/// One model's part of the cache, in the layout that huggingface_hub reads and writes:
/// <c>models--owner--name/{refs/REVISION, blobs/ETAG, snapshots/COMMIT/FILE -> ../../blobs/ETAG}</c> and
/// <c>.locks/models--owner--name/ETAG.lock</c>.
/// </summary>
/// <param name="CacheFolder">The folder of all models.</param>
/// <param name="Id">The model.</param>
public sealed record HubCache(string CacheFolder, HubId Id)
{
    string ModelName => $"models--{Id.Owner}--{Id.Name}";

    /// <summary>The model's folder.</summary>
    public string ModelFolder => Path.Combine(CacheFolder, ModelName);

    const long LongestRef = 1 << 12;

    /// <summary>The file that says which commit the id's revision is.</summary>
    public string RefFile => Path.Combine(ModelFolder, "refs", Path.Combine(Id.Revision.Split('/')));

    /// <summary>The folder of one commit.</summary>
    public string Snapshot(string commit) => Path.Combine(ModelFolder, "snapshots", commit);

    /// <summary>The content with this ETag.</summary>
    public string Blob(string etag) => Path.Combine(ModelFolder, "blobs", etag);

    /// <summary>Held while the content with this ETag is written; huggingface_hub uses the same file and the same kind of lock.</summary>
    public string LockFile(string etag) => Path.Combine(CacheFolder, ".locks", ModelName, etag + ".lock");

    /// <summary>The commit that the cache knows for the revision, null when it knows none.</summary>
    public string? KnownCommit() =>
        File.Exists(RefFile) && TextFile.Read(RefFile, LongestRef).Trim() is var commit && ModelFiles.IsPlainName(commit) ? commit
        : Directory.Exists(Snapshot(Id.Revision)) ? Id.Revision
        : null;

    /// <summary>
    /// The folder of the one commit that is there whole, where nothing says which commit the revision is: caches that were copied often lack
    /// their refs. Null when there is none or several, or another revision than the usual one is wanted.
    /// </summary>
    public string? OnlyWholeSnapshot() =>
        Id.Revision == HubId.DefaultRevision
        && Path.Combine(ModelFolder, "snapshots") is var snapshots
        && Directory.Exists(snapshots)
        && Directory.EnumerateDirectories(snapshots).Where(commit => ModelFiles.Missing(commit).IsEmpty).Take(2).ToArray() is [var only]
            ? only
            : null;

    /// <summary>Remembers which commit the revision is.</summary>
    public void WriteRef(string commit)
    {
        if (commit == Id.Revision)
            return;
        AtomicOutput.WriteFile(RefFile, stream => stream.Write(Encoding.ASCII.GetBytes(commit)));
    }

    /// <summary>Lets the snapshot's file be the blob: by a relative link, or where the file system has none by a copy.</summary>
    /// <param name="commit">The snapshot.</param>
    /// <param name="name">The file in the snapshot.</param>
    /// <param name="etag">The blob.</param>
    /// <param name="createLink">Creates a link (first) to a target (second); null is the operating system's own.</param>
    public void Link(string commit, string name, string etag, Action<string, string>? createLink = null)
    {
        var target = Path.Combine(Snapshot(commit), name);
        Directory.CreateDirectory(Snapshot(commit));
        var temporary = Path.Combine(Snapshot(commit), $".{name}.{Guid.NewGuid():N}");
        try
        {
            (createLink ?? ((path, to) => File.CreateSymbolicLink(path, to)))(temporary, Path.Combine("..", "..", "blobs", etag));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && !HubDisk.IsFull(error))
        {
            // Windows without the privilege, FAT and some network drives know no links.
            File.Copy(Blob(etag), temporary);
        }
        File.Move(temporary, target, overwrite: true);
    }

    /// <summary>Waits until no other process or task writes the content with this ETag.</summary>
    public async Task<IDisposable> LockAsync(string etag, CancellationToken cancel)
    {
        var file = LockFile(etag);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        for (; ; )
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException error) when (FileLock.IsHeld(error))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancel);
            }
        }
    }
}
