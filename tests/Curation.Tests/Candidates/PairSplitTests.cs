using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Files;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>The laws of the split into training and validation pairs.</summary>
public sealed class PairSplitTests
{
    [Fact]
    public async Task What_is_older_than_its_source_is_refused_with_the_command_that_makes_it_anew()
    {
        using var work = new TemporaryFolder();
        var settings = new CurationSettings { Output = work.At("out"), DataRoot = work.At() };
        var folder = new CurationFolder(settings.Output);
        var pair = new Candidate("A", "k", ContrastType.Object, "1", "a.png", "b.png", "a cat", "a dog");
        var time = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string[] files = [folder.Candidates, folder.Scored, folder.Kept, folder.Augmented];
        foreach (var (minute, path) in files.Index())
        {
            JsonLines.Write(path, [pair]);
            File.SetLastWriteTimeUtc(path, time.AddMinutes(minute));
        }

        folder.RequireUpToDate(folder.Augmented);
        File.SetLastWriteTimeUtc(folder.Kept, time.AddMinutes(9));
        var error = await Assert.ThrowsAsync<UserException>(() => SplitStage.RunAsync(settings));
        Assert.Contains("Run `svco data augment` again", error.Message, StringComparison.Ordinal);
        Assert.Contains("after: kept.jsonl", StatsStage.Run(settings), StringComparison.Ordinal);
        File.SetLastWriteTimeUtc(folder.Candidates, time.AddMinutes(10));
        Assert.Contains("Run `svco data filter` again", Assert.Throws<UserException>(() => StatsStage.Run(settings)).Message);
    }

    /// <summary>Pairs of two sources that share images by path and by content, and a plan for them.</summary>
    public sealed record Case(ImmutableArray<Candidate> Pairs, SplitPlan Plan);

    static Gen<Candidate> PairGenerator(int images) =>
        from source in Gen.Elements("A", "B")
        from positive in Gen.Choose(0, images)
        from negative in Gen.Choose(0, images)
        from content in Gen.Choose(0, 2 * images)
        select new Candidate(source, "k", ContrastType.Object, "", $"{positive}.jpg", $"{negative}.jpg", "a", "b")
        {
            WContent = content < images ? $"sha {content}" : null,
        };

    public static Arbitrary<Case> Cases() =>
        (
            from images in Gen.Elements(10, 100, 1000)
            from pairs in PairGenerator(images).ListOf(60)
            from validation in Gen.Choose(0, 20)
            from ofA in Gen.Choose(-1, validation)
            from seed in Gen.Choose(0, int.MaxValue)
            let bySource = ImmutableDictionary<string, int>.Empty
            select new Case(
                [.. pairs.Select((pair, index) => pair with { Key = $"{index}" })],
                new(validation, ofA < 0 ? bySource : bySource.Add("A", ofA), (ulong)seed)
            )
        ).ToArbitrary();

    [Property(Arbitrary = [typeof(PairSplitTests)], MaxTest = 300)]
    public Property A_split_shares_no_image_loses_no_pair_and_has_the_numbers_asked_for_or_says_why_not(Case given)
    {
        if (Try(given) is not { } split)
        {
            return true.Classify(true, "refused");
        }

        var train = split.Train.SelectMany(PathsAndContent).ToHashSet();
        var validation = split.Validation.Select(pair => pair.Key).ToHashSet();
        return (
            !split.Validation.SelectMany(PathsAndContent).Any(train.Contains)
            && split.Validation.Length == given.Plan.Validation
            && given.Plan.BySource.All(source => split.Validation.Count(pair => pair.Source == source.Key) == source.Value)
            && split.Validation.SequenceEqual(given.Pairs.Where(pair => validation.Contains(pair.Key)))
            && split.Train.SequenceEqual(given.Pairs.Where(pair => !validation.Contains(pair.Key)))
        ).Classify(false, "refused");
    }

    [Property(Arbitrary = [typeof(PairSplitTests)])]
    public bool The_same_seed_gives_the_same_split(Case given) =>
        (Try(given), Try(given)) is var (one, two) && (one is null ? two is null : one.Validation.SequenceEqual(two!.Validation));

    [Property(Arbitrary = [typeof(PairSplitTests)])]
    public bool Pairs_that_share_nothing_can_always_be_split(Case given)
    {
        var apart = given.Pairs.Select(pair => pair with { WImage = $"p{pair.Key}", LImage = $"n{pair.Key}", WContent = null });
        return PairSplit.Of([.. apart], given.Plan with { BySource = [] }).Validation.Length == given.Plan.Validation;
    }

    [Fact]
    public void Pairs_that_all_hang_together_are_refused_with_what_is_short()
    {
        var pairs = Enumerable
            .Range(0, 9)
            .Select(index => new Candidate("A", "k", ContrastType.Object, $"{index}", $"{index}.jpg", $"{index + 1}.jpg", "a", "b"));
        var error = Assert.Throws<UserException>(() => PairSplit.Of([.. pairs], new(2, ImmutableDictionary<string, int>.Empty, 1)));
        Assert.Contains("A is 2 short", error.Message, StringComparison.Ordinal);
    }

    static IEnumerable<string?> PathsAndContent(Candidate pair) =>
        ((string?[])[pair.WImage, pair.LImage, pair.WContent]).Where(name => name is not null);

    static PairSplit? Try(Case given)
    {
        try
        {
            return PairSplit.Of(given.Pairs, given.Plan);
        }
        catch (UserException)
        {
            return null;
        }
    }
}
