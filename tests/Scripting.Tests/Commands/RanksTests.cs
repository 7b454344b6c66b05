using System.Diagnostics;
using System.Text.RegularExpressions;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>Runs of several processes that MPI connects, as a person starts them.</summary>
public sealed class RanksTests : IDisposable
{
    static readonly string Script = Path.Combine(Golden.RepositoryRoot, "experiments", "svco_lvint.csx");
    static readonly string[] Settings = ["--accumulation", "4", "--epochs", "8", "--evaluate-every", "4"];

    /// <summary>How often a rank is killed; SVCO_TEST_KILLS sets another number.</summary>
    static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("SVCO_TEST_KILLS") ?? "4");

    /// <summary>Beside the tests' sources, where a person finds it too.</summary>
    static readonly string HostsScript = Path.Combine(Golden.RepositoryRoot, "tests", "Scripting.Tests", "Hosts", "two-hosts.sh");

    readonly TemporaryFolder work = new();

    public void Dispose() => work.Dispose();

    /// <summary>
    /// The launcher passes SIGUSR1 on to all ranks; what they save, another number of them of another library goes on from, of which one is
    /// killed, and others after that.
    /// </summary>
    [MpiFact]
    public async Task Ranks_train_to_the_bits_of_one_process_also_when_they_are_stopped_and_killed_on_the_way()
    {
        await Run([], Script, "alone");
        using (var process = Start(OpenMpi(2), Script, "ranks"))
        {
            var error = process.StandardError.ReadToEndAsync();
            await Until(process, "training 1/");
            Process.Start("kill", ["-USR1", $"{process.Id}"]).WaitForExit();
            var rest = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Contains("Stopped after step ", rest);
            Assert.Equal(1, (await error).Split("Ending cleanly").Length - 1);
            // MPICH's launcher mostly gives 0 once it has passed the signal on.
            Assert.Equal(130, process.ExitCode);
        }

        Assert.False(Directory.Exists(work.At("ranks", "checkpoint")));
        using (var process = Start(Mpich(2), Script, "ranks", "--save-every", "2"))
        {
            _ = process.StandardError.ReadToEndAsync();
            await Until(process, "training ");
            Process.Start("kill", ["-KILL", $"{Ranks("ranks")[^1]}"]).WaitForExit();
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.NotEqual(0, process.ExitCode);
        }

        await Run(OpenMpi(4), Script, "ranks");
        AssertSame("alone", "ranks", "model.safetensors");
        var line = SVco.Training.MetricsLog.Read(work.At("ranks")).Last(step => !step.IsValidation);
        Assert.InRange(line["idle_share"], 0, 1);
        Assert.True(line["exchanged_bytes"] > 0);
    }

    /// <summary>With one exchange a step the sum has another order: equal to itself, and to rounding to one process.</summary>
    [MpiFact]
    public async Task Fast_ranks_are_equal_to_themselves_and_near_one_process()
    {
        string[] fast = ["--summation", "fast", "--max-steps", "4"];
        await Run([], Script, "alone", fast);
        await Run(OpenMpi(2), Script, "two", fast);
        await Run(Mpich(2), Script, "again", fast);
        AssertSame("two", "again", "model.safetensors");
        double[] Losses(string run) =>
            [.. SVco.Training.MetricsLog.Read(work.At(run)).Where(step => !step.IsValidation).Select(step => step["loss"])];
        // Gradients differ by rounding, 2^-24 of themselves.
        Assert.All(Losses("alone").Zip(Losses("two")), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    /// <summary>At any time, any of them, of any number by either library; what is left goes on to the bits of a run that was left alone.</summary>
    [MpiFact]
    public async Task Any_rank_may_be_killed_at_any_time()
    {
        await Run([], Script, "alone");
        var random = new Random(7);
        for (var (kill, isFinished) = (0, false); kill < Kills && !isFinished; kill++)
        {
            var count = random.Next(2, 5);
            using var process = Start(kill % 2 == 0 ? OpenMpi(count) : Mpich(count), Script, "killed", "--save-every", "1");
            _ = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            await Task.Delay(TimeSpan.FromSeconds(1 + 5 * random.NextDouble()));
            var ranks = Ranks("killed");
            if (ranks.Length > 0)
            {
                Process.Start("kill", ["-KILL", $"{ranks[random.Next(ranks.Length)]}"]).WaitForExit();
            }

            // The others end within seconds.
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            await output;
            Assert.Empty(Ranks("killed"));
            isFinished = Directory.Exists(work.At("killed", "checkpoint"));
        }

        await Run(OpenMpi(2), Script, "killed", "--save-every", "1");
        AssertSame("alone", "killed", "model.safetensors");
    }

    /// <summary>Two hosts that a slow link joins train as one; when one is lost, the other ends and the run goes on alone.</summary>
    [HostsFact]
    public async Task Two_hosts_train_to_the_bits_of_one_process_also_when_one_is_lost()
    {
        await Run([], Script, "alone");
        await Hosts("down");
        await Hosts("up", "1gbit");
        try
        {
            using var process = Start([HostsScript, "mpirun"], Script, "hosts", "--save-every", "1");
            var error = process.StandardError.ReadToEndAsync();
            await Until(process, "training ");
            // All that runs on the second host, MPI's own helper too.
            Process.Start("sh", ["-c", "ip netns pids svco1 | xargs kill -KILL"]).WaitForExit();
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.NotEqual(0, process.ExitCode);
            Assert.Empty(Ranks("hosts"));
            await Run([HostsScript, "mpirun"], Script, "hosts");
        }
        finally
        {
            await Hosts("down");
        }

        AssertSame("alone", "hosts", "model.safetensors");
    }

    [MpiFact]
    public async Task Doctor_tells_what_connects_the_ranks()
    {
        using var process = SvcoProcess.StartCommand(work.At(), Variables("doctor"), [.. OpenMpi(2), .. Svco, "doctor"]);
        _ = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Contains("2 through Open MPI", said);
        Assert.Contains("S-VCO on the bundled checkpoint: loss", said);
    }

    [MpiFact]
    public async Task Ranks_train_an_adapter_on_16_bit_weights_to_the_bits_of_one_process()
    {
        var script = work.At("adapter.csx");
        File.WriteAllText(
            script,
            $$"""
            #load "{{Path.Combine(Golden.RepositoryRoot, "src", "Scripting", "svco.csx")}}"
            var model = LlavaInterleave7B with { Precision = Precision.BFloat16, Lora = new(Rank: 4, Alpha: 8, "q_proj", "v_proj") };
            return await Experiment("adapter").Model(model).Data(Mvc.Train, validation: Mvc.Validation).OrTiny().Run(Args);
            """
        );
        await Run([], script, "alone");
        await Run(Mpich(2), script, "two");

        AssertSame("alone", "two", "adapter_model.safetensors");
    }

    [MpiFact]
    public async Task A_mistake_is_told_once()
    {
        var error = await Refused(OpenMpi(2), "wrong", "--data", work.At("nothing.json"));

        Assert.Equal(1, error.Split("Rank 0 of 2 on ").Length - 1);
        Assert.Contains("nothing.json", error);
        Assert.DoesNotContain("Rank 1 of 2", error);
    }

    /// <summary>Ranks of other settings or threads would give numbers that belong to no run.</summary>
    [MpiFact]
    public async Task Ranks_that_are_not_alike_are_told()
    {
        string[] shell = [.. OpenMpi(2), "sh", "-c"];
        Assert.Contains(
            "This rank would run another experiment than rank 0: train.learning_rate is 0.001 in the folder and 0.0001 now",
            await Refused([.. shell, "\"$@\" --learning-rate 1e-$((OMPI_COMM_WORLD_RANK + 3))", "sh"], "rates")
        );
        Assert.Contains(
            "different numbers of threads (1, 2)",
            await Refused([.. shell, "OMP_NUM_THREADS=$((OMPI_COMM_WORLD_RANK + 1)) exec \"$@\"", "sh"], "threads")
        );
    }

    async Task<string> Refused(string[] launcher, string run, params string[] options)
    {
        using var process = Start(launcher, Script, run, options);
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.NotEqual(0, process.ExitCode);
        return await error;
    }

    static string[] OpenMpi(int ranks) => ["mpirun.openmpi", "-n", $"{ranks}", "--oversubscribe", "--bind-to", "none"];

    static string[] Mpich(int ranks) => ["mpirun.mpich", "-n", $"{ranks}"];

    async Task Run(string[] launcher, string script, string run, params string[] options)
    {
        using var process = Start(launcher, script, run, options);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await error);
        // Rank 0 alone speaks.
        Assert.Equal(1, output.Split("Finished: ").Length - 1);
    }

    static Task Hosts(params string[] arguments) => Process.Start(HostsScript, arguments).WaitForExitAsync();

    /// <summary>The process ids of a run's ranks.</summary>
    int[] Ranks(string run) =>
        [
            .. Process
                .GetProcessesByName("dotnet")
                .Select(process => process.Id)
                .Where(id => CommandLine(id) is var line && line.Contains("SVco.Scripting.dll") && line.Contains(work.At(run))),
        ];

    static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    static async Task Until(Process process, string line)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } said && !said.StartsWith(line, StringComparison.Ordinal)) { }
    }

    /// <summary>With a cache of its own, so that each run scores its reference, and as many threads as every other rank.</summary>
    Process Start(string[] launcher, string script, string run, params string[] options) =>
        SvcoProcess.StartCommand(
            work.At(),
            Variables(run),
            [.. launcher, .. Svco, "run", script, .. Settings, "--output", work.At(run), .. options]
        );

    static string[] Svco => ["dotnet", Path.Combine(AppContext.BaseDirectory, "SVco.Scripting.dll")];

    Dictionary<string, string?> Variables(string run) =>
        new()
        {
            ["SVCO_CACHE"] = work.At($"{run} cache"),
            ["OMP_NUM_THREADS"] = "1",
            ["OMPI_ALLOW_RUN_AS_ROOT"] = "1",
            ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1",
        };

    void AssertSame(string one, string other, string weights)
    {
        Assert.Equal(Numbers(one), Numbers(other));
        foreach (var file in new[] { Path.Combine("checkpoint", weights), "reference.json" })
        {
            Assert.True(
                File.ReadAllBytes(work.At(one, file)).AsSpan().SequenceEqual(File.ReadAllBytes(work.At(other, file))),
                $"{file} of {other} is another."
            );
        }
    }

    /// <summary>The lines of a run's log without what several processes have to do with each other.</summary>
    IEnumerable<string> Numbers(string run) =>
        File.ReadLines(work.At(run, "metrics.jsonl")).Select(line => Regex.Replace(line, "\"(idle_share|exchanged_bytes)\":[^,]*,", ""));
}
