using System.Text.Json;
using SVco.Core;
using SVco.Models.Llava;
using SVco.Models.Text;
using SVco.Tests;

namespace SVco.Models.Tests;

/// <summary>Configs against golden/defaults, and what is refused.</summary>
public sealed class ConfigTests
{
    [Fact]
    public void A_config_that_says_nothing_has_the_recorded_defaults()
    {
        foreach (var file in Defaults())
        {
            var (type, recorded) = (Path.GetFileNameWithoutExtension(file), Golden.Json(file));
            var silent = $$"""{"model_type":"{{type}}"}""";
            switch (type)
            {
                case "llama" or "qwen2":
                    CheckText(recorded, With(silent, path => TextConfig.Parse(JsonField.Read(path))));
                    break;
                case "clip_vision_model" or "siglip_vision_model":
                    CheckVision(recorded, With(silent, VisionConfig.Read));
                    break;
                case "clip" or "siglip":
                    CheckVision(recorded.GetProperty("vision_config"), With(silent, VisionConfig.Read));
                    break;
                case "dinov2":
                    CheckDinov2(recorded, With(silent, Dinov2Config.Read));
                    break;
                case "llava":
                    CheckLlava(recorded, With(silent, LlavaConfig.Read));
                    break;
                default:
                    Assert.Fail($"{file}: no config of this type is read.");
                    break;
            }
        }
    }

    [Fact]
    public void A_config_that_spells_out_the_defaults_is_the_silent_one()
    {
        foreach (var file in Defaults())
        {
            var type = Path.GetFileNameWithoutExtension(file);
            var (spelledOut, silent) = (File.ReadAllText(file), $$"""{"model_type":"{{type}}"}""");
            Func<string, object> read = type switch
            {
                "llama" or "qwen2" => path => TextConfig.Parse(JsonField.Read(path)),
                "dinov2" => Dinov2Config.Read,
                "llava" => LlavaConfig.Read,
                _ => VisionConfig.Read,
            };
            Assert.Equal(With(silent, read), With(spelledOut, read));
        }
    }

    [Fact]
    public void The_published_configs_resolve_to_the_recorded_names_shapes_and_counts()
    {
        foreach (
            var file in Directory.Exists(Golden.PathOf("defaults")) ? Directory.GetFiles(Golden.PathOf("defaults"), "*.shapes.json") : []
        )
        {
            var recorded = Golden.Json(file);
            var config = LlavaConfig.Read(file.Replace(".shapes.json", ".config.json"));
            var shapes = VisionLanguageModel.ParameterShapes(config);
            Assert.Equal(
                recorded
                    .GetProperty("shapes")
                    .EnumerateObject()
                    .Select(shape => $"{shape.Name} {shape.Value.GetRawText().ReplaceLineEndings("")}"),
                shapes.Select(shape => $"{shape.Name} [{string.Join(",", shape.Shape)}]")
            );
            Assert.Equal(recorded.GetProperty("parameters").GetInt64(), shapes.Sum(shape => shape.Count));
            var resolved = recorded.GetProperty("resolved");
            CheckText(resolved.GetProperty("text"), config.Text);
            CheckVision(resolved.GetProperty("vision"), config.Vision);
        }
    }

    [Fact]
    public void A_config_written_from_its_record_reads_as_the_same_record()
    {
        foreach (
            var config in (LlavaConfig[])
                [LlavaConfig.Default, Small.Config, Small.Config with { TorchDtype = "bfloat16", PadTokenId = null }]
        )
        {
            Assert.Equal(config, With(config.ToJson().ToJsonString(), LlavaConfig.Read));
        }
    }

    [Theory]
    [InlineData("""{"model_type":"llava_next"}""", "model_type")]
    [InlineData("""{}""", "model_type")]
    [InlineData("""{"model_type":"llava","text_config":{"model_type":"mistral"}}""", "text_config.model_type")]
    [InlineData("""{"model_type":"llava","vision_config":{"model_type":"pixtral"}}""", "vision_config.model_type")]
    [InlineData("""{"model_type":"llava","text_config":{"rope_scaling":{"rope_type":"llama3"}}}""", "text_config.rope_scaling")]
    [InlineData("""{"model_type":"llava","text_config":{"rope_scaling":{"type":"linear","factor":2}}}""", "text_config.rope_scaling")]
    [InlineData(
        """{"model_type":"llava","text_config":{"model_type":"qwen2","use_sliding_window":true}}""",
        "text_config.use_sliding_window"
    )]
    [InlineData("""{"model_type":"llava","text_config":{"hidden_act":"swiglu"}}""", "text_config.hidden_act")]
    [InlineData("""{"model_type":"llava","text_config":{"attention_dropout":0.1}}""", "text_config.attention_dropout")]
    [InlineData("""{"model_type":"llava","text_config":{"num_key_value_heads":5}}""", "text_config.num_key_value_heads")]
    [InlineData("""{"model_type":"llava","text_config":{"hidden_size":-4}}""", "text_config.hidden_size")]
    [InlineData("""{"model_type":"llava","text_config":{"hidden_size":"4096"}}""", "text_config.hidden_size")]
    [InlineData("""{"model_type":"llava","text_config":7}""", "text_config")]
    [InlineData("""{"model_type":"llava","vision_config":{"num_attention_heads":7}}""", "vision_config.num_attention_heads")]
    [InlineData("""{"model_type":"llava","vision_feature_layer":[-2,-5]}""", "vision_feature_layer")]
    [InlineData("""{"model_type":"llava","vision_feature_layer":25}""", "vision_feature_layer")]
    [InlineData("""{"model_type":"llava","vision_feature_select_strategy":"cls"}""", "vision_feature_select_strategy")]
    [InlineData("""{"model_type":"llava","image_token_index":1.5}""", "image_token_index")]
    [InlineData("""{"model_type":"llava","model_type":"llava"}""", "JSON")]
    [InlineData("""{"model_type":""", "JSON")]
    [InlineData("""[]""", "JSON")]
    public void What_is_wrong_or_not_supported_is_refused_by_file_and_field(string json, string field)
    {
        var error = Assert.Throws<UserException>(() => With(json, LlavaConfig.Read));
        Assert.Contains("config.json", error.Message);
        Assert.Contains(field, error.Message);
    }

