using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary>The command <c>svco sweep</c>, whose runs are processes.</summary>
public sealed class SweepCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>A script whose run at one of the rates comes to a loss that is no number.</summary>
    string Sweep()
    {
        File.WriteAllText(
            folder.At("rates.yaml"),
            $$"""
            script: {{Path.Combine(Golden.RepositoryRoot, "experiments", "svco_lvint.csx")}}
            grid:
              train.learning_rate: [1e-3, 1e30]
              train.max_steps: [5]
            seeds: [1]
            """
        );
        return folder.At("rates.yaml");
    }

    [Fact]
    public async Task Runs_of_a_script_are_compared_and_one_that_fails_ends_no_other()
    {
        var (output, code) = await SvcoProcess.RunAsync(folder.At(), "sweep", Sweep(), "--jobs", "2");

        Assert.Equal(1, code);
        Assert.Matches(@"\n1 +\d\.\d+ +1e-3 +5 +5 +finished", output);
        Assert.Matches(@"\n2 +.* 1e30 +5 +\d +failed", output);
        Assert.Contains("1 of 2 runs are finished", output);
        var sweep = folder.At("runs", "rates");
        Assert.Contains("lower the learning rate", File.ReadAllText(Path.Combine(sweep, "report.html")));
        Assert.Equal(3, File.ReadLines(Path.Combine(sweep, "sweep.csv")).Count());

        // A run of the sweep is a run like any other.
        var run = Directory.GetDirectories(Path.Combine(sweep, "runs")).Single(run => run.Contains("1e-3", StringComparison.Ordinal));
        var (again, ended) = await SvcoProcess.RunAsync(folder.At(), "run", Path.Combine(run, "experiment.yaml"), "--output", run);
        Assert.Equal(0, ended);
        Assert.Contains("This run is finished", again);

        var (status, shown) = await SvcoProcess.RunAsync(folder.At(), "sweep", "status", Sweep());
        Assert.Equal(0, shown);
        Assert.Contains("1 of 2 runs are finished", status);
    }

    [Fact]
    public async Task A_mistake_is_told_with_file_line_and_column()
    {
        File.WriteAllText(folder.At("wrong.yaml"), "grid:\n  data.recipe: [a]\n");
        var (output, code) = await SvcoProcess.RunAsync(folder.At(), "sweep", "wrong.yaml");
        Assert.Equal(1, code);
        Assert.Contains("There is no field data.recipe (wrong.yaml, line 2, column 3). Near it: data.", output);
        Assert.False(Directory.Exists(folder.At("runs")));
    }
}
