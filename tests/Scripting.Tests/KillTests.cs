using System.Diagnostics;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>Real processes killed without warning.</summary>
public sealed class KillTests : IDisposable
{
    const int Kills = 20;

    readonly string _folder = Directory.CreateTempSubdirectory("svco-kill").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_killed_twenty_times_at_random_moments_ends_with_the_weights_of_one_left_alone()
    {
        using (var alone = Start("alone"))
        {
            await alone.StandardOutput.ReadToEndAsync();
            await alone.WaitForExitAsync();
            Assert.Equal(0, alone.ExitCode);
        }

        var random = new Random(20);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start("killed");
            if (kill % 5 != 0)
            {
                while (await process.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("training")) { }
            }

            // In a step or in a save, and every fifth time while the run is still starting.
            await Task.Delay(random.Next(250));
            process.Kill();
            await process.WaitForExitAsync();
            Assert.Equal(137, process.ExitCode);
        }

        using (var last = Start("killed"))
        {
            await last.StandardOutput.ReadToEndAsync();
            await last.WaitForExitAsync();
            Assert.Equal(0, last.ExitCode);
        }

        Assert.Equal(File.ReadAllBytes(Weights("alone")), File.ReadAllBytes(Weights("killed")));
        Assert.Equal(
            File.ReadAllLines(Path.Combine(_folder, "alone", "metrics.jsonl")),
            File.ReadAllLines(Path.Combine(_folder, "killed", "metrics.jsonl"))
        );
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "killed"), ".*"));
    }

    string Weights(string run) => Path.Combine(_folder, run, "checkpoint", "model.safetensors");

    Process Start(string run)
    {
        var script = Path.Combine(Golden.RepositoryRoot, "experiments", "svco_lvint.csx");
        return SvcoProcess.Start(_folder, "run", script, "--output", run, "--epochs", "60", "--save-every", "1", "--evaluate-every", "50");
    }
}
