using System.Diagnostics;

namespace SVco.Scripting.Tests;

/// <summary><c>svco bench</c> as a person runs it.</summary>
public sealed class BenchCommandTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("svco-bench").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_model_on_disk_is_written_scored_and_trained_and_taken_away()
    {
        // As if an earlier bench had been killed.
        Directory.CreateDirectory(Path.Combine(_folder, "disk", "bench", "model"));
        File.WriteAllText(Path.Combine(_folder, "disk", "bench", "model", "left"), "over");

        var (output, code) = await SvcoProcess.RunAsync(_folder, OnDisk("disk"));

        Assert.Equal(0, code);
        Assert.Contains("| load by memory map |", output);
        Assert.Contains("| score the six cells, ", output);
        Assert.Contains("loss 2.77", output);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "disk")));
    }

    [Fact]
    public async Task Interrupted_it_takes_away_what_it_has_written()
    {
        using var process = SvcoProcess.Start(_folder, OnDisk("disk"));
        while (!Directory.Exists(Path.Combine(_folder, "disk", "bench")) && !process.HasExited)
        {
            await Task.Delay(5);
        }

        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        await process.WaitForExitAsync();

        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "disk")));
    }

    [MountFact]
    public async Task A_disk_too_small_is_told_before_anything_is_written()
    {
        using var disk = new FullDisk(Path.Combine(_folder, "disk"), kilobytes: 1000);

        var (output, code) = await SvcoProcess.RunAsync(_folder, OnDisk("disk"));

        Assert.Equal(1, code);
        Assert.Contains("GB free; the model takes", output);
        Assert.Contains("--folder", output);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "disk")));
    }

    static string[] OnDisk(string folder) => ["bench", "--geometry", "small", "--on-disk", "--folder", folder];
}
