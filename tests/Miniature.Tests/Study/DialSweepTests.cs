using SVco.Core.Statistics;
using SVco.Miniature.Study;

namespace SVco.Miniature.Tests;

public sealed class DialSweepTests
{
    static readonly StudySettings Whole = StudyOptions.Parse([]).Settings("base");

    [Fact]
    public void Each_study_of_a_sweep_differs_from_the_whole_in_its_dial_alone()
    {
        foreach (var (dial, value, study) in DialSweep.Studies(Whole))
        {
            var standing = dial.Values.Single(other => dial.Turn(Whole.Pairs, other) == Whole.Pairs);
            Assert.Equal(value == standing, study.Pairs == Whole.Pairs);
            Assert.Equal(Whole.Pairs, dial.Turn(study.Pairs, standing));
            Assert.Equal(Whole.Seeds.AsEnumerable(), study.Seeds);
        }
    }

    [Fact]
    public void Fewer_pairs_come_as_often_as_more()
    {
        foreach (var (_, _, study) in DialSweep.Studies(Whole))
        {
            Assert.All(
                study.Treatments.Zip(Whole.Treatments),
                both => Assert.Equal(both.Second.Steps / (double)Whole.Pairs.Pairs, both.First.Steps / (double)study.Pairs.Pairs)
            );
        }
    }

    [Fact]
    public void The_table_holds_every_point_and_every_dial_has_a_figure()
    {
        var folder = Directory.CreateTempSubdirectory("svco-dials-").FullName;
        DialPoint[] points =
        [
            new("pairs", 256, "S-VCO", Interval.Of([1, 2, 3])),
            new("pairs", 512, "S-VCO", Interval.Of([4])),
            new("artefact", 0, "SFT, equal compute", Interval.Of([5, 7])),
        ];
        var written = DialSweep.Write(points, folder);

        Assert.Equal(3, written.Length);
        var lines = File.ReadAllLines(written[0]);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("pairs,256,S-VCO,3,2,", lines[1], StringComparison.Ordinal);
        Assert.Equal("pairs,512,S-VCO,1,4,", lines[2]);
        Assert.StartsWith("artefact,0,\"SFT, equal compute\",2,6,", lines[3], StringComparison.Ordinal);
        Assert.Contains("pairs", File.ReadAllText(Path.Combine(folder, "pairs.svg")), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
