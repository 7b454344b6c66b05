using System.Collections.Immutable;
using SVco.Core;

namespace SVco.Models.Hub;

/// <summary>Turns what a person names as a model, a folder or a hub id, into a local folder.</summary>
public static class ModelHub
{
    /// <summary>As the other overload, with the settings of this process's environment.</summary>
    /// <param name="folderOrHubId">A folder, <c>owner/name</c> or <c>owner/name@revision</c>.</param>
    /// <param name="progress">Told of each step of a download.</param>
    /// <param name="cancel">Ends a download; what has been fetched is kept.</param>
    /// <param name="beforeWeights">See there.</param>
    /// <param name="weights">See there.</param>
    /// <returns>A folder with config.json, safetensors, tokenizer and processor files.</returns>
    /// <exception cref="UserException">The model cannot be had; the message says why and what to do.</exception>
    public static Task<string> ResolveAsync(
        string folderOrHubId,
        IProgress<HubProgress>? progress,
        CancellationToken cancel,
        Action<string>? beforeWeights = null,
        bool weights = true
    ) => ResolveAsync(folderOrHubId, HubSettings.FromEnvironment(), progress, cancel, beforeWeights, weights);

    /// <summary>
    /// A folder that exists is returned as it is. A hub id is looked for in the cache, which needs no request when all files are there;
    /// otherwise what is missing is downloaded into it.
    /// </summary>
    /// <param name="folderOrHubId">A folder, <c>owner/name</c> or <c>owner/name@revision</c>.</param>
    /// <param name="settings">Cache, server, token.</param>
    /// <param name="progress">Told of each step of a download.</param>
    /// <param name="cancel">Ends a download; what has been fetched is kept.</param>
    /// <param name="beforeWeights">
    /// Given the folder with all other files before weights are fetched: what it refuses is refused before hours of download.
    /// </param>
    /// <param name="weights">Whether weights are fetched too; without, the folder may lack them.</param>
    /// <returns>A folder with config.json, safetensors, tokenizer and processor files.</returns>
    /// <exception cref="UserException">The model cannot be had; the message says why and what to do.</exception>
    public static async Task<string> ResolveAsync(
        string folderOrHubId,
        HubSettings settings,
        IProgress<HubProgress>? progress,
        CancellationToken cancel,
        Action<string>? beforeWeights = null,
        bool weights = true
    )
    {
        if (Directory.Exists(folderOrHubId))
            return folderOrHubId;
        if (File.Exists(folderOrHubId))
            throw new UserException($"The model '{folderOrHubId}' is a file. Give the folder that holds config.json and the weights.");
        var cache = new HubCache(settings.CacheFolder, HubId.Parse(folderOrHubId));
        if (cache.KnownCommit() is { } known && ModelFiles.Missing(cache.Snapshot(known)).IsEmpty)
            return cache.Snapshot(known);
        if (settings.Offline)
            return cache.OnlyWholeSnapshot() ?? throw CannotFetch(settings, cache, "HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) is set.");
        try
        {
            using var client = new HubClient(settings, cache.Id);
            return await DownloadAsync(settings, cache, client, progress, beforeWeights ?? (_ => { }), weights, cancel);
        }
        catch (HubConnectionException error)
        {
            return cache.OnlyWholeSnapshot() ?? throw CannotFetch(settings, cache, error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw HubDisk.Explain(error, settings.CacheFolder);
        }
    }

    static async Task<string> DownloadAsync(
        HubSettings settings,
        HubCache cache,
        HubClient client,
        IProgress<HubProgress>? progress,
        Action<string> beforeWeights,
        bool weights,
        CancellationToken cancel
    )
    {
        var listing = await client.ListAsync(cancel);
        RequireLoadable(cache.Id, listing);
        cache.WriteRef(listing.Commit);
        var download = new HubDownload(settings, cache, client);

        // The index says which shards there are, so it comes first.
        foreach (
            var file in await client.DescribeAsync(listing.Commit, listing.Files.Where(name => name == ModelFiles.WeightsIndex), cancel)
        )
            await download.RunAsync(listing.Commit, file, _ => { }, cancel);
        var files = await client.DescribeAsync(
            listing.Commit,
            FilesToHave(cache, listing).Where(name => weights || ModelFiles.IsSmallFile(name)),
            cancel
        );
        HubDisk.CheckSpace(cache.ModelFolder, files.Sum(file => BytesToFetch(cache, file)));
        var total = files.Sum(file => file.Size);
        var done = 0L;
        var isBeforeWeights = true;
        foreach (var file in files)
        {
            var before = done;
            if (isBeforeWeights && !ModelFiles.IsSmallFile(file.Name))
            {
                isBeforeWeights = false;
                beforeWeights(cache.Snapshot(listing.Commit));
            }

            await download.RunAsync(listing.Commit, file, bytes => progress?.Report(new(file.Name, before + bytes, total)), cancel);
            done += file.Size;
        }
        return cache.Snapshot(listing.Commit);
    }

    static ImmutableArray<string> FilesToHave(HubCache cache, HubListing listing)
    {
        const int most = 10_000;
        var index = Path.Combine(cache.Snapshot(listing.Commit), ModelFiles.WeightsIndex);
        var weights = listing.Files.Contains(ModelFiles.WeightsIndex) ? ModelFiles.Shards(index) : [ModelFiles.SingleWeights];
        if (weights.Except(listing.Files).FirstOrDefault() is { } absent)
            throw new UserException($"{cache.Id}: {ModelFiles.WeightsIndex} names {absent}, which the repository does not have.");
        ImmutableArray<string> files = [.. listing.Files.Where(ModelFiles.IsSmallFile), .. weights];
        return files.Length <= most
            ? files
            : throw new UserException(
                $"{cache.Id}: the repository names {files.Length} files of a model; {most} are the most that are fetched."
            );
    }

    static void RequireLoadable(HubId id, HubListing listing)
    {
        if (!listing.Files.Contains(ModelFiles.Config))
            throw new UserException($"{id} has no {ModelFiles.Config}, so it is not a model in the format of transformers.");
        if (!listing.Files.Contains(ModelFiles.WeightsIndex) && !listing.Files.Contains(ModelFiles.SingleWeights))
            throw new UserException(
                $"{id} has neither {ModelFiles.SingleWeights} nor {ModelFiles.WeightsIndex}; only safetensors weights are read."
                    + " Look for a conversion of the model (for LLaVA: the repositories of llava-hf)."
            );
    }

    static long BytesToFetch(HubCache cache, HubFile file)
    {
        var incomplete = new FileInfo(cache.Blob(file.Etag) + HubDownload.Incomplete);
        return File.Exists(cache.Blob(file.Etag)) ? 0 : file.Size - (incomplete.Exists ? incomplete.Length : 0);
    }

    static UserException CannotFetch(HubSettings settings, HubCache cache, string reason)
    {
        var folder = cache.KnownCommit() is { } commit ? cache.Snapshot(commit) : cache.ModelFolder;
        var missing = ModelFiles.Missing(folder);
        var weightsUnknown = missing.Contains(ModelFiles.SingleWeights);
        var revision = cache.Id.Revision == HubId.DefaultRevision ? "" : $" --revision {cache.Id.Revision}";
        // A command without file names fetches all, which is right as long as the shards' names are not known.
        var names = weightsUnknown ? "" : " " + string.Join(' ', missing);
        return new UserException(
            $"""
            The model {cache.Id} is not complete on this machine and cannot be fetched: {reason}
            Missing: {string.Join(", ", missing)}{(weightsUnknown ? $" (or {ModelFiles.WeightsIndex} and its shards)" : "")}
            Looked in: {folder}
            With a network, fetch them by running again or by: hf download {cache.Id.Repository}{revision}{names}
            {string.Join('\n', missing.Select(name => $"  {HubClient.Address(settings, cache.Id, name)}"))}
            Without one, copy the model's folder here and give its path instead of the id.
            """
        );
    }
}
