using System.Text;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Models.Checkpoints;
using SVco.Models.Folders;
using SVco.Models.Images;
using SVco.Models.Lora;
using SVco.Models.Text;
using SVco.Tests;
using static TorchSharp.torch;

namespace SVco.Models.Tests.Folders;

/// <summary>Folders as people have them: what is no model's folder says what it is, and files that do not belong together are refused.</summary>
public sealed class ModelFolderTests : IDisposable
{
    const string Config = "config.json";
    const string Preprocessor = "preprocessor_config.json";
    const string Processor = "processor_config.json";
    const string TokenizerFile = "tokenizer.json";

    readonly TinyFolder tiny = new();

    public void Dispose() => tiny.Dispose();

    string Refusal => Assert.Throws<UserException>(() => ModelFolder.Check(tiny.Path)).Message;

    void IsRefusedWith(params ReadOnlySpan<string> words)
    {
        var refusal = Refusal;
        foreach (var word in words)
        {
            Assert.Contains(word, refusal);
        }
    }

    [Theory]
    [InlineData("llava-interleave")]
    [InlineData("llava-1.5")]
    public void A_whole_folder_is_accepted(string model)
    {
        using var folder = new TinyFolder(model);
        Assert.Equal(ModelFamilies.ReadConfig(folder.At(Config)), ModelFolder.Check(folder.Path));
    }

    [Theory]
    [InlineData(35)]
    [InlineData(84)]
    public void A_processor_that_makes_images_of_another_size_is_refused_with_both_files(int side)
    {
        tiny.With(Preprocessor, json => json["size"] = new JsonObject { ["height"] = side, ["width"] = side });
        IsRefusedWith(Preprocessor, Config, $"{side} x {side}", "42 x 42");
        // Whoever loads the weights without having asked is refused too.
        Assert.Contains("42 x 42", Assert.Throws<UserException>(() => VisionLanguageModel.Load(tiny.Path, new())).Message);
    }

    [Fact]
    public void A_processor_that_counts_other_image_tokens_is_refused()
    {
        tiny.With(Processor, json => json["patch_size"] = 7);
        IsRefusedWith(Processor, Config, "patch_size 7");
    }

    [Fact]
    public void An_image_token_that_is_another_token_of_the_tokenizer_is_refused()
    {
        tiny.With(Config, json => json["image_token_index"] = 17);
        IsRefusedWith(Config, TokenizerFile, "17", "492");
    }

    [Fact]
    public void Two_files_that_give_an_added_token_different_ids_are_refused()
    {
        tiny.With(
            "tokenizer_config.json",
            json =>
            {
                var tokens = json["added_tokens_decoder"]!.AsObject();
                var image = tokens["492"]!.DeepClone();
                tokens.Remove("492");
                tokens["493"] = image;
            }
        );
        IsRefusedWith(TokenizerFile, "tokenizer_config.json", "<image>", "492 and 493");
    }

