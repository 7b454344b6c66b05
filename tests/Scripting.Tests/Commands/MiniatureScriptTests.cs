using System.Diagnostics;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>experiments/miniature.csx as a person runs it; what it measures is tested in the room of evaluation.</summary>
public sealed class MiniatureScriptTests : IDisposable
{
    static readonly string Script = Path.Combine(Golden.RepositoryRoot, "experiments", "miniature.csx");

    readonly string _folder = Directory.CreateTempSubdirectory("svco-miniature").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ctrl_C_ends_a_study_with_the_command_that_goes_on()
    {
        using var process = SvcoProcess.Start(_folder, "run", Script, "--quick", "--output", "my study");
        // The first row of progress comes with the first model, long before the last.
        var first = await process.StandardError.ReadLineAsync();
        Process.Start("kill", ["-INT", $"{process.Id}"]).WaitForExit();
        var rest = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.StartsWith("whole study", first);
        Assert.Equal(130, process.ExitCode);
        Assert.Contains($" run {Script} --quick --output 'my study'", rest);
        Assert.DoesNotContain('\u001b', rest);
        Assert.False(File.Exists(Path.Combine(_folder, "my study", "report.html")));
    }

    [Fact]
    public async Task Help_lists_the_options_and_runs_nothing()
    {
        var (output, code) = await SvcoProcess.RunAsync(_folder, "run", Script, "--help");
        Assert.Equal(0, code);
        Assert.Contains("--objective FORMULA", output);
        Assert.False(Directory.Exists(Path.Combine(_folder, "runs")));
    }
}
