using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SVco.Core;
using SVco.Core.Benchmarks;
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
        Assert.Contains("figure2_perplexity.csv", files);
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

        EvaluationResult Changed(Func<Benchmark, Benchmark> change) => WithBenchmarks(one, change);

        string Refusal(EvaluationResult other) =>
            Assert.Throws<UserException>(() => JoinedEvaluations.Join([one, other with { Name = "two" }])).Message;
    }

    public static TheoryData<string, Func<Item, Item>> OtherItems { get; } =
        new()
        {
            { "another truth", item => item with { Task = new ItemTask.Write(new LetterGrader(["green", "grey"], 1), 128) } },
            { "another kind of task", item => item with { Task = new ItemTask.Choose(["red", "blue"], 0) } },
            { "other categories", item => item with { Category = "elsewhere" } },
            { "other groups", item => item with { Group = "elsewhere" } },
            { "other tags", item => item with { Tags = item.Tags.Add("more") } },
            { "other images", item => item with { Image = null } },
            { "other items", item => item with { Id = "elsewhere" } },
        };

    [Theory]
    [MemberData(nameof(OtherItems))]
    public void Evaluations_whose_items_differ_in_anything_are_not_joined(string what, Func<Item, Item> change)
    {
        var one = SampleEvaluation.Create(32) with { Name = "one" };
        var two = WithBenchmarks(
            one,
            benchmark => benchmark with { Items = [.. benchmark.Items.Select((item, at) => at == 1 ? change(item) : item)] }
        );
        var error = Assert.Throws<UserException>(() => JoinedEvaluations.Join([one, two with { Name = "two" }]));
        Assert.Matches($"two has .*{what} \\(the first: (2|elsewhere)\\) than one", error.Message);
    }

    [Theory]
    [InlineData(0, "a", "c", "other options")]
    [InlineData(1, "a", "b", "another right option")]
    public void Evaluations_with_other_options_are_not_joined(int correct, string first, string second, string what)
    {
        var sample = SampleEvaluation.Create(32) with { Name = "one" };
        var one = Choosing(0, "a", "b");
        Assert.Equal(3, JoinedEvaluations.Join([one, Choosing(0, "a", "b") with { Name = "two" }]).Models.Length);
        var error = Assert.Throws<UserException>(() =>
            JoinedEvaluations.Join([one, Choosing(correct, first, second) with { Name = "two" }])
        );
        Assert.Contains($"{what} (the first: 1)", error.Message);

        EvaluationResult Choosing(int right, params string[] options) =>
            WithBenchmarks(
                sample,
                benchmark =>
                    benchmark with
                    {
                        Items = [.. benchmark.Items.Select(item => item with { Task = new ItemTask.Choose([.. options], right) })],
                    }
            );
    }

    [Fact]
    public void Evaluations_are_joined_by_what_was_in_their_images_and_not_by_where_these_lay()
    {
        var result = WithPictures(SampleEvaluation.Create(8));
        Save("one", result);
        Directory.CreateDirectory(work.At("moved"));
        Save("moved", WithImages(result, path => Copied(path)));
        Assert.Equal(3, JoinedEvaluations.Join([Loaded("one"), Loaded("moved")]).Models.Length);

        var changed = ((ImageSource.File)result.Models[0].Benchmarks[0].Benchmark.Items[0].Image!).Path;
        File.AppendAllText(changed, "more");
        Save("changed", result);
        Assert.Contains(
            "changed has the same items with other images (the first: 1) than one",
            Assert.Throws<UserException>(() => JoinedEvaluations.Join([Loaded("one"), Loaded("changed")])).Message
        );

        File.WriteAllText(
            work.At("one", EvaluationFile.FileName),
            File.ReadAllText(work.At("one", EvaluationFile.FileName)).Replace("\"images\":", "\"was\":")
        );
        Assert.Contains(
            "one does not say what was in its images",
            Assert.Throws<UserException>(() => JoinedEvaluations.Join([Loaded("one"), Loaded("moved")])).Message
        );

        void Save(string name, EvaluationResult evaluation) => EvaluationFile.Save(evaluation, work.At(name));

        EvaluationResult Loaded(string name) => EvaluationFile.Load(work.At(name)) with { Name = name };

        string Copied(string path)
        {
            var copy = work.At("moved", Path.GetFileName(path));
            File.Copy(path, copy, overwrite: true);
            return copy;
        }
    }

    [Fact]
    public void Perplexities_of_other_pairs_are_not_joined()
    {
        var one = SampleEvaluation.Create(16) with { Name = "one", Captions = Captions("pair ") };
        Assert.Equal(one.Captions.Length, JoinedEvaluations.Join([one, one with { Name = "two" }]).Captions.Length);
        Assert.Contains("two has scored the captions of other pairs than one", Refusal(Captions("other ")));
        Assert.Contains("two has scored the captions of other pairs than one", Refusal(Captions("pair ")[..^8]));
        Assert.Contains("two does not say which captions", Refusal(SampleEvaluation.Captions(4)));

        ImmutableArray<CaptionLogProbs> Captions(string pair) =>
            [.. SampleEvaluation.Captions(4).Select((caption, at) => caption with { Content = $"{pair}{at}", Model = "S-VCO" })];

        string Refusal(ImmutableArray<CaptionLogProbs> captions) =>
            Assert.Throws<UserException>(() => JoinedEvaluations.Join([one, one with { Name = "two", Captions = captions }])).Message;
    }

    [Fact]
    public void Pictures_that_are_gone_are_counted()
    {
        var result = WithPictures(SampleEvaluation.Create(8));
        var images = result.Models[0].Benchmarks.SelectMany(one => one.Benchmark.Items).Select(item => item.Image).Distinct().ToArray();
        var there = EvaluationReport.Write(result, work.At("report.html"), When, FewDraws);
        File.Delete(((ImageSource.File)images[0]!).Path);
        File.Delete(((ImageSource.File)images[2]!).Path);

        var gone = EvaluationReport.Write(result, work.At("gone.html"), When, FewDraws);

        Assert.DoesNotContain("no longer there", there.Text);
        Assert.Contains($"2 of {images.Length} pictures are no longer there", gone.Text);
        Assert.Contains($"<p>2 of {images.Length} pictures are no longer there", File.ReadAllText(work.At("gone.html")));
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
        return WithItems(result, item => item with { Image = FileOf(item.Image!) });

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

    static EvaluationResult WithImages(EvaluationResult result, Func<string, string> move) =>
        WithItems(result, item => item with { Image = new ImageSource.File(move(((ImageSource.File)item.Image!).Path)) });

    static EvaluationResult WithItems(EvaluationResult result, Func<Item, Item> change) =>
        WithBenchmarks(result, benchmark => benchmark with { Items = [.. benchmark.Items.Select(change)] });

    static EvaluationResult WithBenchmarks(EvaluationResult result, Func<Benchmark, Benchmark> change) =>
        result with
        {
            Models =
            [
                .. result.Models.Select(model =>
                    model with
                    {
                        Benchmarks = [.. model.Benchmarks.Select(one => one with { Benchmark = change(one.Benchmark) })],
                    }
                ),
            ],
        };
}
