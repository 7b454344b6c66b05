using System.Text.RegularExpressions;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary><c>svco watch</c> and the run that it follows, both processes of their own.</summary>
public sealed class WatchCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_run_is_waited_for_followed_and_found_dead_when_it_was_killed()
    {
        using var watch = SvcoProcess.Start(folder.At(), "watch", "run");
        var said = watch.StandardOutput.ReadLineAsync();
        Assert.Equal("run: no run has begun here yet", await said);

        string[] options = ["--output", "run", "--epochs", "100", "--save-every", "1"];
        using var run = SvcoProcess.Start(
            folder.At(),
            ["run", Path.Combine(Golden.RepositoryRoot, "experiments", "svco_lvint.csx"), .. options]
        );
        _ = run.StandardError.ReadToEndAsync();
        _ = run.StandardOutput.ReadToEndAsync();
        var followed = "";
        while (!Regex.IsMatch(followed, @"^run: training ([2-9]|\d\d)") && await watch.StandardOutput.ReadLineAsync() is { } line)
        {
            followed = line;
        }

        Assert.Matches(@"^run: training \d+/500 .* loss \d", followed);
        run.Kill();
        var rest = await watch.StandardOutput.ReadToEndAsync();
        await watch.WaitForExitAsync();
        Assert.Equal(1, watch.ExitCode);
        Assert.Matches(
            @"its process is gone without a word \(training after step \d+ of 500\).*goes on from the saved state of step \d+\.",
            rest
        );
    }
}
