using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>What the program says of itself, of the machine, and to a shell.</summary>
public sealed class DoctorCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_doctor_makes_one_step_and_leaves_nothing_behind()
    {
        var (output, code) = await SvcoProcess.RunAsync(folder.At("."), "doctor");
        Assert.True(code == 0, output);
        Assert.Matches(@"natives +\S+", output);
        // At the first step policy and reference are the same: each of four terms is log 2.
        Assert.Contains("loss 2.7726", output);
        Assert.Equal(["cache"], Directory.GetFileSystemEntries(folder.At(".")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task The_version_names_the_commit_and_libtorch() =>
        Assert.Matches(@"^SVco \d+\.\d+\.\d+.*libtorch \d+\.\d+", (await SvcoProcess.RunAsync(folder.At("."), "--version")).Output);

    [Fact]
    public async Task A_shell_is_told_the_commands_and_their_options()
    {
        Assert.Contains("doctor", (await SvcoProcess.RunAsync(folder.At("."), "[suggest:7]", "svco do")).Output);
        Assert.Contains("complete -F _svco svco", (await SvcoProcess.RunAsync(folder.At("."), "completion", "bash")).Output);
    }
}
