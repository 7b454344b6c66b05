using System.Net;
using SVco.Core;

namespace SVco.Models.Hub;

/// <summary>Brings one file into the cache: locked against other processes, resumed after a cut, checked, and renamed at the very end.</summary>
sealed class HubDownload(HubSettings settings, HubCache cache, HubClient client)
{
    /// <summary>What the name of a file that is not whole yet ends with.</summary>
    public const string Incomplete = ".incomplete";

    const int BufferSize = 1 << 20;

    /// <param name="commit">The snapshot.</param>
    /// <param name="file">The file.</param>
    /// <param name="onBytes">Told how many bytes of the file are on disk.</param>
    /// <param name="cancel">Ends the download; what has been fetched is kept.</param>
    public async Task RunAsync(string commit, HubFile file, Action<long> onBytes, CancellationToken cancel)
    {
        using var held = await cache.LockAsync(file.Etag, cancel);
        var blob = cache.Blob(file.Etag);
        if (!File.Exists(blob))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
            await FetchCheckedAsync(commit, file, blob + Incomplete, onBytes, cancel);
            File.Move(blob + Incomplete, blob, overwrite: true);
        }
        else if (new FileInfo(blob).Length is var length && length != file.Size)
            throw new UserException(
                $"{cache.Id}, file {file.Name}: the cache has {length} bytes under the ETag {file.Etag}, but the server names {file.Size}."
                    + $" Delete {blob} and run again; if it stays so, the server gives several files one ETag and cannot be used."
            );
        if (!ModelFiles.IsThere(Path.Combine(cache.Snapshot(commit), file.Name)))
            cache.Link(commit, file.Name, file.Etag);
        onBytes(file.Size);
    }

    async Task FetchCheckedAsync(string commit, HubFile file, string incomplete, Action<long> onBytes, CancellationToken cancel)
    {
        // A part that an earlier run left may be damaged (a power cut), so then a second attempt starts from nothing.
        for (var isResumed = File.Exists(incomplete) && new FileInfo(incomplete).Length > 0; ; isResumed = false)
        {
            await FetchAsync(commit, file, incomplete, onBytes, cancel);
            if (file.Hash is not { } expected || await HashAsync(file, incomplete, cancel) is var actual && actual == expected)
                return;
            File.Delete(incomplete);
            if (!isResumed)
                throw new UserException(
                    $"{cache.Id}, file {file.Name}: what {HubClient.Address(settings, cache.Id, file.Name, commit)} sent has the hash"
                        + $" {actual}, but the server names {expected}. The file was deleted; run again."
                        + " If it stays so, something on the way changes the content."
                );
        }
    }

    async Task FetchAsync(string commit, HubFile file, string incomplete, Action<long> onBytes, CancellationToken cancel)
    {
        await using var content = new FileStream(incomplete, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (content.Length > file.Size)
            content.SetLength(0);

        // Headway is what was never reached before: a server that ignores where it is asked to go on sends the same bytes again and again.
        for (var (failures, furthest) = (0, content.Length); content.Length != file.Size; )
        {
            onBytes(content.Length);
            try
            {
                await AppendAsync(commit, file, content, onBytes, cancel);
                if (content.Length < file.Size)
                    throw new HubConnectionException("the connection ended early");
            }
            catch (HubConnectionException error)
            {
                (failures, furthest) = content.Length > furthest ? (1, content.Length) : (failures + 1, furthest);
                if (failures > settings.Retries)
                    throw new UserException(
                        $"{cache.Id}, file {file.Name}: {error.Message}; {content.Length} of {file.Size} bytes have been fetched and are kept."
                            + " Run again to go on from there.",
                        error
                    );
                await Task.Delay(settings.RetryDelay * Math.Pow(2, failures - 1), cancel);
            }
        }
        content.Flush(flushToDisk: true);
    }

    async Task AppendAsync(string commit, HubFile file, FileStream content, Action<long> onBytes, CancellationToken cancel)
    {
        using var response = await client.OpenAsync(commit, file, content.Length, cancel);
        var continues =
            response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == content.Length;
        if (!continues && content.Length > 0)
            content.SetLength(0);
        if (!continues && response.StatusCode != HttpStatusCode.OK)
            throw new HubConnectionException("the server does not continue where asked");
        var named = continues ? response.Content.Headers.ContentRange?.Length : response.Content.Headers.ContentLength;
        if (named < file.Size)
            throw new UserException(
                $"{cache.Id}, file {file.Name}: the server named {file.Size} bytes, but sends {named}. Run again; if it stays so, its copy is cut off."
            );
        content.Position = content.Length;
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[BufferSize];
        while (await ReadAsync(body, buffer, cancel) is var count and > 0)
        {
            if (content.Length + count > file.Size)
            {
                content.SetLength(0);
                throw new UserException(
                    $"{cache.Id}, file {file.Name}: the server sends more than the {file.Size} bytes it named. Nothing of it was kept; run again."
                );
            }
            await content.WriteAsync(buffer.AsMemory(0, count), cancel);
            onBytes(content.Length);
        }
    }

    async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(settings.Patience);
        try
        {
            return await body.ReadAsync(buffer, patience.Token);
        }
        catch (Exception error)
        {
            cancel.ThrowIfCancellationRequested();
            throw new HubConnectionException(
                error is OperationCanceledException
                    ? $"the server sent nothing for {settings.Patience.TotalSeconds:0} seconds"
                    : $"the connection broke ({error.Message})"
            );
        }
    }

    static async Task<string> HashAsync(HubFile file, string path, CancellationToken cancel)
    {
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return await file.HashOfAsync(content, cancel);
    }
}
