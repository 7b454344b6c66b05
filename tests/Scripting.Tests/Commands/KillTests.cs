using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>Real processes killed without warning, as often as SVCO_KILLS says.</summary>
public sealed class KillTests : IDisposable
{
    const int Killed = 137;
    const string Reference = "reference ";
    const string Training = "training ";

    static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("SVCO_KILLS") ?? "8");

    /// <summary>Beginnings of lines that a run prints, and how long after one of them it is killed at most [ms]; half of them in training.</summary>
    static readonly (string Line, int Most)[] Moments =
    [
        .. Enumerable
            .Range(0, Kills)
            .Select(kill =>
                (kill % 8) switch
                {
                    0 or 1 => ("", 900),
                    2 => ("memory: ", 300),
                    3 => (Reference, 100),
                    _ => (Training, 150),
                }
            ),
    ];

    readonly string _folder = Directory.CreateTempSubdirectory("svco-kill").FullName;
    readonly Random _random = new(20);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Two pairs a micro batch, two micro batches a step, a state after each, a validation after every fifth.</summary>
    [Fact]
    public Task A_run_killed_at_random_moments_ends_with_the_weights_of_one_left_alone() =>
        AssertUnharmed(Path.Combine(Golden.RepositoryRoot, "experiments", "svco_lvint.csx"), "model.safetensors", Moments);

    [Fact]
    public Task A_killed_run_of_an_adapter_on_16_bit_weights_ends_with_the_weights_of_one_left_alone()
    {
        var script = Path.Combine(_folder, "adapter.csx");
        File.WriteAllText(
            script,
            $"""
            #load "{Path.Combine(Golden.RepositoryRoot, "src", "Scripting", "svco.csx")}"
            var model = LlavaInterleave7B with [[ Precision = Precision.BFloat16, Lora = new(Rank: 4, Alpha: 8, "q_proj", "v_proj") ]];
            return await Experiment("adapter").Model(model).Objective(SVco(beta1: 0.1, beta2: 0.1)).Data(Mvc.Train, validation: Mvc.Validation).OrTiny().Run(Args);
            """.Replace("[[", "{").Replace("]]", "}")
        );
        return AssertUnharmed(script, "adapter_model.safetensors", Moments.Where((_, index) => index % 2 == 0));
    }

    async Task AssertUnharmed(string script, string weights, IEnumerable<(string Line, int Most)> moments)
    {
        Assert.Equal(0, await Run(script, "alone"));
        foreach (var (line, most) in moments)
        {
            Assert.Equal(Killed, await Run(script, "killed", line, most));
        }

        // In the last validation or the writing of the finished model, or just after its end.
        for (var kill = 0; kill < 2; kill++)
        {
            Assert.Contains(await Run(script, "killed", $"{Training}100/100", 60), (int[])[Killed, 0]);
        }

        Assert.Equal(0, await Run(script, "killed"));
        Assert.Equal(Read("alone", "checkpoint", weights), Read("killed", "checkpoint", weights));
        foreach (var kept in (int[])[7, 49, 98])
        {
            string[] file = ["kept", $"step-{kept:D8}", weights];
            Assert.Equal(Read(["alone", .. file]), Read(["killed", .. file]));
        }

        Assert.Equal(Read("alone", "metrics.jsonl"), Read("killed", "metrics.jsonl"));
        Assert.Equal(Names("alone"), Names("killed"));
    }

    /// <summary>A run until its end, or until some time after it has said something; gives its exit code.</summary>
    async Task<int> Run(string script, string run, string? line = null, int most = 0)
    {
        // A cache of its own, so that the reference is scored in both runs.
        using var process = SvcoProcess.Start(
            _folder,
            new() { ["SVCO_CACHE"] = Path.Combine(_folder, $"{run} cache") },
            ["run", script, "--output", run, "--epochs", "20", "--save-every", "1", "--evaluate-every", "5", "--keep-every", "7"]
        );
        _ = process.StandardError.ReadToEndAsync();
        while (line is not "" && await process.StandardOutput.ReadLineAsync() is { } said)
        {
            // What has been scored once is not scored again.
            if (line is not null && (said.StartsWith(line) || (line == Reference && said.StartsWith(Training))))
            {
                break;
            }
        }

        if (line is not null)
        {
            await Task.Delay(_random.Next(most));
            process.Kill();
        }

        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    byte[] Read(params string[] path) => File.ReadAllBytes(Path.Combine([_folder, .. path]));

    /// <summary>The names of a run's files, those of the events aside, of which each process begins one.</summary>
    IEnumerable<string> Names(string run) =>
        Directory
            .EnumerateFileSystemEntries(
                Path.Combine(_folder, run),
                "*",
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }
            )
            .Select(path => Path.GetRelativePath(Path.Combine(_folder, run), path))
            .Where(path => !path.StartsWith("tensorboard"))
            .Order(StringComparer.Ordinal);
}
