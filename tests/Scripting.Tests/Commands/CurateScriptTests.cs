using System.Text.Json;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>experiments/curate_mvc.csx as a person runs it on the sources of golden/sources.</summary>
public sealed class CurateScriptTests
{
    [GoldenFact("sources")]
    public async Task The_raw_ablation_has_as_many_pairs_as_the_curation()
    {
        using var work = new TemporaryFolder();
        var root = Golden.PathOf("sources");
        string Encoder(string type) =>
            Golden
                .Folders("sources", "encoders")
                .Single(folder => Golden.Json(Path.Combine(folder, "config.json")).GetProperty("model_type").GetString() == type);
        // Images that a curation makes are written below its data root.
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var copy = work.At("data", Path.GetRelativePath(root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var thresholds = Golden.Json(Path.Combine(root, "expected.json")).GetProperty("thresholds");
        await File.WriteAllTextAsync(
            work.At("c.yaml"),
            $$"""
            data_root: data
            output: out
            sources: { counter_curate: {}, finecops_ref: {} }
            filter:
              siglip: {{Encoder("siglip")}}
              dinov2: {{Encoder("dinov2")}}
              siglip_min: {{thresholds.GetProperty("siglip_min").GetRawText()}}
              dinov2_max: {{thresholds.GetProperty("dinov2_max").GetRawText()}}
            split: { validation: 2 }
            """
        );
        var script = Path.Combine(Golden.RepositoryRoot, "experiments", "curate_mvc.csx");
        var (output, code) = await SvcoProcess.RunAsync(work.At(), "run", script, work.At("c.yaml"));
        Assert.True(code == 0, output);
        Assert.True(Pairs("out") > 0);
        Assert.Equal(Pairs("out"), Pairs("out-raw"));
        Assert.Contains("not among the pairs", await File.ReadAllTextAsync(work.At("out-raw", "stats.txt")), StringComparison.Ordinal);

        int Pairs(string folder) =>
            new[] { "train.json", "validation.json" }.Sum(name =>
                JsonDocument.Parse(File.ReadAllText(work.At(folder, name))).RootElement.GetArrayLength()
            );
    }
}
