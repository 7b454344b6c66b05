using SVco.Evaluation.Results;
using SVco.Miniature.Study;
using SVco.Tests;

namespace SVco.Miniature.Tests.Study;

public sealed class MeasuredModelTests
{
    const string Fingerprint = "0123456789abcdef0123";

    static readonly MeasuredModel Measured = new(
        "S-VCO",
        1,
        2.5,
        null,
        [new MetricResult("S-VCO", 1, "MMVP", "", "vision-centric", "accuracy", 61.25, null, true, true)],
        [],
        [new CaptionPerplexity("S-VCO", 1, "original", "all", "none", double.PositiveInfinity)],
        [new CurvePoint("S-VCO", 1, "loss", 1, double.NaN)],
        []
    );

    [Fact]
    public void One_that_was_changed_in_any_way_is_measured_again()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(MeasuredModel.Find(folder.At(), Fingerprint));
        Measured.Save(folder.At(), Fingerprint);
        var known = MeasuredModel.Find(folder.At(), Fingerprint)!;
        Assert.Equal((Measured.Model, Measured.Metrics[0]), (known.Model, known.Metrics[0]));
        Assert.True(double.IsNaN(known.Curves[0].Value));

        var file = $"{MeasuredModel.AnswersOf(folder.At(), Fingerprint)}.json";
        var text = File.ReadAllText(file);
        foreach (
            var changed in (string[])
                [
                    text.Replace("61.25", "91.25"),
                    text[..(text.Length / 2)],
                    "",
                    new string('\0', text.Length),
                    "null",
                    "{}",
                    text.Replace("\"Seed\":1", "\"Seed\":null"),
                ]
        )
        {
            File.WriteAllText(file, changed);
            Assert.Null(MeasuredModel.Find(folder.At(), Fingerprint));
        }

        Measured.Save(folder.At(), Fingerprint);
        Assert.NotNull(MeasuredModel.Find(folder.At(), Fingerprint));
    }
}
