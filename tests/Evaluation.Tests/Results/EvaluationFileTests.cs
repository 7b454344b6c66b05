using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Core.Data;
using SVco.Evaluation.Report.Evaluations;
using SVco.Evaluation.Results;
using SVco.Evaluation.Tests.Report.Evaluations;
using SVco.Files;
using SVco.Models.Images;
using SVco.Tests;

namespace SVco.Evaluation.Tests.Results;

public sealed class EvaluationFileTests : IDisposable
{
    const int FewDraws = 50;

    static readonly DateTimeOffset When = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    readonly TemporaryFolder work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void The_report_of_what_was_saved_is_the_report()
    {
        var result = WithPictures(SampleEvaluation.Create(48)) with
        {
            Captions = SampleEvaluation.Captions(4),
            Choosing = new(0.3, 1, ["svco"]),
        };
        EvaluationFile.Save(result, work.At("eval"));

        EvaluationReport.Write(result, work.At("once", "report.html"), When, resamples: FewDraws);
        EvaluationReport.Write(EvaluationFile.Load(work.At("eval")), work.At("again", "report.html"), When, resamples: FewDraws);

        string[] files = [.. Directory.GetFiles(work.At("once")).Select(file => Path.GetFileName(file))];
        Assert.Contains("table1.csv", files);
        Assert.All(files, file => Assert.Equal(Text("once", file), Text("again", file)));

        // The drawing library numbers the paths that clip figures through the whole process.
        string Text(string run, string file) => Regex.Replace(File.ReadAllText(work.At(run, file)), "cl_[0-9a-f]+", "");
    }

    [Fact]
    public void A_picture_that_draws_itself_is_saved_with_its_pixels()
    {
        var result = SampleEvaluation.Create(8);
        EvaluationFile.Save(result, work.At());
        var (before, after) = (ImageOf(result), ImageOf(EvaluationFile.Load(work.At())));
        Assert.IsType<ImageSource.Inline>(after);
        Assert.Equal(ImageRenderer.Render(before).Pixels, ImageRenderer.Render(after).Pixels);

        static ImageSource ImageOf(EvaluationResult result) => result.Models[0].Benchmarks[0].Benchmark.Items[0].Image!;
    }

    [Theory]
    [InlineData("\"item\":\"1\"", "\"item\":\"elsewhere\"", "elsewhere is not among the items")]
    [InlineData("\"benchmark\":\"MMVP\"", "\"benchmark\":\"other\"", "other is not among the benchmarks")]
    [InlineData("\"prompt\":", "\"prompt\":null,\"was\":", "prompt")]
    public void A_file_that_is_not_an_evaluation_s_is_told(string from, string to, string message)
    {
        EvaluationFile.Save(SampleEvaluation.Create(16), work.At());
        var path = work.At(EvaluationFile.FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace(from, to));
        var error = Assert.Throws<UserException>(() => EvaluationFile.Load(work.At()));
        Assert.Contains(message, error.Message);
        Assert.Contains(path, error.Message);
    }

    [Fact]
    public void Several_evaluations_have_one_table_with_a_common_model_once()
    {
        var whole = SampleEvaluation.Create(32);
        // The first was asked with images only, but for what the second model did.
        var seen = whole.Models[0] with
        {
            Benchmarks = [.. whole.Models[0].Benchmarks.Select(one => one with { WithoutImages = GradedAnswers.None })],
        };
        var first = whole with { Name = "first", Models = [seen, whole.Models[1]] };
        var second = whole with { Name = "second", Models = [whole.Models[0], whole.Models[2]] };
        var other = whole with { Name = "other", Models = [whole.Models[1] with { Name = whole.Models[0].Name, Content = "another" }] };

        var joined = JoinedEvaluations.Join([first, second, other]);

        Assert.Equal(
            [.. whole.Models.Select(model => model.Name), $"{whole.Models[0].Name} (other)"],
            joined.Models.Select(model => model.Name)
        );
        Assert.Equal(
            EvaluationTable.Text(whole with { Name = joined.Name }, FewDraws),
            EvaluationTable.Text(joined with { Models = joined.Models[..3] }, FewDraws)
        );
    }

    [Fact]
    public void Evaluations_that_asked_in_another_way_are_not_joined()
    {
        var one = SampleEvaluation.Create(32) with { Name = "one" };
        Assert.Contains("other items", Refusal(SampleEvaluation.Create(40)));
        Assert.Contains(
            "the same items by other rules",
            Refusal(Changed(benchmark => benchmark with { Metrics = benchmark.Metrics[..1] }))
        );
        Assert.Contains(
            "the same items in other words",
            Refusal(Changed(benchmark => benchmark with { Items = [.. benchmark.Items.Select(item => item with { Prompt = "?" })] }))
        );

        EvaluationResult Changed(Func<Core.Benchmarks.Benchmark, Core.Benchmarks.Benchmark> change) =>
            one with
            {
                Models =
                [
                    .. one.Models.Select(model =>
                        model with
                        {
                            Benchmarks = [.. model.Benchmarks.Select(answers => answers with { Benchmark = change(answers.Benchmark) })],
                        }
                    ),
                ],
            };

        string Refusal(EvaluationResult other) =>
            Assert.Throws<UserException>(() => JoinedEvaluations.Join([one, other with { Name = "two" }])).Message;
    }

    [Fact]
    public void A_small_picture_is_drawn_once_for_a_content_wherever_it_lies()
    {
        var kept = new DiskCache(work.At("cache"), 1 << 20, Assert.Fail);
        var result = WithPictures(SampleEvaluation.Create(8));
        var image = (ImageSource.File)result.Models[0].Benchmarks[0].Benchmark.Items[0].Image!;
        var drawn = new Thumbnails(null).Of(image);

        Assert.Equal(drawn, new Thumbnails(kept).Of(image));
        // Two bytes of a JPEG stand for the picture: it is not drawn again.
        var entry = Assert.Single(Directory.GetFiles(work.At("cache"), "*", SearchOption.AllDirectories));
        kept.Put(Path.GetFileName(entry), [1, 2]);
        File.Copy(image.Path, work.At("copy.png"));
        Assert.Equal(
            Thumbnail.Scheme + Convert.ToBase64String([1, 2]),
            new Thumbnails(kept).Of(new ImageSource.File(work.At("copy.png"))).Address
        );
        Assert.Contains("gone.png", new Thumbnails(kept).Of(new ImageSource.File(work.At("gone.png"))).Fault);
    }

    /// <summary>The sample with its pictures in files.</summary>
    EvaluationResult WithPictures(EvaluationResult result)
    {
        var files = new Dictionary<ImageSource, ImageSource>();
        return result with
        {
            Models =
            [
                .. result.Models.Select(model =>
                    model with
                    {
                        Benchmarks =
                        [
                            .. model.Benchmarks.Select(one =>
                                one with
                                {
                                    Benchmark = one.Benchmark with
                                    {
                                        Items = [.. one.Benchmark.Items.Select(item => item with { Image = FileOf(item.Image!) })],
                                    },
                                }
                            ),
                        ],
                    }
                ),
            ],
        };

        ImageSource FileOf(ImageSource image)
        {
            if (!files.TryGetValue(image, out var file))
            {
                var path = work.At($"{files.Count}.png");
                using (var stream = File.Create(path))
                {
                    Bitmaps.WritePng(ImageRenderer.Render(image), stream);
                }

                files.Add(image, file = new ImageSource.File(path));
            }

            return file;
        }
    }
}