    /// <summary>A value in one file that another file contradicts: each message names both.</summary>
    [Theory]
    [InlineData(Config, "text_config.eos_token_id", "8", "eos_token_id", TokenizerFile, "ordinary text")]
    [InlineData(Config, "text_config.bos_token_id", "8", "bos_token_id", TokenizerFile, "ordinary text")]
    [InlineData(Config, "eos_token_id", "8", "eos_token_id", TokenizerFile, "ordinary text")]
    [InlineData(Config, "pad_token_id", "8", "pad_token_id", TokenizerFile, "ordinary text")]
    [InlineData(Config, "pad_token_id", "4000", "pad_token_id", "4000", "512 tokens")]
    [InlineData("generation_config.json", "eos_token_id", "8", "generation_config.json", TokenizerFile, "ordinary text")]
    [InlineData("generation_config.json", "eos_token_id", "487", "generation_config.json", TokenizerFile, "491 (<|im_end|>)")]
    [InlineData("generation_config.json", "pad_token_id", "8", "pad_token_id", TokenizerFile, "ordinary text")]
    [InlineData("special_tokens_map.json", "eos_token", "\"</s>\"", "tokenizer_config.json", "<|im_end|>", "</s>")]
    [InlineData("special_tokens_map.json", "pad_token", "\"<unk>\"", "tokenizer_config.json", "<|endoftext|>", "<unk>")]
    [InlineData("tokenizer_config.json", "bos_token", "\"<begin>\"", TokenizerFile, "<begin>", "no such token")]
    [InlineData("added_tokens.json", "<image>", "493", TokenizerFile, "added_tokens.json", "492 and 493")]
    [InlineData("added_tokens.json", "<loc_7>", "492", TokenizerFile, "added_tokens.json", "<image> and <loc_7>")]
    [InlineData("added_tokens.json", "<loc_7>", "493", TokenizerFile, "added_tokens.json", "<loc_7>")]
    [InlineData(Processor, "image_token", "\"<img>\"", Processor, "<image>", Config)]
    [InlineData(Config, "image_seq_length", "12", "image_seq_length = 12", "9 tokens", Config)]
    [InlineData(Config, "dtype", "\"bfloat16\"", Config, "torch_dtype = float32", "dtype = bfloat16")]
    [InlineData(Config, "image_token_id", "5", Config, "image_token_index = 492", "image_token_id = 5")]
    [InlineData(TokenizerFile, "model.vocab.Ġreturn", "700", TokenizerFile, "700", "512 tokens")]
    public void What_two_files_say_otherwise_is_refused_with_both(string file, string field, string value, params string[] words)
    {
        if (!File.Exists(tiny.At(file)))
        {
            tiny.With(file, "{}");
        }

        tiny.With(file, json => Set(json, field, value));
        IsRefusedWith(words);
    }

    [Theory]
    [InlineData(Config, "pad_token_id", "-1")]
    [InlineData(Config, "image_seq_length", "576")]
    [InlineData(Config, "text_config.eos_token_id", "489")]
    [InlineData("generation_config.json", "eos_token_id", "[491, 489]")]
    [InlineData("added_tokens.json", "<image>", "492")]
    [InlineData(Config, "rope_theta", "1000000.0")]
    [InlineData(Preprocessor, "do_pad", "false")]
    [InlineData(Preprocessor, "crop_size", "null")]
    [InlineData(Config, "text_config.layer_types", "[\"full_attention\", \"full_attention\"]")]
    [InlineData(Config, "text_config.is_causal", "true")]
    public void What_says_the_same_or_nothing_is_read(string file, string field, string value)
    {
        if (!File.Exists(tiny.At(file)))
        {
            tiny.With(file, "{}");
        }

        var before = ModelFamilies.ReadConfig(tiny.At(Config));
        tiny.With(file, json => Set(json, field, value));
        Assert.Equal(before.UsualImage, ModelFolder.Check(tiny.Path).UsualImage);
    }

