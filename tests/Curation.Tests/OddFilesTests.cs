using System.Diagnostics;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Curation.Sources;
using SVco.Files;
using SVco.Models.Images;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>Files that a hand, a disk or another program has changed: one message that names the file, and nothing that waits for ever.</summary>
public sealed class OddFilesTests : IDisposable
{
    readonly TemporaryFolder work = new();

    public OddFilesTests()
    {
        Directory.CreateDirectory(work.At("data"));
        Directory.CreateDirectory(work.At("out"));
        Picture(work.At("data", "a.png"));
        Picture(work.At("data", "b.png"));
    }

    public void Dispose() => work.Dispose();

    CurationFolder Folder => new(work.At("out"));

    CurationSettings Settings =>
        new()
        {
            DataRoot = work.At("data"),
            Output = work.At("out"),
            Augment = new() { Augmenter = Augmenter.Template },
            Split = new() { Validation = 0 },
        };

    static Candidate Pair =>
        new("A", "k", ContrastType.Object, "1", "a.png", "b.png", "a cat", "a dog")
        {
            SiglipCosine = 0.8,
            Dinov2Cosine = 0.4,
            Question = "What?",
            WResponse = "A cat.",
            LResponse = "A dog.",
        };

    [Theory]
    [InlineData("source")]
    [InlineData("kind")]
    [InlineData("key")]
    [InlineData("type")]
    [InlineData("positive_image")]
    [InlineData("positive_caption")]
    [InlineData("negative_caption")]
    [InlineData("screening")]
    public async Task A_null_where_a_stage_wrote_a_text_is_told_with_its_line(string field)
    {
        foreach (var file in (string[])[Folder.Candidates, Folder.Scored, Folder.Kept, Folder.Augmented])
        {
            JsonLines.Write(file, [Pair]);
            var line = JsonNode.Parse(File.ReadAllText(file))!;
            line[field] = null;
            File.AppendAllText(file, line.ToJsonString() + "\n");
        }

        JsonLines.Write(Folder.RefusedByFilter, Array.Empty<RefusedCandidate>());
        IsTold(() => AugmentStage.RunByRule(Settings));
        IsTold(() => StatsStage.Run(Settings));
        IsTold(() => FilterStage.Select(Settings));
        IsTold(() => PairPage.Write(Folder.Kept, work.At("data"), 10));
        Assert.Contains("Line 2 of ", (await Assert.ThrowsAsync<UserException>(() => SplitStage.RunAsync(Settings))).Message);

        void IsTold(Action stage)
        {
            var message = Assert.Throws<UserException>(stage).Message;
            Assert.Contains(work.At("out"), message);
            Assert.Contains(field, message);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("null\n")]
    [InlineData("{}\n")]
    [InlineData("{\"index\":1,\"count\":1,\"first\":0,\"end\":1,\"scored\":1,\"refused\":0,\"candidates\":null,\"towers\":\"t\"}\n")]
    public void A_shard_that_says_nothing_or_half_is_told(string done)
    {
        JsonLines.Write(Folder.Candidates, [Pair]);
        Directory.CreateDirectory(Folder.At("shards"));
        File.WriteAllText(Folder.OfShard(Shard.Whole, "done"), done);
        Assert.Contains("done.1-of-1", Assert.Throws<UserException>(() => FilterStage.Merge(Settings)).Message);
    }

    [Fact]
    public void A_comma_at_the_end_or_a_comment_in_an_entry_loses_nothing()
    {
        const string entry = """
            {"chosen_images":["a.png"],"rejected_images":["b.png"],"system_prompt":"","instruction_prompt":"What is it?",
             "chosen_response":"A cat.","rejected_response":"A dog.", /* mine */ }
            """;
        File.WriteAllText(work.At("data", "m.json"), $"[{entry}, {entry.Replace(", /* mine */", "")}]");
        var report = ReadStage.Run(Settings with { Sources = new() { Mvc = [new() { File = "m.json" }] } });
        Assert.Equal(2, report.Passed);
    }

    [Fact]
    public void A_quote_that_is_never_closed_costs_what_follows_and_no_memory()
    {
        File.WriteAllText(
            work.At("data", "p.csv"),
            "image_a,caption_a,image_b,caption_b\na.png,A cat.,b.png,A dog.\na.png,\"A cat.,b.png,A dog.\n" + new string('x', 1 << 21)
        );
        var report = ReadStage.Run(Settings with { Sources = new() { Pairs = [new() { Name = "Mine", File = "p.csv" }] } });
        Assert.Equal(1, report.Passed);
        Assert.Contains("damaged", File.ReadAllText(Folder.RefusedByRead));
    }

    [Theory]
    [InlineData("p.json", "[", "]")]
    [InlineData("p.jsonl", "", "")]
    public void An_entry_that_has_a_field_twice_is_refused(string file, string before, string after)
    {
        const string good = """{"image_a": "a.png", "caption_a": "A cat.", "image_b": "b.png", "caption_b": "A dog."}""";
        var odd = good.Replace("\"image_b\"", "\"caption_a\": \"A cow.\", \"image_b\"");
        var comma = before.Length > 0 ? "," : "";
        File.WriteAllText(work.At("data", file), $"{before}{odd}{comma}\n{good}{after}");
        var report = ReadStage.Run(Settings with { Sources = new() { Pairs = [new() { Name = "Mine", File = file }] } });
        Assert.Equal(1, report.Passed);
        Assert.Contains("a field is there twice", File.ReadAllText(Folder.RefusedByRead));
    }

    [Fact]
    public void Pipes_folders_and_links_out_of_the_data_root_are_no_images()
    {
        Process.Start("mkfifo", work.At("data", "pipe.png")).WaitForExit();
        Directory.CreateDirectory(work.At("data", "folder.png"));
        Picture(work.At("secret.png"));
        File.CreateSymbolicLink(work.At("data", "out.png"), work.At("secret.png"));
        File.CreateSymbolicLink(work.At("data", "up"), work.At());
        File.CreateSymbolicLink(work.At("data", "in.png"), "a.png");
        File.CreateSymbolicLink(work.At("data", "round.png"), "round.png");

        var finder = new ImageFinder(work.At("data"));

        Assert.Equal("in.png", Find("in.png").Path);
        Assert.Equal("a.png", Find(work.At("data", "a.png")).Path);
        Assert.Equal("image is empty", Find("pipe.png").Reason);
        Assert.True(Find("folder.png").IsMissing);
        foreach (
            var name in (string[])["out.png", "up/secret.png", "up/data/a.png/../../secret.png", "../secret.png", work.At("secret.png")]
        )
        {
            Assert.Equal(ImageSearch.Leaves, Find(name).Reason);
        }

        Assert.Null(Find("round.png").Path);
        Assert.Equal(ImageSearch.Zero, Find("a\0.png").Reason);
        // A folder is named by the person, who may keep it on another disk.
        Assert.Equal("up/secret.png", finder.Find("image", "up", "secret.png").Path);

        ImageSearch Find(string name) => finder.Find("image", ".", name);
    }

    [Fact]
    public void A_pipe_in_the_place_of_a_source_is_not_waited_for()
    {
        Process.Start("mkfifo", work.At("data", "m.json")).WaitForExit();
        Process.Start("mkfifo", work.At("data", "p.jsonl")).WaitForExit();
        Process.Start("mkfifo", work.At("data", "p.csv")).WaitForExit();
        var error = Assert.Throws<UserException>(() =>
            ReadStage.Run(
                Settings with
                {
                    Sources = new()
                    {
                        Mvc = [new() { File = "m.json" }],
                        Pairs = [new() { File = "p.jsonl", Name = "j" }, new() { File = "p.csv", Name = "c" }],
                    },
                }
            )
        );
        Assert.Contains("No source gave a candidate", error.Message);
    }

    static void Picture(string path)
    {
        using var png = File.Create(path);
        Bitmaps.WritePng(new RgbImage(4, 4, new byte[48]), png);
    }
}