    [Fact]
    public void Unscaled_rope_in_newer_files_is_read()
    {
        var config = With(
            """{"model_type":"llava","image_token_id":9,"dtype":"bfloat16","text_config":{"rope_parameters":{"rope_type":"default","rope_theta":500000.0}}}""",
            LlavaConfig.Read
        );
        Assert.Equal((500000.0, 9, "bfloat16"), (config.Text.RopeTheta, config.ImageTokenId, config.TorchDtype));
    }

    static void CheckLlava(JsonElement recorded, LlavaConfig config)
    {
        CheckText(recorded.GetProperty("text_config"), config.Text);
        CheckVision(recorded.GetProperty("vision_config"), config.Vision);
        Check(recorded, "image_seq_length", config.UsualImageTokens);
        Check(recorded, "image_token_index", config.ImageTokenId);
        Check(recorded, "pad_token_id", config.PadTokenId);
        Check(recorded, "projector_hidden_act", Activations.NameOf(config.ProjectorActivation));
        Check(recorded, "vision_feature_layer", config.FeatureLayer);
        Check(recorded, "vision_feature_select_strategy", config.DropFirstToken ? "default" : "full");
    }

    static void CheckText(JsonElement recorded, TextConfig config)
    {
        Check(recorded, "model_type", config.ModelType);
        Check(recorded, "vocab_size", config.VocabularySize);
        Check(recorded, "hidden_size", config.HiddenSize);
        Check(recorded, "intermediate_size", config.IntermediateSize);
        Check(recorded, "num_hidden_layers", config.Layers);
        Check(recorded, "num_attention_heads", config.Heads);
        Check(recorded, "num_key_value_heads", config.KeyValueHeads);
        Check(recorded, "head_dim", config.HeadSize);
        Check(recorded, "rms_norm_eps", config.RmsNormEpsilon);
        Check(recorded, "rope_theta", config.RopeTheta);
        Check(recorded, "hidden_act", Activations.NameOf(config.Activation));
        Check(recorded, "attention_bias", config.OutputBias);
        Check(recorded, "mlp_bias", config.MlpBias);
        Check(recorded, "tie_word_embeddings", config.TieWordEmbeddings);
        Check(recorded, "max_position_embeddings", config.MaximumPositions);
        Check(recorded, "initializer_range", config.InitializerRange);
        Check(recorded, "bos_token_id", config.BeginTokenId);
        Check(recorded, "eos_token_id", config.EndTokenId);
    }

    static void CheckVision(JsonElement recorded, VisionConfig config)
    {
        Check(recorded, "model_type", config.ModelType);
        Check(recorded, "hidden_size", config.HiddenSize);
        Check(recorded, "intermediate_size", config.IntermediateSize);
        Check(recorded, "num_hidden_layers", config.Layers);
        Check(recorded, "num_attention_heads", config.Heads);
        Check(recorded, "image_size", config.ImageSize);
        Check(recorded, "patch_size", config.PatchSize);
        Check(recorded, "num_channels", config.Channels);
        Check(recorded, "hidden_act", Activations.NameOf(config.Activation));
        Check(recorded, "layer_norm_eps", config.LayerNormEpsilon);
    }

    static void CheckDinov2(JsonElement recorded, Dinov2Config config)
    {
        Check(recorded, "hidden_size", config.HiddenSize);
        Check(recorded, "num_hidden_layers", config.Layers);
        Check(recorded, "num_attention_heads", config.Heads);
        Check(recorded, "mlp_ratio", config.MlpRatio);
        Check(recorded, "image_size", config.ImageSize);
        Check(recorded, "patch_size", config.PatchSize);
        Check(recorded, "num_channels", config.Channels);
        Check(recorded, "hidden_act", Activations.NameOf(config.Activation));
        Check(recorded, "layer_norm_eps", config.LayerNormEpsilon);
        Check(recorded, "qkv_bias", config.QueryKeyValueBias);
        Check(recorded, "use_swiglu_ffn", config.SwiGlu);
    }

    static void Check<T>(JsonElement recorded, string field, T value)
    {
        if (recorded.TryGetProperty(field, out var expected))
        {
            Assert.Equal((field, expected.Deserialize<T>()), (field, value));
        }
    }

    static IEnumerable<string> Defaults() =>
        Directory.Exists(Golden.PathOf("defaults"))
            ? Directory
                .GetFiles(Golden.PathOf("defaults"), "*.json")
                .Where(file => Path.GetFileName(file).Count(letter => letter == '.') == 1)
            : [];

    static T With<T>(string json, Func<string, T> read)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("config.json"), json);
        return read(folder.At("config.json"));
    }
}
