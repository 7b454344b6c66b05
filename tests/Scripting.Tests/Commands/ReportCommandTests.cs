using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SVco.Core;
using SVco.Evaluation.Results;
using SVco.Experiments;
using SVco.Scripting.Commands;
using SVco.Tests;

namespace SVco.Scripting.Tests;

/// <summary><c>svco report</c> on what runs really leave.</summary>
public sealed class ReportCommandTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("svco-report").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Training_runs_are_compared_by_what_their_trainer_wrote()
    {
        foreach (var script in new[] { "svco_lvint.csx", "dpo_lvint.csx" })
        {
            var file = Path.Combine(Golden.RepositoryRoot, "experiments", script);
            await SvcoProcess.RunAsync(_folder, "run", file, "--max-steps", "4", "--evaluate-every", "2");
        }

        var (output, code) = await SvcoProcess.RunAsync(_folder, "report", "runs/svco_lvint", "runs/dpo_lvint", "--output", "page.html");

        Assert.True(code == 0, output);
        Assert.Equal(["page.html", "curves.csv"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(Exists));
        var curves = File.ReadLines(Path.Combine(_folder, "curves.csv")).Skip(1).Select(line => line.Split(',')).ToArray();
        foreach (var run in new[] { "svco_lvint", "dpo_lvint" })
        {
            var logged = File.ReadLines(Path.Combine(_folder, "runs", run, "metrics.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement)
                .ToArray();
            foreach (var series in new[] { "loss", "eval_loss" })
            {
                double[] losses =
                [
                    .. logged.Where(line => line.TryGetProperty(series, out _)).Select(line => line.GetProperty(series).GetDouble()),
                ];
                Assert.NotEmpty(losses);
                Assert.Equal(
                    losses,
                    curves
                        .Where(line => line[0] == run && line[1] == series)
                        .Select(line => double.Parse(line[3], CultureInfo.InvariantCulture))
                );
            }
        }

        var page = File.ReadAllText(Path.Combine(_folder, "page.html"));
        Assert.Contains("svco_lvint: train_reward_acc of", page);
        Assert.Contains("dpo_lvint: train_losses of", page);
        // Four terms of S-VCO, as the official trainer names them.
        Assert.Equal(
            4,
            curves.Where(line => line[0] == "svco_lvint" && line[1].StartsWith("train_reward_acc ")).DistinctBy(line => line[1]).Count()
        );

        bool Exists(string line) => File.Exists(Path.Combine(_folder, line));
    }

    [Fact]
    public async Task Studies_are_rebuilt_from_their_files_and_stand_side_by_side()
    {
        Study("shared", 60).Save(Path.Combine(_folder, "a"));
        Study("own", 75).Save(Path.Combine(_folder, "b"));

        var (output, code) = await SvcoProcess.RunAsync(_folder, "report", "a", "b");

        Assert.True(code == 0, output);
        var page = File.ReadAllText(Path.Combine(_folder, "comparison", "report.html"));
        Assert.Contains("2 runs compared", page);
        Assert.Contains("<th scope=\"col\">a</th><th scope=\"col\">b</th>", page);
        // 50 to 60 and 50 to 75.
        Assert.Contains("+20.0", page);
        Assert.Contains("+50.0", page);
        Assert.True(File.Exists(Path.Combine(_folder, "comparison", "1-a-table1.csv")));
        Assert.True(File.Exists(Path.Combine(_folder, "comparison", "2-b-table1.csv")));
    }

    [Fact]
    public async Task An_evaluation_is_reported_again_from_its_folder_and_not_beside_a_study()
    {
        var bundled = Path.Combine(Golden.RepositoryRoot, "experiments", "eval_tiny");
        await new EvaluationPlan("tiny")
        {
            Models = [$"base={Path.Combine(bundled, "base")}"],
            Data = Path.Combine(bundled, "benchmarks"),
            Benchmarks = ["MMVP"],
            Output = Path.Combine(_folder, "eval"),
        }.RunAsync();
        var table = File.ReadAllText(Path.Combine(_folder, "eval", "table1.csv"));
        // Nothing but the file of the evaluation is needed.
        Directory.CreateDirectory(Path.Combine(_folder, "alone"));
        File.Move(Path.Combine(_folder, "eval", EvaluationFile.FileName), Path.Combine(_folder, "alone", EvaluationFile.FileName));

        Assert.Equal(0, Report("alone", "--output", Path.Combine(_folder, "again", "page.html")));
        Assert.Equal(table, File.ReadAllText(Path.Combine(_folder, "again", "page.table1.csv")));
        Assert.Contains("Evaluation tiny", File.ReadAllText(Path.Combine(_folder, "again", "page.html")));

        Study("study", 60).Save(Path.Combine(_folder, "study"));
        Assert.Contains("no page in common", Assert.Throws<UserException>(() => Report("alone", Path.Combine(_folder, "study"))).Message);

        int Report(string folder, params string[] more) =>
            ReportCommand
                .Create()
                .Parse([Path.Combine(_folder, folder), .. more])
                .Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    [Theory]
    [InlineData("{\"loss\": 1}")]
    [InlineData("{\"step\": 1, \"lo")]
    [InlineData("[]")]
    public async Task A_broken_log_is_named_with_its_line(string line)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "run"));
        File.WriteAllText(Path.Combine(_folder, "run", "experiment.yaml"), "name: x");
        File.WriteAllText(Path.Combine(_folder, "run", "metrics.jsonl"), $"{{\"step\": 1, \"loss\": 0.5}}\n{line}\n");

        var (output, code) = await SvcoProcess.RunAsync(_folder, "report", "run");

        Assert.Equal(1, code);
        Assert.Contains("Line 2 of ", output);
    }

    static StudyResults Study(string name, double after) =>
        new(
            name,
            name,
            [],
            [],
            [],
            [new("base", "", "", [], [], 0), new("DPO", "-LogSigmoid(0.1 * (r.W.Match - r.L.Mismatch))", "", [], [1], 1)],
            [Metric("base", 50), Metric("DPO", after)],
            [],
            [],
            [],
            []
        );

    static MetricResult Metric(string model, double value) =>
        new(model, 1, "MMVP", "", "vision-centric", "accuracy", value, null, HigherIsBetter: true, Averaged: true);
}
