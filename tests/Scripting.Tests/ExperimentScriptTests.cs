using System.Diagnostics;
using System.Text.Json;
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
        var run = Path.Combine(_folder, "runs", Path.GetFileNameWithoutExtension(script));
        Assert.Equal(3, MetricLines(run).Count(line => line.TryGetProperty("loss", out _)));
        Assert.True(File.Exists(Path.Combine(run, "checkpoint", "model.safetensors")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(run, "tensorboard")));
        Assert.Contains("formula:", File.ReadAllText(Path.Combine(run, "experiment.yaml")));
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
            return await experiment.Run(Args);
            """.Replace("[[", "{").Replace("]]", "}")
        );

        var (output, code) = await Svco("run", script);

        Assert.True(code == 0, output);
        Assert.Contains("8 pairs to train on, 0 for validation", output);
        Assert.True(File.Exists(Path.Combine(_folder, "runs", "own", "checkpoint", "adapter_model.safetensors")));
    }

    [Fact]
    public async Task A_run_that_was_stopped_goes_on_to_the_same_weights()
    {
        string[] options = ["run", Script("svco_lvint.csx"), "--output"];
        await Svco([.. options, "whole"]);
        using (var process = Start([.. options, "stopped"]))
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("training 1/")) { }

            Signal(process);
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Equal(130, process.ExitCode);
        }

        Assert.False(Directory.Exists(Path.Combine(_folder, "stopped", "checkpoint")));
        var (_, code) = await Svco([.. options, "stopped"]);

        Assert.Equal(0, code);
        Assert.Equal(Weights("whole"), Weights("stopped"));
        Assert.Equal(MetricLines(Path.Combine(_folder, "whole")).Select(Text), MetricLines(Path.Combine(_folder, "stopped")).Select(Text));
    }

    [Fact]
    public async Task A_finished_run_is_not_trained_again_and_another_experiment_not_written_over_it()
    {
        string[] options = ["run", Script("svco_lvint.csx"), "--max-steps", "1"];
        await Svco(options);

        Assert.Contains("finished", (await Svco(options)).Output);
        var (output, code) = await Svco([.. options, "--learning-rate", "0.1"]);
        Assert.Equal(1, code);
        Assert.Contains("learning_rate: 0.1", output);
        Assert.Contains("--restart", output);
    }

    static string Text(JsonElement line) => line.GetRawText();

    static string Script(string name) => Path.Combine(Golden.RepositoryRoot, "experiments", name);

    static IReadOnlyList<JsonElement> MetricLines(string run) =>
        [.. File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    byte[] Weights(string run) => File.ReadAllBytes(Path.Combine(_folder, run, "checkpoint", "model.safetensors"));

    async Task<(string Output, int Code)> Svco(params string[] args)
    {
        using var process = Start(args);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (output + await error, process.ExitCode);
    }

    Process Start(params string[] args) =>
        Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SVco.Scripting.dll"), .. args])
            {
                WorkingDirectory = _folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["SVCO_CACHE"] = Path.Combine(_folder, "cache") },
            }
        )!;

    static void Signal(Process process) => Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
}