    /// <summary>A field that may change the numbers and is not known where it stands, though another section may have it.</summary>
    [Theory]
    [InlineData(Config, "rope_theta", "5000.0")]
    [InlineData(Config, "rope_parameters", "{\"rope_type\": \"yarn\", \"factor\": 4}")]
    [InlineData(Config, "sliding_window", "64")]
    [InlineData(Config, "num_attention_heads", "8")]
    [InlineData(Config, "hidden_act", "\"gelu\"")]
    [InlineData(Config, "vision_config.rope_theta", "5000.0")]
    [InlineData(Config, "vision_config.rms_norm_eps", "0.1")]
    [InlineData(Config, "text_config.layer_norm_eps", "0.1")]
    [InlineData(Config, "text_config.mlp_bias", "true")]
    [InlineData(Config, "text_config.is_causal", "false")]
    [InlineData(Config, "text_config.position_encoding_type", "\"alibi\"")]
    [InlineData(Config, "text_config.mup_width", "3")]
    [InlineData(Config, "text_config.layer_types", "[\"full_attention\"]")]
    [InlineData(Config, "vision_feature_layers", "[-2, -1]")]
    [InlineData(Config, "auto_map", "{\"AutoModel\": \"modeling.Mine\"}")]
    [InlineData(Config, "architectures", "[\"LlavaNextForConditionalGeneration\"]")]
    [InlineData(Config, "compression_config", "{\"quant_method\": \"x\"}")]
    [InlineData(Preprocessor, "do_pad", "true")]
    [InlineData(Preprocessor, "do_grayscale", "true")]
    [InlineData(Preprocessor, "offset", "true")]
    [InlineData(Preprocessor, "pad_size", "{\"height\": 50, \"width\": 50}")]
    [InlineData(Processor, "image_processor", "{\"image_processor_type\": \"CLIPImageProcessorFast\"}")]
    public void What_may_change_the_numbers_and_is_not_known_is_refused(string file, string field, string value)
    {
        tiny.With(file, json => Set(json, field, value));
        IsRefusedWith(file, field.Split('.')[^1]);
    }

    static void Set(JsonObject json, string field, string value)
    {
        var path = field.Split('.');
        path[..^1].Aggregate(json, (section, name) => section[name]!.AsObject())[path[^1]] = JsonNode.Parse(value);
    }

    [Fact]
    public void A_siglip_that_would_be_cropped_is_refused()
    {
        tiny.With(Preprocessor, json => Set(json, "crop_size", "{\"height\": 28, \"width\": 28}"));
        ModelFolder.Check(tiny.Path);
        tiny.With(Preprocessor, json => Set(json, "do_center_crop", "true"));
        IsRefusedWith(Preprocessor, "crop_size");
    }

    [Fact]
    public void An_image_that_is_smaller_than_its_crop_is_refused()
    {
        using var folder = new TinyFolder("llava-1.5");
        folder.With(Preprocessor, json => json["size"] = new JsonObject { ["shortest_edge"] = 20 });
        Assert.Contains("black border", Assert.Throws<UserException>(() => ModelFolder.Check(folder.Path)).Message);
    }

    [Fact]
    public void An_added_token_that_transformers_would_number_otherwise_is_refused()
    {
        tiny.With(
            TokenizerFile,
            json =>
            {
                var token = json["added_tokens"]![0]!.DeepClone();
                (token["id"], token["content"]) = (500, "<loc_7>");
                json["added_tokens"]!.AsArray().Add(token);
            }
        );
        // golden: tokenizers 0.20 gives it the number after that of the image.
        IsRefusedWith(TokenizerFile, "<loc_7>", "500", "493");
    }

    [Fact]
    public void Weights_that_are_there_twice_are_refused()
    {
        tiny.With("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"model.safetensors\"}}");
        ModelFolder.Check(tiny.Path);
        tiny.With("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\"}}");
        IsRefusedWith("model.safetensors.index.json", "twice");
    }

    [Fact]
    public void A_matrix_of_zeros_is_refused_when_it_is_loaded()
    {
        Rewrite(tensors =>
            tensors.Select(tensor => tensor.Name.EndsWith("1.mlp.down_proj.weight") ? new(tensor.Name, zeros_like(tensor.Value)) : tensor)
        );
        var message = Assert.Throws<UserException>(() => VisionLanguageModel.Load(tiny.Path, new())).Message;
        Assert.Contains("1.mlp.down_proj.weight", message);
        Assert.Contains("nothing but zeros", message);
    }

    [Fact]
    public void A_model_with_an_adapter_in_its_folder_is_refused()
    {
        tiny.With("adapter_config.json", "{\"base_model_name_or_path\": \"me/base\", \"peft_type\": \"LORA\"}");
        IsRefusedWith("adapter_config.json", "Take away either");
    }

