using System.Net;
using System.Security.Cryptography;
using SVco.Core;

namespace SVco.Models.Hub;

/// <summary>Brings one file into the cache: locked against other processes, resumed after a cut, checked, and renamed at the very end.</summary>
sealed class HubDownload(HubSettings settings, HubCache cache, HubClient client)
{
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
            await FetchCheckedAsync(commit, file, blob + ".incomplete", onBytes, cancel);
            File.Move(blob + ".incomplete", blob, overwrite: true);
        }
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
            if (file.Sha256 is not { } expected || await Sha256Async(incomplete, cancel) is var actual && actual == expected)
                return;
            File.Delete(incomplete);
            if (!isResumed)
                throw new UserException(
                    $"{cache.Id}, file {file.Name}: what {HubClient.Address(settings, cache.Id, file.Name, commit)} sent has the SHA-256"
                        + $" {actual}, but the server names {expected}. The file was deleted; run again."
                        + " If it stays so, something on the way changes the content."
                );
        }
    }

    async Task FetchAsync(string commit, HubFile file, string incomplete, Action<long> onBytes, CancellationToken cancel)
    {
        await using var content = new FileStream(incomplete, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        for (var failures = 0; content.Length != file.Size; )
        {
            if (content.Length > file.Size)
                content.SetLength(0);
            var before = content.Length;
            onBytes(before);
            try
            {
                await AppendAsync(commit, file, content, onBytes, cancel);
                if (content.Length < file.Size)
                    throw new HubConnectionException("the connection ended early", null);
            }
            catch (HubConnectionException error)
            {
                failures = content.Length > before ? 1 : failures + 1;
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
            throw new HubConnectionException("the server does not continue where asked", null);
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
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new HubConnectionException($"the connection broke ({error.Message})", error);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new HubConnectionException($"the server sent nothing for {settings.Patience.TotalSeconds:0} seconds", error);
        }
    }

    static async Task<string> Sha256Async(string file, CancellationToken cancel)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel));
    }
}
