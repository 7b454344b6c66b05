using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Curation.Candidates;
using SVco.Curation.Sources;
using SVco.Files;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>golden/sources: the two sources in their real layout, with the faults of a real disk.</summary>
public sealed class SourcesGoldenTests
{
    // JPEG decoders differ by a level or two (golden/sources/README.md).
    const double CosineTolerance = 2e-3;

    [GoldenFact("sources")]
    public async Task Candidates_cosines_verdicts_and_refusals_equal_golden_sources()
    {
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
            Assert.Equal(Text(candidate, "positive_image"), ours.WImage);
            Assert.Equal(Text(candidate, "negative_image"), ours.LImage);
            Assert.Equal(Text(candidate, "positive_caption"), ours.WCaption);
            Assert.Equal(Text(candidate, "negative_caption"), ours.LCaption);
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
            new[] { folder.RefusedByRead, folder.RefusedImages }
                .SelectMany(file => JsonLines.Read<RefusedEntry>(file, ""))
                .Select(refusal => $"{refusal.Source}/{refusal.Kind}/{refusal.Key}: {refusal.Reason}")
                .Order()
        );
    }

    [GoldenFact("sources")]
    public void Any_value_of_another_type_in_the_annotations_is_a_loss_or_none_but_never_a_crash()
    {
        var settings = SourcesCase.Settings("");
        string[] others = ["null", "3", "-1.5e300", "true", "\"x\"", "\"\\ud800\"", "[]", "[null]", "{}", "{\"a\":{}}", "\"../../x\""];
        var random = new Random(7);
        foreach (var annotations in Directory.EnumerateFiles(settings.DataRoot, "*.json", SearchOption.AllDirectories).Where(IsAnnotation))
        {
            using var work = new TemporaryFolder();
            LinkAll(settings.DataRoot, work.At(), except: annotations);
            var root = JsonNode.Parse(File.ReadAllText(annotations))!;
            var copy = work.At(Path.GetRelativePath(settings.DataRoot, annotations));
            var places = Places(root, []).ToList();
            for (var trial = 0; trial < 150; trial++)
            {
                var mutated = root.DeepClone();
                var place = places[random.Next(places.Count)];
                var parent = place[..^1].Aggregate(mutated, Child);
                var mark = JsonValue.Create("mark");
                if (place[^1] is int index)
                {
                    parent.AsArray()[index] = mark;
                }
                else
                {
                    parent.AsObject()[(string)place[^1]] = mark;
                }

                File.WriteAllText(copy, mutated.ToJsonString().Replace("\"mark\"", others[random.Next(others.Length)]));
                Assert.NotEmpty(CandidateSources.Read(work.At(), settings.Sources));
            }
        }

        bool IsAnnotation(string path) => !path.Contains("encoders", StringComparison.Ordinal) && Path.GetFileName(path) != "expected.json";

        static JsonNode Child(JsonNode node, object step) => step is int index ? node[index]! : node[(string)step]!;

        static IEnumerable<ImmutableArray<object>> Places(JsonNode? node, ImmutableArray<object> path) =>
            node switch
            {
                JsonObject of => of.SelectMany(field => Places(field.Value, path.Add(field.Key)).Prepend(path.Add(field.Key))),
                JsonArray of => of.SelectMany((item, index) => Places(item, path.Add(index)).Prepend(path.Add(index))),
                _ => [],
            };

        static void LinkAll(string from, string to, string except)
        {
            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => file != except))
            {
                var link = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(link)!);
                File.CreateSymbolicLink(link, file);
            }
        }
    }

    static bool IsFiltered(Candidate candidate) => candidate.Screening == Screening.Filtered;

    static string Id(JsonElement row) => $"{Text(row, "source")}/{Text(row, "kind")}/{Text(row, "key")}";

    static string? Text(JsonElement row, string field) => row.GetProperty(field).GetString();
}