    [Fact]
    public void Weights_of_flax_are_told()
    {
        var header = System.Text.Encoding.UTF8.GetBytes("{\"__metadata__\":{\"format\":\"flax\"}}");
        File.WriteAllBytes(tiny.At("model.safetensors"), [.. BitConverter.GetBytes((long)header.Length), .. header]);
        IsRefusedWith("model.safetensors", "TensorFlow or Flax");
    }

    [Fact]
    public void A_stop_token_without_embedding_is_refused()
    {
        tiny.With("generation_config.json", json => json["eos_token_id"] = new JsonArray(491, 900));
        IsRefusedWith("generation_config.json", "900", "512 tokens");
    }

    [Fact]
    public void A_head_beside_tied_embeddings_is_refused_when_it_would_be_lost()
    {
        tiny.With(Config, json => json["text_config"]!["tie_word_embeddings"] = true);
        IsRefusedWith("tie_word_embeddings", "lm_head.weight", Config);
    }

    [Fact]
    public void A_missing_head_names_the_field_that_says_so()
    {
        Rewrite(tensors => tensors.Where(tensor => !tensor.Name.Contains("lm_head")));
        tiny.With(Config, json => json["tie_word_embeddings"] = true);
        IsRefusedWith("tie_word_embeddings = false", "text_config", "lm_head.weight");
    }

    [Fact]
    public void Weights_that_are_no_floats_are_refused()
    {
        Rewrite(tensors =>
            tensors.Select(tensor =>
                tensor.Name.EndsWith("down_proj.weight") ? new NamedTensor(tensor.Name, tensor.Value.to(ScalarType.Int8)) : tensor
            )
        );
        IsRefusedWith("down_proj.weight", "I8", "quantised");
    }

    [Fact]
    public void A_quantised_checkpoint_is_named_by_its_method()
    {
        tiny.With(Config, json => json["text_config"]!["quantization_config"] = new JsonObject { ["quant_method"] = "gptq" });
        IsRefusedWith("quantised (gptq)", "unquantised");
    }

    [Theory]
    [InlineData("mistral3", "model_type")]
    [InlineData("llava_next", "model_type")]
    public void Another_family_is_told_before_its_chat_template(string type, string word)
    {
        tiny.With(Config, json => json["model_type"] = type).With("chat_template.json", "{\"chat_template\": \"another\"}");
        IsRefusedWith(word, type, "llava");
    }

