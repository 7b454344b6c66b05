using SVco.Core;
using SVco.Models.Checkpoints;
using SVco.Models.Networks;
using SVco.Tests;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>DINOv2, SigLIP and CLIP as image encoders, against golden/models.</summary>
public sealed class ImageEncoderTests
{
    /// <summary>golden/models/README: outputs differ from float64 by at most 3.6e-6; two fp32 runs by twice that, with room for the order of sums.</summary>
    const double Tolerance = 1e-5;

    [Fact]
    public void Two_tower_models_give_the_recorded_image_features() =>
        ForEach(
            ["siglip", "clip"],
            (folder, encoder, expected) =>
            {
                var encoding = encoder.Encode(expected["pixel_values"]);
                Near.Equal(expected["last_hidden_state"], encoding.LastHiddenState, Tolerance, $"{folder} last_hidden_state");
                Near.Equal(expected["pooler_output"], encoding.Pooled!, Tolerance, $"{folder} pooler_output");
                Near.Equal(expected["image_features"], encoding.Embedding!, Tolerance, $"{folder} image_features");
                var cosines = Golden.Json(Path.Combine(folder, "cases.json")).GetProperty("cosine_images");
                var unit = nn.functional.normalize(encoding.Embedding!, dim: -1);
                Near.Equal(Matrix(cosines), unit.matmul(unit.t()), Tolerance, $"{folder} cosine_images");
            }
        );

    [Fact]
    public void Dinov2_gives_the_recorded_outputs_at_native_and_interpolated_sizes() =>
        ForEach(
            ["dinov2"],
            (folder, encoder, expected) =>
            {
                using var checkpoint = Checkpoint.Open(folder);
                var config = Dinov2Config.Read(Path.Combine(folder, "config.json"));
                var network = new Dinov2(config, new CheckpointWeights(checkpoint, name => [name], (_, type) => type, CPU));
                foreach (var one in Golden.Json(Path.Combine(folder, "cases.json")).GetProperty("cases").EnumerateArray())
                {
                    var (height, width) = (one.GetProperty("size")[0].GetInt64(), one.GetProperty("size")[1].GetInt64());
                    var size = $"{height}x{width}";
                    var encoding = encoder.Encode(expected[$"{size}/pixel_values"]);
                    Near.Equal(expected[$"{size}/pos_embed"], network.PositionsFor(height, width), Tolerance, $"{folder} {size} pos_embed");
                    Near.Equal(
                        expected[$"{size}/last_hidden_state"],
                        encoding.LastHiddenState,
                        Tolerance,
                        $"{folder} {size} last_hidden_state"
                    );
                    Near.Equal(expected[$"{size}/pooler_output"], encoding.Embedding!, Tolerance, $"{folder} {size} pooler_output");
                    var unit = nn.functional.normalize(encoding.Embedding!, dim: -1);
                    Near.Equal(Matrix(one.GetProperty("cosine_cls")), unit.matmul(unit.t()), Tolerance, $"{folder} {size} cosine_cls");
                }
            }
        );

    [Fact]
    public void An_encoder_of_another_type_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("config.json"), """{"model_type":"vit"}""");
        SafetensorsWriter.Write(folder.At("model.safetensors"), [new("a", zeros(1))]);
        var error = Assert.Throws<UserException>(() => ImageEncoder.Load(folder.At(), new()));
        Assert.Contains("model_type = \"vit\"", error.Message);
    }

    [GoldenFact("sources")]
    public void An_encoder_whose_processor_makes_images_of_another_size_is_refused()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Golden.PathOf("sources", "encoders", "siglip-tiny")))
        {
            File.Copy(file, folder.At(Path.GetFileName(file)));
        }

        ImageEncoder.Load(folder.At(), new()).Dispose();
        var settings = folder.At("preprocessor_config.json");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("32", "48"));
        var message = Assert.Throws<UserException>(() => ImageEncoder.Load(folder.At(), new())).Message;
        Assert.Contains("preprocessor_config.json makes images of 48 x 48", message);
        Assert.Contains("config.json", message);
        Assert.Contains("32 x 32", message);
    }

    static Tensor Matrix(System.Text.Json.JsonElement rows) =>
        stack(rows.EnumerateArray().Select(row => tensor(row.EnumerateArray().Select(value => value.GetDouble()).ToArray())).ToArray());

    static void ForEach(string[] types, Action<string, ImageEncoder, TensorsOf> check)
    {
        foreach (var folder in Golden.Folders("models"))
        {
            var config = Path.Combine(folder, "config.json");
            if (!File.Exists(config) || !types.Contains(Golden.Json(config).GetProperty("model_type").GetString()))
            {
                continue;
            }

            using var scope = NewDisposeScope();
            using var encoder = ImageEncoder.Load(folder, new());
            using var expected = new TensorsOf(Path.Combine(folder, "expected.safetensors"));
            check(folder, encoder, expected);
        }
    }
}
