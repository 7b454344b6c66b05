using SVco.Core;
using SVco.Evaluation.Report;
using SVco.Evaluation.Results;
using SVco.Miniature.Scenes;
using SVco.Miniature.Study;
using static SVco.Core.Objectives.Objectives;

namespace SVco.Miniature.Tests;

public sealed class MiniatureStudyTests
{
    static StudySettings Settings(string baseModel) =>
        new(
            "tiny",
            baseModel,
            new PairDials(Pairs: 16),
            Filtered: true,
            [new("SFT", TreatmentTemplate.SftBothSides, 1e-3, 2), new("DPO", Dpo(0.1), 1e-3, 2)],
            [1, 2],
            Split.Validation,
            Items: 2
        );

    [Fact]
    public void A_study_that_was_interrupted_goes_on_and_measures_nothing_twice()
    {
        using var small = new SmallModel();
        var (settings, folder) = (Settings(small.Folder), Path.Combine(small.Folder, "study"));
        using var stop = new CancellationTokenSource();
        var first = MiniatureStudy.Run(settings, folder, 1, stop.Token, progress => Stop(stop, progress.Done > 0.5));
        Assert.InRange(first.Length, 1, 4);

        var seen = new List<string>();
        var all = MiniatureStudy.Run(settings, folder, 2, default, progress => seen.AddRange(progress.Running.Select(job => job.Name)));
        Assert.Equal(["base", "SFT", "DPO", "SFT", "DPO"], all.Select(model => model.Model));
        Assert.DoesNotContain(seen, job => first.Any(done => job == $"{done.Model}, seed {done.Seed}"));

        seen.Clear();
        MiniatureStudy.Run(settings, folder, 2, default, progress => seen.AddRange(progress.Running.Select(job => job.Name)));
        Assert.Empty(seen);

        static void Stop(CancellationTokenSource source, bool now)
        {
            if (now)
            {
                source.Cancel();
            }
        }
    }

    [Fact]
    public void Results_are_what_the_measured_models_say_and_come_back_from_their_file()
    {
        using var small = new SmallModel();
        var (settings, folder) = (Settings(small.Folder), Path.Combine(small.Folder, "study"));
        var models = MiniatureStudy.Run(settings, folder, 2, default, _ => { });
        var written = StudyReport.Write(settings, models, folder, "test");
        var read = StudyResults.Load(folder);

        Assert.Equal(written.Metrics.AsEnumerable(), read.Metrics);
        Assert.Equal(4, Comparison.Of(read)!.Improvements.Sum(model => model.Value.Count));
        Assert.All(read.Examples, example => Assert.True(File.Exists(Path.Combine(folder, example.Picture))));
        Assert.All(read.Sensitivities, one => Assert.Equal(one.Tokens.Length, one.Values.Length));
    }

    [Theory]
    [InlineData("--fast")]
    [InlineData("--seeds")]
    [InlineData("--seeds", "0")]
    [InlineData("--prompts", "mine")]
    public void Options_that_make_no_sense_are_refused(params string[] args) =>
        Assert.Throws<UserException>(() => StudyOptions.Parse(args));

    [Fact]
    public void A_formula_on_the_command_line_stands_beside_the_others_in_the_tables()
    {
        const string formula = "-LogSigmoid(0.1*(r.W.Match - r.W.Mismatch))";
        using var small = new SmallModel();
        var folder = Path.Combine(small.Folder, "study");
        var whole = StudyOptions.Parse(["--quick", "--objective", formula]).Settings(small.Folder);
        Assert.Equal(TreatmentTemplate.All.Length + 1, whole.Treatments.Length);
        Assert.Equal(VisualConditional(0.1), whole.Treatments[^1].Objective);

        var cut = whole with
        {
            Pairs = whole.Pairs with { Pairs = 16 },
            Treatments = [whole.Treatments[0] with { Steps = 2 }, whole.Treatments[^1] with { Steps = 2 }],
            Items = 2,
        };
        var results = StudyReport.Write(cut, MiniatureStudy.Run(cut, folder, 2, default, _ => { }), folder, "test");

        Assert.Contains(StudyTable.Text(results).Split('\n'), line => line.StartsWith(formula, StringComparison.Ordinal));
        var files = HtmlReport.Write([(results, folder)], Path.Combine(folder, "report.html"), DateTimeOffset.UnixEpoch);
        Assert.All(files, file => Assert.True(File.Exists(file), file));
        Assert.Contains($"<th scope=\"row\">{formula}</th>", File.ReadAllText(files[0]));
        Assert.Contains(File.ReadLines(Path.Combine(folder, "table1.csv")), line => line.StartsWith(formula, StringComparison.Ordinal));
        Assert.Contains(results.Curves, point => point.Model == formula && point.Series == "accuracy visual-conditional");
        Assert.StartsWith("A quick run: 16 pairs instead of 1024, ", results.Notes[0], StringComparison.Ordinal);
        Assert.Equal(
            ["code", "finetuning pairs of seed 201", "benchmark items", "base model"],
            results.Fingerprints.Select(print => print.Name)
        );
    }
}