    [Fact]
    public void A_checkpoint_of_the_original_code_is_told_so()
    {
        tiny.With(Config, json => json["architectures"] = new JsonArray("LlavaQwenForCausalLM"));
        IsRefusedWith("original LLaVA code", "llava-hf/");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public void A_git_lfs_pointer_is_told_in_any_file(string file)
    {
        tiny.With(
            file,
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
        );
        IsRefusedWith(file, "Git LFS pointer", "git lfs pull");
    }

    [Fact]
    public void A_web_page_in_a_files_place_is_told()
    {
        tiny.With(Preprocessor, "\n<!DOCTYPE html><html><body>Sign in</body></html>");
        IsRefusedWith(Preprocessor, "web page");
    }

    [Fact]
    public void Weights_of_another_format_are_told()
    {
        tiny.Without("model.safetensors").With("pytorch_model-00001-of-00002.bin", "x");
        IsRefusedWith("pytorch_model-00001-of-00002.bin", "safetensors");
    }

    [Fact]
    public void An_adapters_folder_names_its_base()
    {
        tiny.Without("model.safetensors")
            .With("adapter_config.json", "{\"base_model_name_or_path\": \"me/base\", \"peft_type\": \"LORA\"}");
        IsRefusedWith("LoRA adapter of me/base", "merge");
    }

    [Fact]
    public void Folders_around_a_model_say_which_folder_to_give()
    {
        using var folder = new TemporaryFolder();
        string Refused(string path)
        {
            Directory.CreateDirectory(folder.At(path));
            return Assert.Throws<UserException>(() => ModelFolder.Check(folder.At(path.Split('/')[0]))).Message;
        }

        Assert.Contains(Path.Combine("snapshots", "0123abc"), Refused("one/snapshots/0123abc"));
        Assert.Contains("me/tiny", Refused("cache/hub/models--me--tiny"));
        Directory.CreateDirectory(folder.At("run"));
        File.WriteAllText(folder.At("run", "experiment.yaml"), "");
        Assert.Contains("not finished", Refused("run"));
        Assert.Contains(folder.At("run", "checkpoint"), Refused("run/checkpoint"));
        Assert.Contains("no config.json", Refused("other"));
        Assert.Contains("does not exist", Assert.Throws<UserException>(() => ModelFolder.Check(folder.At("none"))).Message);
    }

    [Fact]
    public void Settings_with_a_byte_order_mark_or_in_utf_16_are_read()
    {
        var before = ModelFolder.Check(tiny.Path);
        File.WriteAllText(tiny.At(Config), File.ReadAllText(tiny.At(Config)), new UTF8Encoding(true));
        File.WriteAllText(tiny.At(Preprocessor), File.ReadAllText(tiny.At(Preprocessor)), System.Text.Encoding.Unicode);
        Assert.Equal(before, ModelFolder.Check(tiny.Path));
    }

    [Theory]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"a\\udc00b\"")]
    [InlineData("\"\\ud83d\\u0041\"")]
    [InlineData("\"\\ud83d x \\ude00\"")]
    public void Half_of_a_surrogate_pair_is_one_message(string text)
    {
        tiny.With(Config, $"{{\"model_type\": {text}}}");
        IsRefusedWith(Config, "surrogate pair");
    }

    [Fact]
    public void A_whole_surrogate_pair_and_an_escaped_backslash_are_read()
    {
        tiny.With("chat_template.json", json => json["note"] = "😀 \\ud83d");
        ModelFolder.Check(tiny.Path);
    }

    [Theory]
    [InlineData("num_hidden_layers", 1_000_000)]
    [InlineData("vocab_size", 2_000_000_000)]
    [InlineData("hidden_size", -3)]
    public void A_number_that_no_model_has_is_refused_before_anything_is_made_of_it(string field, int value)
    {
        tiny.With(Config, json => json["text_config"]![field] = value);
        IsRefusedWith($"text_config.{field}", $"{value}");
    }

    [Fact]
    public void Weights_of_another_shape_are_refused_before_any_is_loaded()
    {
        tiny.With(Config, json => json["text_config"]!["vocab_size"] = 2 * (int)json["text_config"]!["vocab_size"]!);
        IsRefusedWith("has the shape", "config.json and the weights belong to different models");
    }

    [Fact]
    public void Weights_that_are_missing_or_too_many_are_refused_before_any_is_loaded()
    {
        var layers = (int)tiny.Json(Config)["text_config"]!["num_hidden_layers"]!;
        tiny.With(Config, json => json["text_config"]!["num_hidden_layers"] = layers + 1);
        IsRefusedWith("lack", $"layers.{layers}.");
        tiny.With(Config, json => json["text_config"]!["num_hidden_layers"] = layers - 1);
        IsRefusedWith("no place for", $"layers.{layers - 1}.");
    }

    [Fact]
    public void A_folder_without_weights_is_refused_as_such_where_weights_are_wanted()
    {
        tiny.Without("model.safetensors");
        IsRefusedWith("has no weights");
        Assert.Equal(ModelFamilies.ReadConfig(tiny.At(Config)), ModelFolder.CheckWithoutWeights(tiny.Path));
    }

    [Fact]
    public void A_pattern_that_never_ends_is_told_where_it_stands()
    {
        tiny.With(
            TokenizerFile,
            json =>
                json["pre_tokenizer"] = JsonNode.Parse(
                    """
                    {
                      "type": "Sequence",
                      "pretokenizers": [
                        { "type": "Split", "pattern": { "Regex": "(a+)+$" }, "behavior": "Isolated", "invert": false },
                        { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false }
                      ]
                    }
                    """
                )
        );
        var tokenizer = Tokenizer.Load(tiny.Path);
        var error = Assert.Throws<UserException>(() => tokenizer.Encode(new string('a', 60) + "!", false));
        Assert.Contains("pre_tokenizer", error.Message);
        Assert.Contains("takes more than", error.Message);
    }

    [Fact]
    public void The_layout_of_transformers_5_is_the_same_model()
    {
        var before = (ModelFolder.Check(tiny.Path), ImageProcessor.SettingsOf(tiny.Path).Length > 0, Chat(tiny.Path));
        ToVersion5(tiny);
        Assert.Equal(before, (ModelFolder.Check(tiny.Path), ImageProcessor.SettingsOf(tiny.Path).Length > 0, Chat(tiny.Path)));
    }

    [Fact]
    public void Two_places_of_the_image_settings_that_differ_are_refused()
    {
        var settings = tiny.Json(Preprocessor);
        settings["image_mean"] = new JsonArray(0.4, 0.5, 0.5);
        tiny.With(Processor, json => json["image_processor"] = settings);
        IsRefusedWith(Preprocessor, Processor, "image_mean");
    }

    [Fact]
    public void Two_places_of_the_image_settings_that_say_the_same_are_read_though_one_says_less()
    {
        tiny.With(Preprocessor, json => json["do_convert_rgb"] = null);
        var settings = tiny.Json(Preprocessor);
        settings["do_convert_rgb"] = true;
        settings["size"]!.AsObject()["longest_edge"] = null;
        tiny.With(Processor, json => json["image_processor"] = settings);
        ModelFolder.Check(tiny.Path);
    }

    [Theory]
    [InlineData("SiglipImageProcessorPil")]
    [InlineData("SiglipImageProcessorFast")]
    public void The_class_of_another_environment_is_the_same_processor(string name)
    {
        tiny.With(Preprocessor, json => json["image_processor_type"] = name);
        ModelFolder.Check(tiny.Path);
    }

    [Fact]
    public void What_is_saved_of_a_folder_of_transformers_5_is_in_the_older_layout()
    {
        ToVersion5(tiny);
        using var folder = new TemporaryFolder();
        using (var model = VisionLanguageModel.Load(tiny.Path, new()))
        {
            model.Save(folder.At("saved"));
        }

        JsonNode Saved(string file) => JsonNode.Parse(File.ReadAllText(folder.At("saved", file)))!;
        var config = Saved(Config);
        Assert.Equal(
            (1e6, 492, "float32", null),
            (
                (double)config["text_config"]!["rope_theta"]!,
                (int)config["image_token_index"]!,
                (string)config["torch_dtype"]!,
                config["dtype"]
            )
        );
        Assert.Equal("SiglipImageProcessor", (string?)Saved(Preprocessor)["image_processor_type"]);
        Assert.Null(Saved(Processor)["image_processor"]);
        Assert.NotNull(Saved("chat_template.json")["chat_template"]);
        Assert.Equal("PreTrainedTokenizerFast", (string?)Saved("tokenizer_config.json")["tokenizer_class"]);
        ModelFolder.Check(folder.At("saved"));
    }

    [Fact]
    public void A_link_to_a_file_that_is_gone_is_left_out_of_what_is_saved()
    {
        File.CreateSymbolicLink(tiny.At("added_tokens.json"), tiny.At("gone.json"));
        using var folder = new TemporaryFolder();
        using var model = VisionLanguageModel.Load(tiny.Path, new());
        model.Save(folder.At("saved"));
        Assert.False(File.Exists(folder.At("saved", "added_tokens.json")));
        Assert.True(File.Exists(folder.At("saved", "special_tokens_map.json")));
    }

    [Fact]
    public void A_lora_leaves_the_frozen_tower_alone_under_the_names_of_every_version()
    {
        var config = ModelFamilies.ReadConfig(tiny.At(Config));
        var lora = LoraConfig.Outside(config, Part.VisionTower, 4, 8, "q_proj", "v_proj");
        foreach (var name in VisionLanguageModel.ParameterShapes(config).Where(shape => shape.Map?.EndsWith(".q_proj") == true))
        {
            foreach (var known in config.NamesInFiles(name.Name).Select(file => file[..^".weight".Length]))
            {
                Assert.Equal(
                    name.Part == Part.LanguageModel,
                    System.Text.RegularExpressions.Regex.IsMatch(known, $@"\A(?:{lora.TargetPattern})\z")
                );
            }
        }
    }

    [Fact]
    public void An_adapter_with_the_names_of_newer_versions_is_the_same_adapter()
    {
        using var folder = new TemporaryFolder();
        using var model = VisionLanguageModel.Load(tiny.Path, new());
        var lora = LoraConfig.Outside(model.Config, Part.VisionTower, 4, 8, "q_proj", "v_proj");
        using (var adapter = LoraAdapter.Create(model, lora, seed: 3))
        {
            adapter.Save(folder.At("ours"));
            var renamed = adapter.Parameters.Select(parameter => new NamedTensor(
                parameter.Name.Replace("model.language_model.model.", "model.model.language_model."),
                parameter.Value
            ));
            Directory.CreateDirectory(folder.At("theirs"));
            File.Copy(folder.At("ours", "adapter_config.json"), folder.At("theirs", "adapter_config.json"));
            SafetensorsWriter.Write(folder.At("theirs", "adapter_model.safetensors"), [.. renamed]);
        }

        using var read = LoraAdapter.Load(folder.At("theirs"), model);
        using var ours = SafetensorsFile.Open(folder.At("ours", "adapter_model.safetensors"));
        Assert.Equal(ours.Header.Tensors.Count, read.Parameters.Count);
        Assert.All(read.Parameters, parameter => Assert.True(parameter.Value.equal(ours.Read(parameter.Name)).all().item<bool>()));
    }

    static string Chat(string folder) => ChatFormat.For(Tokenizer.Load(folder), folder).Name;

    /// <summary>The same folder as transformers 5 saves it.</summary>
    static void ToVersion5(TinyFolder folder)
    {
        var settings = folder.Json(Preprocessor);
        settings["image_processor_type"] = "SiglipImageProcessorFast";
        var template = (string)folder.Json("chat_template.json")["chat_template"]!;
        folder
            .With(Processor, json => json["image_processor"] = settings)
            .With("chat_template.jinja", template)
            .With("tokenizer_config.json", json => json["tokenizer_class"] = "TokenizersBackend")
            .Without(Preprocessor, "chat_template.json")
            .With(
                Config,
                json =>
                {
                    var text = json["text_config"]!.AsObject();
                    text["rope_parameters"] = new JsonObject
                    {
                        ["rope_theta"] = text["rope_theta"]!.DeepClone(),
                        ["rope_type"] = "default",
                    };
                    text.Remove("rope_theta");
                    json["image_token_id"] = json["image_token_index"]!.DeepClone();
                    json.Remove("image_token_index");
                    json["dtype"] = json["torch_dtype"]!.DeepClone();
                    json.Remove("torch_dtype");
                }
            );
    }

    void Rewrite(Func<IEnumerable<NamedTensor>, IEnumerable<NamedTensor>> change)
    {
        NativeLibraries.Load();
        NamedTensor[] tensors;
        using (var file = SafetensorsFile.Open(tiny.At("model.safetensors")))
        {
            tensors = [.. file.Header.Tensors.Keys.Select(name => new NamedTensor(name, file.Read(name)))];
        }

        SafetensorsWriter.Write(tiny.At("model.safetensors"), [.. change(tensors)]);
    }
}
