using System.Text.Json;
using Parquet.Serialization;
using SVco.Core.Data;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Files;
using SVco.Models.Images;
using SVco.Tests;

namespace SVco.Curation.Tests;

public sealed class StageTests
{
    static Candidate Of(string positive, string negative, ContrastType type) =>
        new("S", "k", type, "1", "a.jpg", "b.jpg", positive, negative);

    [Theory]
    [InlineData("a man is to the left of a dog", "a man is to the right of a dog", "The man is left of the dog.", true)]
    [InlineData("a man is to the left of a dog", "a man is to the right of a dog", "The dog is to the right of the man.", true)]
    [InlineData("a man is to the left of a dog", "a man is to the right of a dog", "To the right of the man is a dog.", true)]
    [InlineData(
        "a man is to the left of a dog",
        "a man is to the right of a dog",
        "The man is on the left and the dog on the right.",
        true
    )]
    [InlineData("a man is to the left of a dog", "a man is to the right of a dog", "The dog is left of the man.", false)]
    [InlineData("a man is above a dog", "a man is below a dog", "The man is near the dog.", false)]
    public void A_position_survives_in_itself_and_in_its_converse(string positive, string negative, string response, bool survives)
    {
        var breaches = ContrastChecker.OfTexts(Of(positive, negative, ContrastType.Position), new("Where is the man?", response, negative));
        Assert.Equal(survives, breaches.IsEmpty);
    }

    [Theory]
    [InlineData("There are two men and four dogs.", true)]
    [InlineData("I see 2 happy men, and 4 dogs too.", true)]
    [InlineData("There are four men and two dogs.", false)]
    [InlineData("There are some men and dogs.", false)]
    public void Counts_survive_with_what_they_count(string response, bool survives) =>
        Assert.Equal(
            survives,
            ContrastChecker
                .OfTexts(
                    Of("there are 2 men and 4 dogs.", "there are 3 men and 3 dogs.", ContrastType.Count),
                    new("How many men and dogs?", response, "there are 3 men and 3 dogs.")
                )
                .IsEmpty
        );

    [Fact]
    public void A_question_must_not_mention_an_answer() =>
        Assert.NotEmpty(ContrastChecker.OfQuestion(Of("a red car", "a blue car", ContrastType.Attribute), "Is the car red?"));

    [Fact]
    public void Every_kind_of_bad_input_is_counted_by_its_reason_and_the_run_goes_on()
    {
        using var work = new TemporaryFolder();
        Directory.CreateDirectory(work.At("data"));
        using (var png = File.Create(work.At("data", "good.png")))
        {
            Bitmaps.WritePng(new RgbImage(4, 4, new byte[48]), png);
        }

        var huge = File.ReadAllBytes(work.At("data", "good.png"));
        (huge[18], huge[19], huge[22], huge[23]) = (0xC3, 0x50, 0xC3, 0x50);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(huge.AsSpan(29), Crc(huge.AsSpan(12, 17)));
        File.WriteAllBytes(work.At("data", "huge.png"), huge);
        File.WriteAllText(work.At("data", "empty.png"), "");
        File.WriteAllText(work.At("data", "text.png"), "no image");
        string Row(string id, string image, string caption) =>
            $$"""{"id":"{{id}}","image_a":"{{image}}","caption_a":"{{caption}}","image_b":"good.png","caption_b":"a dog","type":"object"}""";
        File.WriteAllLines(
            work.At("data", "mine.jsonl"),
            [
                Row("1", "good.png", "a cat"),
                Row("1", "good.png", "a cat"),
                Row("2", "huge.png", "a cat"),
                Row("3", "empty.png", "a cat"),
                Row("4", "text.png", "a cat"),
                Row("5", "gone.png", "a cat"),
                Row("6", "../secret.png", "a cat"),
                Row("7", "good.png", new('x', 100_000)),
                """{"id":"8","image_a":["good.png"]}""",
                Row("9", "good.png", "5").Replace("\"5\"", "5"),
                Row("10", "good.png", "d\uFFFDg"),
                """{"\ud800":1}""",
                "[1]",
                "{",
            ]
        );
        var report = ReadStage.Run(
            new()
            {
                DataRoot = work.At("data"),
                Output = work.At("out"),
                Sources = new() { Pairs = [new() { Name = "Mine", File = "mine.jsonl" }] },
            }
        );
        Assert.Equal(1, report.Passed);
        Assert.Equal(13, report.Refusals.Sum(refusal => refusal.Count));
        foreach (
            var reason in (string[])
                [
                    "duplicate id",
                    "positive image is too large",
                    "positive image is empty",
                    "positive image cannot be decoded",
                    "positive image is missing",
                    "image path leaves the data root",
                    "caption_a is too long",
                    "image_a is not a text",
                    "caption_a is not a text",
                    "caption_a is not valid Unicode",
                    "entry is not valid Unicode",
                    "entry is not an object",
                    "line is not JSON",
                ]
        )
        {
            Assert.Contains(report.Refusals, refusal => refusal.Reason == reason);
        }
    }

