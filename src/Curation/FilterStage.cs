using System.Collections.Immutable;
using System.Text.Json;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Curation.Filtering;
using SVco.Files;
using SVco.Models;
using SVco.Models.Hub;

namespace SVco.Curation;

/// <summary>What a run of the filter over one shard came to.</summary>
/// <param name="Shard">Which slice.</param>
/// <param name="Scored">Candidates measured.</param>
/// <param name="Refused">Candidates whose images cannot be decoded.</param>
/// <param name="Images">Images that went through a tower, both towers together.</param>
/// <param name="Decoded">Images that were decoded.</param>
/// <param name="TowerSeconds">Seconds in the towers.</param>
/// <param name="Seconds">Seconds in all, without loading the towers.</param>
public sealed record FilterReport(Shard Shard, int Scored, int Refused, int Images, int Decoded, double TowerSeconds, double Seconds);

/// <summary>The second stage: cosines for every candidate, in slices when wanted, and from them the verdicts.</summary>
public static class FilterStage
{
    /// <summary>What a finished shard says of itself; merging believes nothing else.</summary>
    sealed record ShardDone(int Index, int Count, int First, int End, int Scored, int Refused, string Candidates, string Towers);

    /// <summary>Measures one slice of the candidates into files of its own.</summary>
    /// <exception cref="UserException">A tower cannot be loaded, or the candidates have not been read.</exception>
    public static async Task<FilterReport> ScoreAsync(
        CurationSettings settings,
        Shard shard,
        Action<int, int> progress,
        CancellationToken cancel
    )
    {
        var folder = new CurationFolder(settings.Output);
        var total = CurationFolder.Lines<JsonElement>(folder.Candidates, "read").Count();
        var (first, end) = shard.Of(total);
        var writer = $"{shard.Index}-of-{shard.Count}";
        var device = Devices.Parse(settings.Filter.Device);
        using var siglip = ImageTower.Load(await ModelHub.ResolveAsync(settings.Filter.Siglip, null, cancel), device);
        using var dinov2 = ImageTower.Load(await ModelHub.ResolveAsync(settings.Filter.Dinov2, null, cancel), device);
        using var siglipCache = Cache(siglip, "siglip");
        using var dinov2Cache = Cache(dinov2, "dinov2");
        using var decodable = new EmbeddingCache(folder.At("embeddings", "decodable"), 0, writer);
        var scorer = new CandidateScorer(
            settings.DataRoot,
            siglip,
            dinov2,
            siglipCache,
            dinov2Cache,
            decodable,
            settings.Filter.Batch,
            settings.Filter.ScoreAll
        );
        using var scored = new PartialLines(folder.OfShard(shard, "scored"));
        using var refused = new PartialLines(folder.OfShard(shard, "refused"));
        foreach (var reading in scorer.Score(CurationFolder.Lines<Candidate>(folder.Candidates, "read").Skip(first).Take(end - first)))
        {
            cancel.ThrowIfCancellationRequested();
            if (reading is Reading.Found(var candidate))
            {
                scored.Add(candidate);
            }
            else if (reading is Reading.Refused(var refusal))
            {
                refused.Add(refusal);
            }

            progress(scored.Count + refused.Count, end - first);
        }

        scored.Complete();
        refused.Complete();
        var done = new ShardDone(
            shard.Index,
            shard.Count,
            first,
            end,
            scored.Count,
            refused.Count,
            Sha256(folder.Candidates),
            $"{siglip.Fingerprint} {dinov2.Fingerprint}"
        );
        AtomicOutput.WriteFile(folder.OfShard(shard, "done"), stream => stream.Write(JsonLines.Line(done)));
        return new(
            shard,
            scored.Count,
            refused.Count,
            siglip.Images + dinov2.Images,
            scorer.Decoded,
            siglip.Seconds + dinov2.Seconds,
            scorer.Seconds
        );

        EmbeddingCache Cache(ImageTower tower, string name) =>
            new(folder.At("embeddings", $"{name}-{tower.Fingerprint}"), tower.EmbeddingSize, writer);
    }

