using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SkiaSharp;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Files;
using SVco.Models.Images;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>The page of pairs, as a browser has it.</summary>
public sealed class PairPageTests : IDisposable
{
    readonly TemporaryFolder work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void The_words_that_differ_are_marked_and_nothing_of_a_text_becomes_an_element()
    {
        var html = File.ReadAllText(Page([Pair("A", ContrastType.Object, "a <b>big</b> red bus & car", "a <b>big</b> blue bus & car")]));
        Assert.Contains("a &lt;b&gt;big&lt;/b&gt; <mark>red</mark> bus &amp; car", html, StringComparison.Ordinal);
        Assert.Contains("a &lt;b&gt;big&lt;/b&gt; <mark>blue</mark> bus &amp; car", html, StringComparison.Ordinal);
        Assert.Contains("SigLIP 0.812 · DINOv2 0.345", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(?!data:)", html);
    }

    [Fact]
    public void Refused_pairs_have_their_reason_and_a_file_without_pairs_is_named()
    {
        JsonLines.Write(
            work.At("refused.filter.jsonl"),
            [new RefusedCandidate("change too small (DINOv2)", Pair("A", ContrastType.Count, "1 cat", "2 cats"))]
        );
        PairPage.Write(work.At("refused.filter.jsonl"), work.At(), 10);
        Assert.Contains("change too small (DINOv2)</div>", File.ReadAllText(work.At("refused.filter.html")), StringComparison.Ordinal);
        JsonLines.Write(work.At("refused.jsonl"), [new RefusedEntry("A", "k", "1", "is missing", "")]);
        var error = Assert.Throws<UserException>(() => PairPage.Write(work.At("refused.jsonl"), work.At(), 10));
        Assert.Contains("refused.jsonl", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_outside_the_data_root_are_not_shown_and_the_root_is_that_of_the_curation()
    {
        Directory.CreateDirectory(work.At("data"));
        Directory.CreateDirectory(work.At("out"));
        foreach (var name in (string[])["secret.png", "data/a.png"])
        {
            using var png = File.Create(work.At(name));
            Bitmaps.WritePng(new RgbImage(4, 4, new byte[48]), png);
        }

        File.WriteAllText(work.At("out", "data_root.txt"), work.At("data"));
        var pair = Pair("A", ContrastType.Object, "a cat", "a dog") with { WImage = "a.png", LImage = "../secret.png" };
        JsonLines.Write(work.At("out", "kept.jsonl"), [pair]);
        PairPage.Write(work.At("out", "kept.jsonl"), null, 10);
        var html = File.ReadAllText(work.At("out", "kept.html"));
        Assert.Single(Regex.Matches(html, "<img "));
        Assert.Contains("../secret.png leaves the data root", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_edited_is_shown_as_it_is_and_what_is_no_pair_is_counted()
    {
        const string entry =
            """{"chosen_images":["a.png"],"rejected_images":["b.png"],"system_prompt":"","instruction_prompt":"What?","chosen_response":"A cat.","rejected_response":"A dog."}""";
        File.WriteAllText(work.At("train.json"), $"[{entry},3]");
        JsonLines.Write(
            work.At("train.details.jsonl"),
            Enumerable.Range(0, 2).Select(index => Pair("A", ContrastType.Object, "a cat", "a dog") with { Key = $"{index}" })
        );
        Assert.Contains("1 of 1 pairs. 1 entries are no pairs", PairPage.Write(work.At("train.json"), null, 10), StringComparison.Ordinal);
        Assert.Contains("--limit", Assert.Throws<UserException>(() => PairPage.Write(work.At("train.json"), null, -3)).Message);
        Assert.Contains("gone", Assert.Throws<UserException>(() => PairPage.Write(work.At("train.json"), work.At("gone"), 1)).Message);
    }

    [ChromiumFact]
    public async Task In_Chromium_the_choice_of_type_and_source_hides_the_others_and_nothing_is_wider_than_a_phone()
    {
        var page = Page([
            Pair("A", ContrastType.Object, "a cat", "a dog"),
            Pair("A", ContrastType.Count, "1 cat", "2 cats") with
            {
                Key = "2",
            },
            Pair("B", ContrastType.Object, new('x', 300), new('y', 300)),
        ]);
        Assert.Equal((3, "3"), await ShownAsync("type", ""));
        Assert.Equal((2, "2"), await ShownAsync("type", "Object"));
        Assert.Equal((1, "1"), await ShownAsync("source", "B"));

        async Task<(int Sections, string Count)> ShownAsync(string select, string value)
        {
            await File.WriteAllTextAsync(
                work.At("chosen.html"),
                await File.ReadAllTextAsync(page)
                    + $"<script>pick('{select}').value = '{value}'; pick('{select}').onchange(); "
                    + "document.body.dataset.width = document.documentElement.scrollWidth + ' of ' + innerWidth;</script>"
            );
            var (dom, log) = await Chromium.OpenAsync(work.At("chosen.html"), "--window-size=500,900");
            Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
            var width = Regex.Match(dom, "data-width=\"(\\d+) of (\\d+)\"");
            Assert.InRange(int.Parse(width.Groups[1].Value), 1, int.Parse(width.Groups[2].Value));
            return (
                Regex.Count(dom, "<section ") - Regex.Count(dom, "<section [^>]*hidden"),
                Regex.Match(dom, "<span id=\"shown\">(\\d+)<").Groups[1].Value
            );
        }
    }

    [ChromiumFact]
    public async Task In_Chromium_the_two_images_stand_side_by_side_on_a_desk_and_on_a_phone_in_light_and_in_dark()
    {
        var page = Page([Pair("A", ContrastType.Object, "a cat", "a dog")]);
        foreach (var (width, dark) in new[] { (1280, false), (1280, true), (390, false), (390, true) })
        {
            var picture = work.At($"{width}-{dark}.png");
            await Chromium.ScreenshotAsync(page, picture, width, 900, dark);
            using var seen = SKBitmap.Decode(picture);
            Assert.Equal((width, 900), (seen.Width, seen.Height));
            Assert.Equal(dark ? new SKColor(0x15, 0x18, 0x1C) : new SKColor(0xFA, 0xFA, 0xFA), seen.GetPixel(2, 2));
            var (red, blue) = (
                Box(seen, pixel => pixel is { Red: > 200, Green: < 60, Blue: < 60 }),
                Box(seen, pixel => pixel is { Red: < 60, Green: < 60, Blue: > 200 })
            );
            Assert.InRange(red.Width, 100, width / 2);
            Assert.Equal(red.Size, blue.Size);
            Assert.Equal(red.Top, blue.Top);
            Assert.InRange(blue.Left, red.Right + 1, width - blue.Width);
        }
    }

    static SKRectI Box(SKBitmap picture, Func<SKColor, bool> isPart)
    {
        var places = picture
            .Pixels.Index()
            .Where(pixel => isPart(pixel.Item))
            .Select(pixel => (X: pixel.Index % picture.Width, Y: pixel.Index / picture.Width))
            .ToList();
        return new(places.Min(place => place.X), places.Min(place => place.Y), places.Max(place => place.X), places.Max(place => place.Y));
    }

    string Page(ImmutableArray<Candidate> pairs)
    {
        foreach (var (name, channel) in new[] { ("red.png", 0), ("blue.png", 2) })
        {
            using var png = File.Create(work.At(name));
            Bitmaps.WritePng(
                new RgbImage(120, 120, [.. Enumerable.Range(0, 3 * 120 * 120).Select(at => (byte)(at % 3 == channel ? 255 : 0))]),
                png
            );
        }

        JsonLines.Write(work.At("pairs.jsonl"), pairs);
        PairPage.Write(work.At("pairs.jsonl"), work.At(), 10);
        return work.At("pairs.html");
    }

    static Candidate Pair(string source, ContrastType type, string positive, string negative) =>
        new(source, "k", type, "1", "red.png", "blue.png", positive, negative) { SiglipCosine = 0.8123, Dinov2Cosine = 0.3451 };
}
