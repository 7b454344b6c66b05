using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SVco.Models.Checkpoints;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>What a person gets for a mistake or a damaged file: exit code 1 and one clear message, before anything is lost.</summary>
public sealed class BadInputTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("svco-bad").FullName;

    public BadInputTests()
    {
        Copy(Path.Combine(Golden.RepositoryRoot, "tests", "golden", "svco", "llava-interleave", "checkpoint"), PathOf("model"));
        Copy(Path.Combine(Golden.RepositoryRoot, "tests", "golden", "svco", "images"), PathOf("images"));
        File.Copy(Path.Combine(Golden.RepositoryRoot, "tests", "golden", "svco", "train.json"), PathOf("pairs.json"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_missing_image_is_named_with_its_pair()
    {
        File.Delete(PathOf("images/03_l.png"));
        await Fails("pairs.json#3: ", "03_l.png does not exist", "--images");
    }

    [Fact]
    public async Task A_broken_image_is_named()
    {
        File.WriteAllBytes(PathOf("images/03_l.png"), File.ReadAllBytes(PathOf("images/03_l.png"))[..3000]);
        await Fails("images/03_l.png");
    }

    [Fact]
    public async Task Weights_that_are_not_numbers_stop_the_run_at_the_pair()
    {
        PutNotANumber(PathOf("model/model.safetensors"), "multi_modal_projector.linear_1.bias");
        await Fails("pairs.json#", "not finite");
    }

    [Fact]
    public async Task A_loss_that_is_not_a_number_stops_the_step_and_names_its_pairs()
    {
        PutNotANumber(PathOf("model/model.safetensors"), "multi_modal_projector.linear_1.bias");
        await Fails(
            ["--objective", "Sft()", "--batch-size", "2"],
            "Step 1",
            "the loss is NaN",
            "pairs.json#",
            "The weights were not changed"
        );
    }

    [Fact]
    public async Task A_truncated_weights_file_is_named()
    {
        File.WriteAllBytes(PathOf("model/model.safetensors"), File.ReadAllBytes(PathOf("model/model.safetensors"))[..^1000]);
        await Fails("model.safetensors");
    }

    [Fact]
    public async Task An_unknown_model_type_is_named()
    {
        var config = JsonNode.Parse(File.ReadAllText(PathOf("model/config.json")))!;
        config["text_config"]!["model_type"] = "mamba";
        File.WriteAllText(PathOf("model/config.json"), config.ToJsonString());
        await Fails("mamba", "config.json");
    }

    [Fact]
    public async Task Pairs_that_are_not_JSON_are_pointed_at()
    {
        File.WriteAllText(PathOf("pairs.json"), "[\n  {\"chosen_images\": oops}\n]");
        await Fails("pairs.json, line 2");
    }

    [Fact]
    public async Task A_pair_whose_image_the_text_limit_cuts_away_is_refused_by_name_and_counted_at_the_end()
    {
        var pairs = JsonNode.Parse(File.ReadAllText(PathOf("pairs.json")))!.AsArray();
        pairs[5]!["system_prompt"] = string.Join(' ', Enumerable.Repeat("word", 200));
        File.WriteAllText(PathOf("pairs.json"), pairs.ToJsonString());

        var (output, code) = await Run("--max-steps", "1");

        Assert.Equal(0, code);
        Assert.Contains("refused pairs.json#5", output);
        Assert.Contains("1 pair was refused", output);
        Assert.Contains("pairs.json#5", File.ReadAllText(PathOf("run/refused.jsonl")));
    }

    [Theory]
    [InlineData("--learning-rate", "-1", "--learning-rate is -1")]
    [InlineData("--objective", "-LogSigmoid(0.1*(r.W.Match", "expected")]
    [InlineData("--device", "abacus", "abacus")]
    [InlineData("--data", "nowhere.json", "nowhere.json")]
    public async Task A_wrong_option_is_explained(string option, string value, string message) => await Fails([option, value], message);

    [MountFact]
    public async Task A_disk_that_fills_up_leaves_the_state_before_and_the_run_goes_on_when_there_is_room()
    {
        string[] steps = ["--save-every", "1", "--accumulation", "1", "--max-steps", "40", "--epochs", "40"];
        using var disk = new FullDisk(PathOf("disk"), kilobytes: 60_000);
        var states = PathOf("disk/run/checkpoints");
        var run = Run(["--output", PathOf("disk/run"), .. steps]);
        while (
            !run.IsCompleted
            && !(Directory.Exists(states) && Directory.GetFiles(states, "state.json", SearchOption.AllDirectories).Length > 0)
        )
        {
            await Task.Delay(10);
        }

        // Something else takes all that is left.
        Assert.Throws<IOException>(() => Fill(PathOf("disk/other")));

        var (output, code) = await run;
        Assert.Equal(1, code);
        Assert.Contains("No space left", output);
        Assert.Single(Directory.GetFileSystemEntries(states));

        File.Delete(PathOf("disk/other"));
        Assert.Equal(0, (await Run(["--output", PathOf("disk/run"), .. steps])).Code);
        Assert.Equal(0, (await Run(["--output", PathOf("roomy"), .. steps])).Code);
        Assert.Equal(
            File.ReadAllBytes(PathOf("roomy/checkpoint/model.safetensors")),
            File.ReadAllBytes(PathOf("disk/run/checkpoint/model.safetensors"))
        );
    }

    [MountFact]
    public async Task A_disk_without_room_for_two_states_is_refused_before_the_first_step()
    {
        using var disk = new FullDisk(PathOf("disk"), kilobytes: 1900);
        await FailsBefore(
            ["--output", PathOf("disk/run"), "--save-every", "1", "--accumulation", "1"],
            "Saving needs up to 2.",
            "but only 1."
        );
        Assert.Equal(0, (await Run("--output", PathOf("disk/run"), "--max-steps", "1", "--restart")).Code);

        async Task FailsBefore(string[] options, params string[] messages)
        {
            await Fails(options, messages);
            Assert.False(Directory.Exists(PathOf("disk/run/checkpoints")));
            Assert.False(File.Exists(PathOf("disk/run/metrics.jsonl")));
        }
    }

    [MountFact]
    public async Task A_lock_left_on_a_disk_that_can_only_be_read_is_not_another_process()
    {
        using var disk = new FullDisk(PathOf("disk"), kilobytes: 60_000);
        Directory.CreateDirectory(PathOf("disk/run"));
        File.WriteAllText(PathOf("disk/run/lock"), "");
        disk.MakeReadOnly();
        await Fails(["--output", PathOf("disk/run")], "cannot be written", "Choose another with --output");
    }

    [Fact]
    public async Task A_link_to_a_file_that_is_gone_is_left_out_of_the_saved_model()
    {
        File.CreateSymbolicLink(PathOf("model/added_tokens.json"), PathOf("gone"));
        Assert.Equal(0, (await Run("--max-steps", "2", "--save-every", "1", "--accumulation", "1")).Code);
        Assert.True(File.Exists(PathOf("run/checkpoint/tokenizer.json")));
        Assert.DoesNotContain(PathOf("run/checkpoint/added_tokens.json"), Directory.GetFileSystemEntries(PathOf("run/checkpoint")));
    }

    static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var block = new byte[1 << 12]; ; )
        {
            file.Write(block);
        }
    }

    Task Fails(params string[] messages) => Fails([], messages);

    async Task Fails(string[] options, params string[] messages)
    {
        var (output, code) = await Run(options);

        Assert.Equal(1, code);
        Assert.All(messages, message => Assert.Contains(message, output));
        Assert.DoesNotContain("   at ", output);
    }

    Task<(string Output, int Code)> Run(params string[] options)
    {
        string[] defaults =
        [
            .. options.Contains("--data") ? Array.Empty<string>() : ["--data", "pairs.json"],
            .. options.Contains("--output") ? Array.Empty<string>() : ["--output", "run"],
        ];
        var script = Path.Combine(Golden.RepositoryRoot, "experiments", "svco_lvint.csx");
        return SvcoProcess.RunAsync(_folder, ["run", script, "--model", "model", "--max-text-length", "96", .. defaults, .. options]);
    }

    string PathOf(string name) => Path.Combine(_folder, name);

    static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    static void PutNotANumber(string path, string tensor)
    {
        long at;
        using (var file = SafetensorsFile.Open(path))
        {
            at = file.Header.Tensors[tensor].Offset;
        }

        using var stream = File.OpenWrite(path);
        stream.Position = at;
        stream.Write(MemoryMarshal.AsBytes([float.NaN]));
    }
}
