using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SVco.Models.Checkpoints;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>The scripts in experiments/ as a person runs them.</summary>
public sealed class ExperimentScriptTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("svco-experiments").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Scripts =>
        [
            .. Directory
                .GetFiles(Path.Combine(Golden.RepositoryRoot, "experiments"), "*_l*.csx")
                .Select(file => Path.GetFileName(file))
                .Order(),
        ];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Each_script_trains_the_bundled_checkpoint_without_options(string script)
    {
        var (output, code) = await Svco("run", Script(script), "--max-steps", "3");

        Assert.Equal(0, code);
        Assert.Contains("tiny bundled checkpoint", output.Split('\n')[0]);
        Assert.Contains("memory: about 0.", output);
        var run = Path.Combine(_folder, "runs", Path.GetFileNameWithoutExtension(script));
        Assert.Equal(3, MetricLines(run).Count(line => line.TryGetProperty("loss", out _)));
        Assert.True(File.Exists(Path.Combine(run, "checkpoint", "model.safetensors")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run, "tensorboard")));
        Assert.Contains("\nobjective: ", File.ReadAllText(Path.Combine(run, "experiment.yaml")));
    }

    [Fact]
    public async Task A_script_runs_unchanged_under_dotnet_script()
    {
        var code = await HostStandIn.RunAsync(
            Script("svco_lvint.csx"),
            ["--max-steps", "1", "--output", Path.Combine(_folder, "run")],
            Path.Combine(_folder, "copies")
        );

        Assert.Equal(0, code);
        Assert.True(Directory.Exists(Path.Combine(_folder, "run", "checkpoint")));
    }

    [Fact]
    public async Task Help_lists_the_scripts_options_and_runs_nothing()
    {
        var (output, code) = await Svco("run", Script("svco_lvint.csx"), "--help");

        Assert.Equal(0, code);
        Assert.Contains("--model", output);
        Assert.Contains("--objective", output);
        Assert.False(Directory.Exists(Path.Combine(_folder, "runs")));
    }

    [Fact]
    public async Task A_formula_on_the_command_line_takes_the_place_of_the_scripts()
    {
        var (_, code) = await Svco(
            "run",
            Script("svco_lvint.csx"),
            "--max-steps",
            "1",
            "--objective",
            "-LogSigmoid(0.1*(r.W.Match - r.W.Mismatch))"
        );

        Assert.Equal(0, code);
        Assert.Contains(
            "visual-conditional",
            string.Join('\n', File.ReadLines(Path.Combine(_folder, "runs", "svco_lvint", "metrics.jsonl")))
        );
    }

    [Fact]
    public async Task The_readmes_words_make_an_experiment_with_adapters_and_a_recipe()
    {
        var script = Path.Combine(_folder, "own.csx");
        File.WriteAllText(
            script,
            $"""
            #load "{Path.Combine(Golden.RepositoryRoot, "src", "Scripting", "svco.csx")}"
            var model = LlavaInterleave7B with [[ Lora = new(Rank: 4, Alpha: 8, "q_proj", "v_proj"), Frozen = VisionTower ]];
            var experiment = Experiment("own")
                .Model(model)
                .Objective((-LogSigmoid(0.1 * (r.W.Match - r.W.Mismatch)) + 0.01 * Square(r.W.Match)).Over(Tokens.Contrast))
                .Data(Mvc.Train.Where("short answers", pair => pair.W.Response.Length < 60).Shuffle(seed: 7).Take(8).CorruptByCrop(seed: 1))
                .Train(new() [[ Behaviour = Corrected ]]);
            return await experiment.OrTiny().Run(Args);
            """.Replace("[[", "{").Replace("]]", "}")
        );

        var (output, code) = await Svco("run", script);

        Assert.True(code == 0, output);
        Assert.Contains("8 pairs to train on, 0 for validation", output);
        using var adapter = SafetensorsFile.Open(Path.Combine(_folder, "runs", "own", "checkpoint", "adapter_model.safetensors"));
        // The vision tower has a q_proj too, but it is frozen.
        Assert.All(adapter.Header.Tensors.Keys, name => Assert.StartsWith("base_model.model.language_model.", name));
    }

    [Fact]
    public async Task A_script_reads_the_experiment_of_a_yaml_file()
    {
        var script = Path.Combine(_folder, "yaml.csx");
        File.WriteAllText(
            script,
            $"""
            #load "{Path.Combine(Golden.RepositoryRoot, "src", "Scripting", "svco.csx")}"
            var experiment = Experiment("own").Objective(SVco(0.1, 0.2)).Data(Mvc.Train.Shuffle(seed: 7).Take(8));
            File.WriteAllText("own.yaml", experiment.ToYaml());
            return ExperimentFrom("own.yaml") == experiment ? 0 : 3;
            """
        );
        var (output, code) = await Svco("run", script);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task Ctrl_C_ends_the_scoring_of_the_reference_too()
    {
        var golden = Path.Combine(Golden.RepositoryRoot, "tests", "golden", "svco");
        var pairs = JsonDocument.Parse(File.ReadAllText(Path.Combine(golden, "train.json"))).RootElement.EnumerateArray().ToArray();
        // So many that the signal comes long before the last.
        File.WriteAllText(
            Path.Combine(_folder, "many.json"),
            JsonSerializer.Serialize(Enumerable.Repeat(pairs, 200).SelectMany(all => all))
        );
        string[] options =
        [
            "--model",
            Path.Combine(golden, "llava-interleave", "checkpoint"),
            "--data",
            "many.json",
            "--images",
            golden,
            "--allow-overlap",
        ];
        using var process = Start(["run", Script("svco_lvint.csx"), .. options]);
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("reference 1/")) { }

        Signal(process);
        var rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(130, process.ExitCode);
        Assert.DoesNotContain("training 1/", rest);
        Assert.Matches(
            @"Stopped before the first step\.\nIt goes on from here with:\n  dotnet \S+SVco\.Scripting\.dll run \S+svco_lvint\.csx --model ",
            rest
        );
    }

    [Fact]
    public async Task A_model_too_large_for_the_machine_is_refused_with_advice_before_its_weights_are_read()
    {
        var golden = Path.Combine(Golden.RepositoryRoot, "tests", "golden", "svco");
        var model = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        foreach (var file in Directory.GetFiles(Path.Combine(golden, "llava-interleave", "checkpoint"), "*.json"))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(model, "config.json")))!;
        config["text_config"]!["num_hidden_layers"] = 1000;
        config["text_config"]!["intermediate_size"] = 10_000_000;
        File.WriteAllText(Path.Combine(model, "config.json"), config.ToJsonString());
        var (output, code) = await Svco("run", Script("svco_lvint.csx"), "--model", model, "--data", Path.Combine(golden, "train.json"));

        Assert.Equal(1, code);
        Assert.Contains("GiB with --memory small", output);
        Assert.Contains("all of these", output);
        Assert.DoesNotContain("safetensors", output);
    }

    [Fact]
    public async Task An_option_about_data_without_data_is_refused_instead_of_ignored()
    {
        var (output, code) = await Svco("run", Script("svco_lvint.csx"), "--validation", "pairs.json");

        Assert.Equal(1, code);
        Assert.Contains("--validation needs --data", output);
    }

    [Fact]
    public async Task A_build_of_another_commit_goes_on_with_a_run()
    {
        string[] options = ["run", Script("svco_lvint.csx"), "--max-steps", "1"];
        await Svco(options);
        var description = Path.Combine(_folder, "runs", "svco_lvint", "experiment.yaml");
        File.WriteAllText(
            description,
            Regex.Replace(File.ReadAllText(description), "^  svco: .*$", "  svco: 0.0.1", RegexOptions.Multiline)
        );

        Assert.Contains("finished", (await Svco(options)).Output);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task A_run_that_was_stopped_goes_on_to_the_same_weights_also_with_small_memory(string signal)
    {
        string[] options = ["run", Script("svco_lvint.csx"), "--output"];
        await Svco([.. options, "whole"]);
        using (var process = Start([.. options, "stopped"]))
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("training 1/")) { }

            Signal(process, signal);
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Equal(130, process.ExitCode);
        }

        Assert.False(Directory.Exists(Path.Combine(_folder, "stopped", "checkpoint")));
        var (_, code) = await Svco([.. options, "stopped", "--memory", "small"]);

        Assert.Equal(0, code);
        Assert.Equal(Weights("whole"), Weights("stopped"));
        Assert.Equal(MetricLines(Path.Combine(_folder, "whole")).Select(Text), MetricLines(Path.Combine(_folder, "stopped")).Select(Text));
    }

    /// <summary>The terminal sends one signal, its shell another; and what is written to it then is an error.</summary>
    [Fact]
    public async Task A_run_whose_terminal_is_closed_saves_its_state_and_goes_on_to_the_same_weights()
    {
        string[] options = ["run", Script("svco_lvint.csx"), "--save-every", "1000", "--epochs", "20", "--output"];
        await Svco([.. options, "whole"]);
        var command = $"exec dotnet {Path.Combine(AppContext.BaseDirectory, "SVco.Scripting.dll")} {string.Join(' ', options)} closed";
        using (var terminal = SvcoProcess.StartCommand(_folder, [], "script", "-qfec", command, "/dev/null"))
        {
            var log = Path.Combine(_folder, "closed", "metrics.jsonl");
            await Until(() => File.Exists(log) && File.ReadLines(log).Count() > 2);
            terminal.Kill();
        }

        await Until(() => !File.Exists(Path.Combine(_folder, "closed", "lock")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_folder, "closed", "checkpoints"), "state.json", SearchOption.AllDirectories));
        Assert.Equal(0, (await Svco([.. options, "closed"])).Code);
        Assert.Equal(Weights("whole"), Weights("closed"));
    }

    [Fact]
    public async Task A_finished_run_is_not_trained_again_and_another_experiment_not_written_over_it()
    {
        string[] options = ["run", Script("svco_lvint.csx"), "--max-steps", "1"];
        await Svco(options);

        Assert.Contains("finished", (await Svco(options)).Output);
        var (output, code) = await Svco([.. options, "--learning-rate", "0.1"]);
        Assert.Equal(1, code);
        Assert.Contains("train.learning_rate is 0.001 in the folder and 0.1 now", output);
        Assert.Contains("--restart", output);
    }

    static async Task Until(Func<bool> holds)
    {
        for (var waited = 0; !holds(); waited++)
        {
            Assert.True(waited < 600, "It never came to that.");
            await Task.Delay(100);
        }
    }

    static string Text(JsonElement line) => line.GetRawText();

    static string Script(string name) => Path.Combine(Golden.RepositoryRoot, "experiments", name);

    static IReadOnlyList<JsonElement> MetricLines(string run) =>
        [.. File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(_folder, run, "checkpoint", "model.safetensors"));

    Task<(string Output, int Code)> Svco(params string[] args) => SvcoProcess.RunAsync(_folder, args);

    Process Start(params string[] args) => SvcoProcess.Start(_folder, args);

    static void Signal(Process process, string signal = "INT") => Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();
}