    /// <summary>Puts the shards together into scored.jsonl and refused.images.jsonl.</summary>
    /// <exception cref="UserException">A shard is missing, there twice, or was made from other candidates or by other towers.</exception>
    public static StageReport Merge(CurationSettings settings)
    {
        var folder = new CurationFolder(settings.Output);
        var shards = Shards(folder);
        var refused = Parts<RefusedEntry>("refused").ToList();
        CheckIds(folder, Parts<Candidate>("scored"), refused);
        var scored = JsonLines.Write(folder.Scored, Parts<Candidate>("scored"));
        JsonLines.Write(folder.RefusedImages, refused);
        return new(scored, StageReport.Count(refused), [folder.Scored, folder.RefusedImages]);

        IEnumerable<T> Parts<T>(string name) =>
            shards.SelectMany(shard => CurationFolder.Lines<T>(folder.OfShard(new(shard.Index, shard.Count), name), "filter --shard"));
    }

    /// <summary>Gives another curation what reading and measuring found here, so that only its verdicts differ.</summary>
    public static void Share(CurationSettings from, CurationSettings to)
    {
        var (source, target) = (new CurationFolder(from.Output), new CurationFolder(to.Output));
        Directory.CreateDirectory(target.Path);
        foreach (var path in (string[])[source.DataRoot, source.Candidates, source.RefusedByRead, source.Scored, source.RefusedImages])
        {
            File.Copy(path, target.At(Path.GetFileName(path)), overwrite: true);
        }
    }

    /// <summary>The verdicts: kept.jsonl and refused.filter.jsonl.</summary>
    /// <param name="settings">The curation.</param>
    /// <param name="recipe">Which candidates are kept; null for that of the settings.</param>
    /// <exception cref="UserException">The candidates have not been measured, or nothing is kept.</exception>
    public static StageReport Select(CurationSettings settings, Recipe<Candidate>? recipe = null)
    {
        var folder = new CurationFolder(settings.Output);
        IEnumerable<Candidate> Scored() => CurationFolder.Lines<Candidate>(folder.Scored, "filter");
        folder.RequireUpToDate(folder.Scored);
        var (kept, chosen) = (new HashSet<string>(), recipe ?? settings.Recipe);
        using var lines = new PartialLines(folder.Kept);
        foreach (var candidate in chosen.Items(_ => Scored()))
        {
            kept.Add(candidate.Id);
            lines.Add(candidate);
        }

        var refused = JsonLines.Write(
            folder.RefusedByFilter,
            Scored().Where(candidate => !kept.Contains(candidate.Id)).Select(candidate => new RefusedCandidate(Why(candidate), candidate))
        );
        if (lines.Count == 0)
        {
            throw new UserException(
                $"None of {refused} candidates is kept (siglip > {settings.Filter.SiglipMin}, dinov2 < {settings.Filter.Dinov2Max}). Look at {folder.RefusedByFilter}."
            );
        }

        lines.Complete();
        IEnumerable<RefusedCandidate> Refused() => CurationFolder.Lines<RefusedCandidate>(folder.RefusedByFilter, "filter");
        return new(
            lines.Count,
            StageReport.Count(Refused().Select(line => line.Entry)),
            [
                folder.Kept,
                folder.RefusedByFilter,
                .. FilterPictures.Write(
                    folder.Path,
                    settings.DataRoot,
                    settings.Filter.Thresholds,
                    () => CurationFolder.Lines<Candidate>(folder.Kept, "filter"),
                    () => Refused().Select(line => line.Candidate)
                ),
            ]
        );

        string Why(Candidate candidate) =>
            chosen.RefusedBy(candidate) is not { } filter ? "not drawn into the sample"
            : settings.Filter.Thresholds.Keeps(candidate) != false ? $"not {filter}"
            : candidate.SiglipCosine <= settings.Filter.SiglipMin
                ? candidate.Dinov2Cosine >= settings.Filter.Dinov2Max ? "scene too different and change too small"
                    : "scene too different (SigLIP)"
            : "change too small (DINOv2)";
    }

