using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Files;
using SVco.Models.Checkpoints;
using SVco.Tests;
using static TorchSharp.torch;

namespace SVco.Models.Tests;

/// <summary>Saving and loading whole folders, and checkpoints that do not fit their config.</summary>
public sealed class SaveTests
{
    [Fact]
    public void A_saved_folder_holds_the_same_tensors_config_and_companions()
    {
        foreach (var source in LlavaCase.Models())
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var original = Checkpoint.Open(source);
            using var model = VisionLanguageModel.Load(source, new() { Dtype = null });
            model.Save(folder.At("saved"), maximumShardBytes: 100_000);
            using var saved = Checkpoint.Open(folder.At("saved"));
            Assert.Equal(original.Names.Order(), saved.Names.Order());
            Assert.All(
                model.Parameters,
                parameter =>
                {
                    var read = empty_like(parameter.Value);
                    saved.CopyTo(parameter.Name, read);
                    Assert.Equal(original.TypeOf(parameter.Name), saved.TypeOf(parameter.Name));
                    Assert.True(read.bytes.SequenceEqual(parameter.Value.bytes), parameter.Name);
                }
            );
            Assert.Equal(Kept(source), Kept(folder.At("saved")));
            Assert.True(
                JsonNode.DeepEquals(
                    JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json"))),
                    JsonNode.Parse(File.ReadAllText(folder.At("saved", "config.json")))
                )
            );
        }
    }

    [Fact]
    public void A_model_saved_in_another_type_says_so_in_its_config()
    {
        using var folder = new TemporaryFolder();
        using (
            var model = VisionLanguageModel.Random(Small.Config, 3, new() { Dtype = ScalarType.Float16, VisionDtype = ScalarType.BFloat16 })
        )
        {
            model.Save(folder.At("half"));
        }

        using var read = VisionLanguageModel.Load(folder.At("half"), new() { Dtype = null });
        Assert.Equal(Small.Config with { TorchDtype = "float16" }, read.Config);
        Assert.All(
            read.Parameters,
            parameter =>
                Assert.Equal(parameter.Name.StartsWith("vision_tower") ? ScalarType.BFloat16 : ScalarType.Float16, parameter.Value.dtype)
        );
    }

    [Fact]
    public void Random_weights_written_shard_by_shard_are_the_files_of_the_random_model()
    {
        using var folder = new TemporaryFolder();
        using (var model = VisionLanguageModel.Random(Small.Config, 3, new() { Dtype = ScalarType.BFloat16 }))
        {
            model.Save(folder.At("whole"), maximumShardBytes: 3000);
        }

        VisionLanguageModel.SaveRandom(Small.Config, 3, ScalarType.BFloat16, folder.At("streamed"), maximumShardBytes: 3000);
        var streamed = Contents(folder.At("streamed"));
        Assert.True(streamed.Count > 3, "there must be shards for this to mean anything");
        Assert.All(
            Contents(folder.At("whole")),
            file => Assert.Equal(file.Value, streamed[folder.At("streamed", Path.GetFileName(file.Key))])
        );
        using var read = VisionLanguageModel.Load(folder.At("streamed"), new() { Dtype = null });
        Assert.Equal(ScalarType.BFloat16, read.Dtype);
    }

    [Fact]
    public void The_same_seed_means_the_same_weights_in_every_type()
    {
        using var scope = NewDisposeScope();
        using var one = VisionLanguageModel.Random(Small.Config, 3, new());
        using var same = VisionLanguageModel.Random(Small.Config, 3, new() { Dtype = ScalarType.Float64 });
        using var other = VisionLanguageModel.Random(Small.Config, 4, new());
        foreach (var (a, b) in one.Parameters.Zip(same.Parameters))
        {
            Near.Equal(a.Value, b.Value, 0, a.Name);
        }

        Assert.True(Near.Largest(one.Parameters[0].Value, other.Parameters[0].Value) > 0.01);
    }

    [Fact]
    public void Names_of_newer_transformers_are_read()
    {
        foreach (var source in LlavaCase.Models())
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            using var model = VisionLanguageModel.Load(source, new());
            SafetensorsWriter.Write(
                folder.At("model.safetensors"),
                model.Parameters.Select(parameter => parameter with { Name = Newer(parameter.Name) })
            );
            File.Copy(Path.Combine(source, "config.json"), folder.At("config.json"));
            using var read = VisionLanguageModel.Load(folder.At(), new());
            foreach (var (a, b) in model.Parameters.Zip(read.Parameters))
            {
                Assert.Equal(a.Name, b.Name);
                Near.Equal(a.Value, b.Value, 0, a.Name);
            }
        }
    }

    [Fact]
    public void Buffers_of_older_transformers_are_ignored_and_other_surplus_is_refused()
    {
        using var folder = new TemporaryFolder();
        Write(folder, tensors => tensors.Append(new("language_model.model.layers.0.self_attn.rotary_emb.inv_freq", ones(2))));
        VisionLanguageModel.Load(folder.At("model"), new()).Dispose();
        Assert.Contains("'surplus.weight'", Refused(tensors => tensors.Append(new("surplus.weight", ones(2)))));
    }

    [Fact]
    public void Missing_and_misshapen_parameters_are_refused_by_name()
    {
        Assert.Contains(
            "lack 'language_model.model.norm.weight'",
            Refused(tensors => tensors.Where(tensor => !tensor.Name.EndsWith("model.norm.weight")))
        );
        Assert.Contains(
            "'multi_modal_projector.linear_1.bias'",
            Refused(tensors =>
                tensors.Select(tensor => tensor.Name == "multi_modal_projector.linear_1.bias" ? tensor with { Value = ones(3) } : tensor)
            )
        );
    }

    [Fact]
    public void Folders_without_weights_or_config_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("config.json", Assert.Throws<UserException>(() => VisionLanguageModel.Load(folder.At(), new())).Message);
        File.WriteAllText(folder.At("config.json"), Small.Config.ToJson().ToJsonString());
        Assert.Contains("model.safetensors", Assert.Throws<UserException>(() => VisionLanguageModel.Load(folder.At(), new())).Message);
    }

    [Fact]
    public void An_older_folder_is_replaced_as_a_whole_or_not_at_all()
    {
        using var folder = new TemporaryFolder();
        using var model = VisionLanguageModel.Random(Small.Config, 3, new());
        model.Save(folder.At("run"));
        File.WriteAllText(folder.At("run", "old.txt"), "old");
        Assert.Contains("exists already", Assert.Throws<UserException>(() => model.Save(folder.At("run"))).Message);

        var before = Contents(folder.At("run"));
        var full = Assert.Throws<UserException>(() =>
            AtomicOutput.WriteFolder(
                folder.At("run"),
                overwrite: true,
                temporary =>
                {
                    File.WriteAllText(Path.Combine(temporary, "config.json"), "half");
                    AtomicOutput.WriteFile(
                        Path.Combine(temporary, "model.safetensors"),
                        _ => throw new IOException("No space left on device.")
                    );
                }
            )
        );
        Assert.StartsWith($"{folder.At("run")} cannot be written: No space left", full.Message);
        Assert.Equal(before, Contents(folder.At("run")));

        model.Save(folder.At("run"), overwrite: true);
        Assert.False(File.Exists(folder.At("run", "old.txt")));
        Assert.Equal([folder.At("run")], Directory.GetFileSystemEntries(folder.At()));
    }

    static string Refused(Func<IEnumerable<NamedTensor>, IEnumerable<NamedTensor>> change)
    {
        using var folder = new TemporaryFolder();
        Write(folder, change);
        return Assert.Throws<UserException>(() => VisionLanguageModel.Load(folder.At("model"), new())).Message;
    }

    /// <summary>A checkpoint with changed tensors.</summary>
    static void Write(TemporaryFolder folder, Func<IEnumerable<NamedTensor>, IEnumerable<NamedTensor>> change)
    {
        using var scope = NewDisposeScope();
        using var model = VisionLanguageModel.Random(Small.Config, 1, new());
        model.Save(folder.At("model"));
        SafetensorsWriter.Write(folder.At("model", "model.safetensors"), change(model.Parameters));
    }

    static Dictionary<string, byte[]> Contents(string folder) => Directory.GetFiles(folder).ToDictionary(file => file, File.ReadAllBytes);

    static string Newer(string name) =>
        name.StartsWith("language_model.model.") ? "model.language_model." + name["language_model.model.".Length..]
        : name.StartsWith("language_model.") ? name["language_model.".Length..]
        : "model." + name;

    /// <summary>Companion files and their contents.</summary>
    static IEnumerable<(string?, string)> Kept(string folder) =>
        Directory
            .GetFiles(folder)
            .Select(file => (Name: Path.GetFileName(file), file))
            .Where(file => file.Name is "generation_config.json" || file.Name.StartsWith("tokenizer") || file.Name.EndsWith(".jinja"))
            .Select(file => ((string?)file.Name, File.ReadAllText(file.file)))
            .Order();
}