    [GoldenFact("sources")]
    public async Task An_image_with_a_good_header_and_broken_pixels_is_counted_by_the_filter_and_the_run_goes_on()
    {
        using var work = new TemporaryFolder();
        Directory.CreateDirectory(work.At("data"));
        var png = Noise(1);
        File.WriteAllBytes(work.At("data", "good.png"), png);
        File.WriteAllBytes(work.At("data", "other.png"), Noise(2));
        File.WriteAllBytes(work.At("data", "cut.png"), png[..(png.Length / 2)]);
        File.WriteAllText(
            work.At("data", "mine.csv"),
            """
            id,image_a,caption_a,image_b,caption_b,type
            1,good.png,a cat,other.png,a dog,object
            2,cut.png,a cat,other.png,a dog,object
            3,good.png,a cat,cut.png,a dog,object
            """
        );
        var settings = SourcesCase.Settings(work.At("out")) with
        {
            DataRoot = work.At("data"),
            Sources = new() { Pairs = [new() { Name = "Mine", File = "mine.csv" }] },
        };
        Assert.Equal(3, ReadStage.Run(settings).Passed);
        Assert.Equal(
            (1, 2),
            await FilterStage.ScoreAsync(settings, Shard.Whole, (_, _) => { }, default) is var report
                ? (report.Scored, report.Refused)
                : default
        );
        Assert.Equal(
            ["Mine pairs: negative image cannot be decoded", "Mine pairs: positive image cannot be decoded"],
            FilterStage.Merge(settings).Refusals.Select(refusal => $"{refusal.Source} {refusal.Kind}: {refusal.Reason}")
        );

        static byte[] Noise(int seed)
        {
            var pixels = new byte[3 * 64 * 64];
            new Random(seed).NextBytes(pixels);
            using var png = new MemoryStream();
            Bitmaps.WritePng(new RgbImage(64, 64, [.. pixels]), png);
            return png.ToArray();
        }
    }

    [GoldenFact("sources")]
    public async Task The_split_writes_JSON_that_the_trainer_reads_and_Parquet_of_the_same_rows()
    {
        using var work = new TemporaryFolder();
        var settings = SourcesCase.Settings(work.At("out"));
        CopyFolder(settings.DataRoot, work.At("data"));
        settings = settings with
        {
            // Mirrored images are written below the data root.
            DataRoot = work.At("data"),
            Split = settings.Split with { Parquet = true, SystemPrompt = "Look." },
        };
        ReadStage.Run(settings);
        await FilterStage.ScoreAsync(settings, Shard.Whole, (_, _) => { }, default);
        FilterStage.Merge(settings);
        var kept = FilterStage.Select(settings).Passed;
        AugmentStage.RunByRule(settings);
        var report = await SplitStage.RunAsync(settings);
        Assert.Equal(kept, report.Passed);
        var pairs = 0;
        foreach (var json in report.Files.Where(file => file.EndsWith(".json")))
        {
            var data = MvcJson.Parse(File.ReadAllText(json), "f", settings.DataRoot);
            Assert.Empty(data.Refusals);
            Assert.All(
                data.Pairs,
                pair => Assert.All([pair.W.Image, pair.L.Image], image => Assert.True(File.Exists(((ImageSource.File)image).Path)))
            );
            await using var parquet = File.OpenRead(Path.ChangeExtension(json, ".parquet"));
            var rows = (await ParquetSerializer.DeserializeAsync<MvcEntry>(parquet)).Data.ToList();
            Assert.Equal(
                JsonSerializer.Serialize(JsonSerializer.Deserialize<List<MvcEntry>>(File.ReadAllText(json))),
                JsonSerializer.Serialize(rows)
            );
            Assert.All(rows, row => Assert.Equal("Look.", row.SystemPrompt));
            pairs += rows.Count;
        }

        Assert.Equal(kept, pairs);
    }

    [GoldenFact("sources")]
    public async Task The_filter_leaves_pictures_and_says_why_each_candidate_is_refused()
    {
        using var work = new TemporaryFolder();
        var settings = SourcesCase.Settings(work.At("out"));
        settings = settings with { Filter = settings.Filter with { ScoreAll = false } };
        ReadStage.Run(settings);
        var first = await FilterStage.ScoreAsync(settings, Shard.Whole, (_, _) => { }, default);
        var broken = first.Refused;
        Assert.InRange(first.Decoded, 1, int.MaxValue);
        FilterStage.Merge(settings);
        var report = FilterStage.Select(settings);

        // An image that cannot be decoded is tried again, as someone may have mended it; all others are remembered.
        Assert.InRange((await FilterStage.ScoreAsync(settings, Shard.Whole, (_, _) => { }, default)).Decoded, 0, 2 * broken);
        Assert.Equal(
            ["contact_kept.png", "contact_refused.png", "cosines.svg", "dinov2.svg", "siglip.svg"],
            report.Files.Select(Path.GetFileName).Where(name => !name!.EndsWith(".jsonl")).Order()
        );
        var measured = JsonLines
            .Read<Candidate>(new CurationFolder(settings.Output).Scored, "")
            .Count(pair => pair.SiglipCosine is not null);
        Assert.Contains($"{measured} measured", File.ReadAllText(work.At("out", "cosines.svg")));
        using var sheet = SkiaSharp.SKBitmap.Decode(work.At("out", "contact_kept.png"));
        Assert.Contains(sheet.Pixels, pixel => pixel != SkiaSharp.SKColors.White);

        // The raw ablation does not filter, so no candidate is refused by a threshold.
        var raw = FilterStage.Select(settings with { Curation = CurationKind.Raw });
        Assert.All(raw.Refusals, refusal => Assert.Equal("not drawn into the sample", refusal.Reason));
    }

    static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
            }
        }

        return ~crc;
    }
}
