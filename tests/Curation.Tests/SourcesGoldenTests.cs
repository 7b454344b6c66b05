using System.Text.Json;
using SVco.Core.Curation;
using SVco.Curation.Output;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>golden/sources: the two sources in their real layout, with the faults of a real disk.</summary>
public sealed class SourcesGoldenTests
{
    // JPEG decoders differ by a level or two (golden/sources/README.md).
    const double CosineTolerance = 2e-3;

    [Fact]
    public async Task Candidates_cosines_verdicts_and_losses_equal_golden_sources()
    {
        if (!Directory.Exists(Golden.PathOf("sources")))
        {
            return;
        }

        using var work = new TemporaryFolder();
        var expected = Golden.Json(Golden.PathOf("sources", "expected.json"));
        var settings = SourcesCase.Settings(work.At("out"));
        ReadStage.Run(settings);
        await FilterStage.ScoreAsync(settings, Shard.Whole, (_, _) => { }, CancellationToken.None);
        FilterStage.Merge(settings);
        FilterStage.Select(settings);

        var folder = new CurationFolder(settings.Output);
        var kept = JsonLines.Read<Candidate>(folder.Kept, "").Select(candidate => candidate.Id).ToHashSet();
        var scored = JsonLines.Read<Candidate>(folder.Scored, "").ToDictionary(candidate => candidate.Id);
        var candidates = expected.GetProperty("candidates").EnumerateArray().ToList();
        Assert.Equal(candidates.Select(Id).Order(), scored.Keys.Order());
        foreach (var candidate in candidates)
        {
            var ours = scored[Id(candidate)];
            Assert.Equal(Text(candidate, "type"), ours.Type.ToString());
            Assert.Equal(Text(candidate, "positive_image"), ours.PositiveImage);
            Assert.Equal(Text(candidate, "negative_image"), ours.NegativeImage);
            Assert.Equal(Text(candidate, "positive_caption"), ours.PositiveCaption);
            Assert.Equal(Text(candidate, "negative_caption"), ours.NegativeCaption);
            Assert.Equal(candidate.GetProperty("filtered").GetBoolean(), ours.Screening == Screening.Filtered);
            Assert.Equal(candidate.GetProperty("siglip_cosine").GetDouble(), ours.SiglipCosine!.Value, CosineTolerance);
            Assert.Equal(candidate.GetProperty("dinov2_cosine").GetDouble(), ours.Dinov2Cosine!.Value, CosineTolerance);
            if (ours.Screening == Screening.Filtered)
            {
                Assert.Equal(candidate.GetProperty("kept").GetBoolean(), kept.Contains(ours.Id));
            }
        }

        var (filteredCount, keptCount) = (
            scored.Values.Count(IsFiltered),
            scored.Values.Count(pair => IsFiltered(pair) && kept.Contains(pair.Id))
        );
        Assert.Equal(
            Math.Round((double)(scored.Count - filteredCount) * keptCount / filteredCount),
            scored.Values.Count(pair => !IsFiltered(pair) && kept.Contains(pair.Id))
        );
        Assert.Equal(
            expected.GetProperty("dropped").EnumerateArray().Select(row => $"{Id(row)}: {Text(row, "reason")}").Order(),
            new[] { folder.DroppedByRead, folder.DroppedByFilter }
                .SelectMany(file => JsonLines.Read<Dropped>(file, ""))
                .Select(loss => $"{loss.Source}/{loss.Kind}/{loss.Key}: {loss.Reason}")
                .Order()
        );
    }

    static bool IsFiltered(Candidate candidate) => candidate.Screening == Screening.Filtered;

    static string Id(JsonElement row) => $"{Text(row, "source")}/{Text(row, "kind")}/{Text(row, "key")}";

    static string? Text(JsonElement row, string field) => row.GetProperty(field).GetString();
}
