using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>The settings under which golden/sources is curated.</summary>
static class SourcesCase
{
    public static CurationSettings Settings(string output)
    {
        var root = Golden.PathOf("sources");
        var thresholds = Golden.Json(Path.Combine(root, "expected.json")).GetProperty("thresholds");
        return new()
        {
            DataRoot = root,
            Output = output,
            Sources = new() { CounterCurate = new(), FinecopsRef = new() },
            Filter = new()
            {
                Siglip = Encoder("siglip"),
                Dinov2 = Encoder("dinov2"),
                SiglipMin = thresholds.GetProperty("siglip_min").GetDouble(),
                Dinov2Max = thresholds.GetProperty("dinov2_max").GetDouble(),
                Device = "cpu",
                ScoreAll = true,
            },
            Split = new() { Validation = 2, MadeImages = "mvc-made" },
        };
    }

    static string Encoder(string modelType) =>
        Golden
            .Folders("sources", "encoders")
            .Single(folder => Golden.Json(Path.Combine(folder, "config.json")).GetProperty("model_type").GetString() == modelType);
}
