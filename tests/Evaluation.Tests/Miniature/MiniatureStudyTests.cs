using SVco.Core;
using SVco.Core.Miniature;
using SVco.Evaluation.Miniature;
using SVco.Evaluation.Report;
using SVco.Evaluation.Results;
using Xunit;
using static SVco.Core.Objectives.Objectives;

namespace SVco.Evaluation.Tests.Miniature;

public sealed class MiniatureStudyTests
{
    static StudySettings Settings(string baseModel) =>
        new(
            "tiny",
            baseModel,
            new PairDials(Pairs: 16),
            Filtered: true,
            [new("SFT", Candidate.SftBothSides, 1e-3, 2), new("DPO", Dpo(0.1), 1e-3, 2)],
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
        var all = MiniatureStudy.Run(settings, folder, 2, default, progress => seen.AddRange(progress.Running.Select(part => part.Name)));
        Assert.Equal(["base", "SFT", "DPO", "SFT", "DPO"], all.Select(part => part.Model));
        Assert.DoesNotContain(seen, part => first.Any(done => part == $"{done.Model}, seed {done.Seed}"));

        seen.Clear();
        MiniatureStudy.Run(settings, folder, 2, default, progress => seen.AddRange(progress.Running.Select(part => part.Name)));
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
    public void Results_are_what_the_parts_say_and_come_back_from_their_file()
    {
        using var small = new SmallModel();
        var (settings, folder) = (Settings(small.Folder), Path.Combine(small.Folder, "study"));
        var parts = MiniatureStudy.Run(settings, folder, 2, default, _ => { });
        var written = StudyReport.Write(settings, parts, folder, "test");
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
    public void A_formula_on_the_command_line_stands_beside_the_others()
    {
        var settings = StudyOptions.Parse(["--quick", "--objective", "-LogSigmoid(0.1*(r.W.Match - r.W.Mismatch))"]).Settings("base");
        Assert.Equal(VisualConditional(0.1), settings.Treatments[^1].Objective);
        Assert.Equal(Candidate.All.Length + 1, settings.Treatments.Length);
    }
}