    static ImmutableArray<ShardDone> Shards(CurationFolder folder)
    {
        var parts = Directory.Exists(folder.At("shards"))
            ? Directory
                .EnumerateFiles(folder.At("shards"), "done.*.jsonl")
                .Select(path =>
                    CurationFolder.Lines<ShardDone>(path, "filter").Take(2).ToList() is [var done]
                        ? done
                        : throw new UserException(
                            $"{path} is damaged: it has not exactly one line. Delete it and run `svco data filter` again."
                        )
                )
                .ToList()
            : [];
        var candidates = Sha256(folder.Candidates);
        var current = parts.Where(part => part.Candidates == candidates).OrderBy(part => part.First).ToImmutableArray();
        // Of several divisions one that is whole has every candidate exactly once.
        var divisions = current.GroupBy(part => part.Count).OrderByDescending(IsWhole).ThenBy(division => division.Key).ToList();
        var counts = divisions.Count > 1 && IsWhole(divisions[0]) ? [divisions[0].Key] : divisions.ConvertAll(division => division.Key);
        var chosen = counts.Count == 1 ? [.. divisions[0]] : ImmutableArray<ShardDone>.Empty;
        return parts.Count == 0 ? throw new UserException($"{folder.At("shards")} has no finished shard. Run `svco data filter` first.")
            : current.IsEmpty
                ? throw new UserException(
                    $"The shards in {folder.At("shards")} were made from other candidates than {folder.Candidates}. Run `svco data filter` again."
                )
            : counts.Count > 1
                ? throw new UserException(
                    $"{folder.At("shards")} has shards of {string.Join(" and of ", counts)}, so some candidates are there twice, and no division is whole. Finish one of them."
                )
            : Enumerable.Range(1, counts[0]).Except(chosen.Select(part => part.Index)).ToList() is { Count: > 0 } missing
                ? throw new UserException(
                    $"Of {counts[0]} shards {string.Join(", ", missing.Take(20))}{(missing.Count > 20 ? ", ..." : "")} {(missing.Count == 1 ? "is" : "are")} missing. "
                        + $"Run `svco data filter --shard {missing[0]}/{counts[0]}`."
                )
            : chosen.Select(part => part.Towers).Distinct().Count() > 1
                ? throw new UserException(
                    $"The shards in {folder.At("shards")} were not all made by the same towers. Run `svco data filter` again."
                )
            : chosen;

        static bool IsWhole(IGrouping<int, ShardDone> division) =>
            Enumerable.Range(1, division.Key).All(index => division.Any(part => part.Index == index));
    }

    /// <summary>Every candidate is there exactly once: measured or refused, in the order of the candidates.</summary>
    static void CheckIds(CurationFolder folder, IEnumerable<Candidate> measured, List<RefusedEntry> refused)
    {
        var undecodable = refused.Select(refusal => $"{refusal.Source}/{refusal.Kind}/{refusal.Key}").ToHashSet();
        using var scored = measured.GetEnumerator();
        var isThere = scored.MoveNext();
        foreach (var candidate in CurationFolder.Lines<Candidate>(folder.Candidates, "read"))
        {
            if (isThere && scored.Current.Id == candidate.Id)
            {
                isThere = scored.MoveNext();
            }
            else if (!undecodable.Remove(candidate.Id))
            {
                throw new UserException($"The shards do not have {candidate.Id} where it should be. Run `svco data filter` again.");
            }
        }

        if (isThere || undecodable.Count > 0)
        {
            throw new UserException("The shards have more candidates than there are. Run `svco data filter` again.");
        }
    }

    static string Sha256(string path) =>
        File.Exists(path) ? ContentHash.OfFile(path) : throw new UserException($"{path} does not exist yet. Run `svco data read` first.");
}
