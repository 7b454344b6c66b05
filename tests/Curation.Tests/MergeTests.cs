using SVco.Core;
using SVco.Curation.Candidates;
using SVco.Files;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary><c>merge</c> believes no shard that is not there exactly once, whole, and of these candidates.</summary>
public sealed class MergeTests
{
    [GoldenFact("sources")]
    public async Task Shards_merge_to_what_one_run_gives_and_a_missing_one_is_named()
    {
        using var work = new TemporaryFolder();
        var (whole, sharded) = (SourcesCase.Settings(work.At("whole")), SourcesCase.Settings(work.At("sharded")));
        ReadStage.Run(whole);
        ReadStage.Run(sharded);
        await FilterStage.ScoreAsync(whole, Shard.Whole, (_, _) => { }, default);
        FilterStage.Merge(whole);
        foreach (var index in (int[])[3, 1])
        {
            await FilterStage.ScoreAsync(sharded, new(index, 3), (_, _) => { }, default);
        }

        Assert.Contains("2/3", Assert.Throws<UserException>(() => FilterStage.Merge(sharded)).Message);
        await FilterStage.ScoreAsync(sharded, new(2, 3), (_, _) => { }, default);
        FilterStage.Merge(sharded);

        // Batches differ between the runs, and with them the last bits of a float.
        foreach (var (a, b) in Scored(whole).Zip(Scored(sharded)))
        {
            Assert.Equal(a.Id, b.Id);
            Assert.Equal(a.SiglipCosine!.Value, b.SiglipCosine!.Value, 1e-5);
        }

        Assert.Equal(Scored(whole).Count(), Scored(sharded).Count());
        var again = await FilterStage.ScoreAsync(whole, Shard.Whole, (_, _) => { }, default);
        Assert.Equal(0, again.Images);

        static IEnumerable<Candidate> Scored(CurationSettings settings) =>
            JsonLines.Read<Candidate>(new CurationFolder(settings.Output).Scored, "");
    }

    [GoldenFact("sources")]
    public async Task Of_two_divisions_the_whole_one_is_taken_and_without_one_they_are_refused()
    {
        using var work = new TemporaryFolder();
        var settings = await ShardedAsync(work, new(1, 2), new(1, 3));
        Assert.Contains("some candidates are there twice", RefusalOf(settings), StringComparison.Ordinal);
        await FilterStage.ScoreAsync(settings, new(2, 2), (_, _) => { }, default);
        var merged = FilterStage.Merge(settings);
        var candidates = JsonLines.Read<Candidate>(new CurationFolder(settings.Output).Candidates, "").Count();
        Assert.Equal(candidates, merged.Passed + merged.Refusals.Sum(refusal => refusal.Count));
    }

    [GoldenFact("sources")]
    public async Task Shards_of_other_candidates_are_refused()
    {
        using var work = new TemporaryFolder();
        var settings = await ShardedAsync(work, Shard.Whole);
        var candidates = new CurationFolder(settings.Output).Candidates;
        File.WriteAllLines(candidates, File.ReadAllLines(candidates)[1..]);
        Assert.Contains("made from other candidates", RefusalOf(settings), StringComparison.Ordinal);
    }

    [GoldenFact("sources")]
    public async Task A_shard_with_a_line_twice_or_without_one_or_of_other_towers_is_refused()
    {
        using var work = new TemporaryFolder();
        var settings = await ShardedAsync(work, new(1, 2), new(2, 2));
        var folder = new CurationFolder(settings.Output);
        FilterStage.Merge(settings);
        var merged = File.ReadAllText(folder.Scored);
        var scored = folder.OfShard(new(1, 2), "scored");
        var lines = File.ReadAllLines(scored);
        File.WriteAllLines(scored, [.. lines, lines[^1]]);
        Assert.Contains("where it should be", RefusalOf(settings), StringComparison.Ordinal);
        File.WriteAllLines(scored, lines[..^1]);
        Assert.Contains(JsonLines.Read<Candidate>(folder.Candidates, "").Select(candidate => candidate.Id), RefusalOf(settings).Contains);
        Assert.Equal(merged, File.ReadAllText(folder.Scored));
        File.WriteAllLines(scored, lines);
        FilterStage.Merge(settings);

        var done = folder.OfShard(new(2, 2), "done");
        var text = File.ReadAllText(done);
        File.WriteAllText(done, text.Replace("\"towers\":\"", "\"towers\":\"0", StringComparison.Ordinal));
        Assert.NotEqual(text, File.ReadAllText(done));
        Assert.Contains("same towers", RefusalOf(settings), StringComparison.Ordinal);
    }

    static string RefusalOf(CurationSettings settings) => Assert.Throws<UserException>(() => FilterStage.Merge(settings)).Message;

    static async Task<CurationSettings> ShardedAsync(TemporaryFolder work, params Shard[] shards)
    {
        var settings = SourcesCase.Settings(work.At("out"));
        ReadStage.Run(settings);
        foreach (var shard in shards)
        {
            await FilterStage.ScoreAsync(settings, shard, (_, _) => { }, default);
        }

        return settings;
    }
}
