using System.Text;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Curation.Sources;
using SVco.Files;
using SVco.Models.Images;
using SVco.Tests;

namespace SVco.Curation.Tests;

/// <summary>The files that people bring themselves: the published mvc.json, preferences as mDPO has them, CSV and JSONL.</summary>
public sealed class ReaderTests : IDisposable
{
    readonly TemporaryFolder work = new();

    public ReaderTests()
    {
        Directory.CreateDirectory(work.At("data", "pictures"));
        foreach (var name in (string[])["a.png", "b.png"])
        {
            using var png = File.Create(work.At("data", "pictures", name));
            Bitmaps.WritePng(new RgbImage(4, 4, new byte[48]), png);
        }
    }

    public void Dispose() => work.Dispose();

    [Fact]
    public void Mvc_json_is_read_as_published_and_whatever_is_wrong_with_an_entry_is_counted()
    {
        const string texts = """
            "system_prompt":"","instruction_prompt":"What is it?","chosen_response":"A cat.","rejected_response":"A dog."
            """;
        const string good =
            $$"""{"chosen_images":["a.png"],"rejected_images":["b.png"],{{texts}},"source":"FineCops-Ref","type":"Object"}""";
        string[] entries =
        [
            good,
            $$"""{"chosen_images":["a.png"],"rejected_images":["gone.png"],{{texts}}}""",
            $$"""{"chosen_images":["../../etc/passwd"],"rejected_images":["b.png"],{{texts}}}""",
            $$"""{"chosen_images":["/etc/passwd"],"rejected_images":["b.png"],{{texts}}}""",
            $$"""{"chosen_images":["a.png","b.png"],"rejected_images":["b.png"],{{texts}}}""",
            $$"""{"chosen_images":["a.png"],"rejected_images":[7],{{texts}}}""",
            good.Replace("\"A dog.\"", "null"),
            good.Replace("A dog.", "A cat."),
            good.Replace("A dog.", "\\ud800"),
            "[]",
            "null",
            good.Replace("a.png", "b.png"),
        ];
        var (found, refused) = Read(new() { Mvc = [Source("mvc.json", $"[{string.Join(",\n", entries)}]")] });
        Assert.Equal(["FineCops-Ref/mvc/mvc#0", "FineCops-Ref/mvc/mvc#11"], found.Select(candidate => candidate.Id));
        Assert.Equal(
            new Candidate("FineCops-Ref", "mvc", ContrastType.Object, "mvc#0", "pictures/a.png", "pictures/b.png", "A cat.", "A dog.")
            {
                Screening = Screening.Passed,
                Question = "What is it?",
                WResponse = "A cat.",
                LResponse = "A dog.",
            },
            found[0]
        );
        Assert.Equal(
            [
                "1: negative image is missing",
                "2: image path leaves the data root",
                "3: image path leaves the data root",
                "4: entry is not in the MVC format",
                "5: entry is not in the MVC format",
                "6: entry is not in the MVC format",
                "7: captions are equal",
                "8: entry is not in the MVC format",
                "9: entry is not in the MVC format",
                "10: entry is not in the MVC format",
            ],
            refused
        );
    }

    [Fact]
    public void A_file_that_stops_being_JSON_gives_what_came_before_and_one_that_is_missing_is_named()
    {
        const string entry =
            """{"chosen_images":["a.png"],"rejected_images":["b.png"],"system_prompt":"","instruction_prompt":"q","chosen_response":"A.","rejected_response":"B."}""";
        var (found, refused) = Read(
            new() { Mvc = [Source("cut.json", $"[{entry},{entry},{{\"chos"), Source("text.json", "\"no\""), new() { File = "gone.json" }] }
        );
        Assert.Equal(2, found.Count);
        Assert.Equal(
            ["cut.json: annotation file is damaged", "text.json: annotation file is damaged", "gone.json: annotation file is missing"],
            refused
        );
    }

    [Fact]
    public void Preferences_are_read_in_both_spellings_of_a_conversation_and_their_negative_image_is_a_crop()
    {
        static string Turns(string answer) => $$"""[{"from":"human","value":"<image>\nWhat is it?"},{"from":"gpt","value":"{{answer}}"}]""";
        static string Entry(string chosen, string rejected, string image = "\"a.png\"", string id = "\"7\"") =>
            $$"""{"id":{{id}},"image":{{image}},"chosen":{{chosen}},"rejected":{{rejected}}}""";
        var roles = Turns("A cat.")
            .Replace("human", "user")
            .Replace("gpt", "assistant")
            .Replace("from", "role")
            .Replace("value", "content");
        string[] entries =
        [
            Entry(Turns("A cat."), Turns("A dog.")),
            Entry(roles, Turns("A dog."), id: "8"),
            Entry(Turns("A cat."), Turns("A dog.")),
            Entry(Turns("A cat."), Turns("A dog."), "null", "9"),
            Entry(Turns("A cat."), Turns("A dog."), "[1]", "10"),
            Entry(Turns("A cat."), "\"A dog.\"", id: "11"),
            Entry(Turns("A cat."), "[]", id: "12"),
            Entry(Turns("A cat."), Turns("A dog.").Replace("What", "Where"), id: "13"),
            Entry(Turns("A cat."), "[1,2]", id: "14"),
            Entry(Turns("A cat."), Turns(new('x', 100_000)), id: "15"),
            "3",
        ];
        var (found, refused) = Read(new() { Preferences = [Source("vlf.json", $"[{string.Join(",", entries)}]")] });
        Assert.Equal(["vlf/preference/7", "vlf/preference/8"], found.Select(candidate => candidate.Id));
        Assert.All(
            found,
            candidate =>
            {
                Assert.Equal(
                    ("What is it?", "A cat.", "A dog.", Screening.Passed, LOrigin.Crop),
                    (candidate.Question, candidate.WResponse, candidate.LResponse, candidate.Screening, candidate.LOrigin)
                );
                Assert.IsType<ImageSource.RandomCrop>(candidate.L("data"));
            }
        );
        Assert.Equal(
            [
                "2: duplicate id",
                "3: image is not a text",
                "4: image is not a text",
                "5: rejected is not a conversation",
                "6: rejected is not one question and one answer",
                "7: chosen and rejected answer different questions",
                "8: entry is not an object",
                "9: value is too long",
                "10: entry is not an object",
            ],
            refused
        );
    }

    [Fact]
    public void CSV_is_read_by_its_header_and_each_bad_row_is_counted()
    {
        var rows = new StringBuilder("\uFEFFType, Image_A ,caption_a,image_b,caption_b,more\n")
            .AppendLine("count,a.png,\"two cats, asleep\",b.png,\"three \"\"cats\"\"\",x")
            .AppendLine()
            .AppendLine("colour,a.png,a red car,b.png,a blue car,x")
            .AppendLine(",a.png,a car,b.png,a van,")
            .AppendLine("object,a.png,a \"red\" car,b.png,a van,")
            .AppendLine("object,a.png,a car")
            .AppendLine("object,a.png,a car,b.png,a car,")
            .AppendLine($"object,a.png,{new string('x', 100_000)},b.png,a car,")
            .AppendLine("3,a.png,a car,b.png,a bus,")
            .AppendLine("object,a.png,\"a car,b.png,a van,")
            .AppendLine("object,a.png,swallowed,b.png,a van,")
            .ToString();
        var (found, refused) = Read(new() { Pairs = [Source("mine.csv", rows), Source("other.csv", "image_a,image_b\na,b\n")] });
        Assert.Equal(
            [("0", ContrastType.Count, "two cats, asleep", "three \"cats\""), ("2", ContrastType.Unknown, "a car", "a van")],
            found.Select(candidate => (candidate.Key, candidate.Type, candidate.WCaption, candidate.LCaption))
        );
        Assert.All(found, candidate => Assert.Equal(Screening.Filtered, candidate.Screening));
        Assert.Equal(
            [
                "1: type is unknown",
                "3: row is not CSV",
                "4: row and header differ in their number of fields",
                "5: captions are equal",
                "6: caption_a is too long",
                "7: type is unknown",
                "8: row is not CSV",
                "other.csv: columns are missing",
            ],
            refused
        );
        Assert.Contains("lines 11 to 1", File.ReadAllText(work.At("out", "refused.read.jsonl")));
    }

    [Theory]
    [InlineData(",", "a, b", 7)]
    [InlineData(";", "a; b", 7)]
    [InlineData("\t", "a\tb", 7)]
    [InlineData(",", null, 5)]
    public void A_row_with_more_or_fewer_fields_than_the_header_is_refused_whatever_the_separator(
        string separator,
        string? more,
        int fields
    )
    {
        string Row(params string[] texts) => string.Join(separator, texts);
        var (found, refused) = Read(
            new()
            {
                Pairs =
                [
                    Source(
                        "mine.csv",
                        string.Join(
                            "\n",
                            Row("id", "image_a", "\"caption_a\"", "image_b", "Caption_B", "type"),
                            Row("1", "a.png", "a car", "b.png", $"\"a{separator} van\"", "object"),
                            more is null
                                ? Row("2", "a.png", "a car", "b.png", "a van")
                                : Row("2", "a.png", "a car", "b.png", more, "object")
                        )
                    ),
                ],
            }
        );
        Assert.Equal(("1", $"a{separator} van"), (Assert.Single(found).Key, found[0].LCaption));
        Assert.Equal(["1: row and header differ in their number of fields"], refused);
        Assert.Contains(
            $"mine.csv, line 3: the row has {fields} fields, the header 6; put texts with",
            File.ReadAllText(work.At("out", "refused.read.jsonl"))
        );
    }

    [Fact]
    public void Headers_that_cannot_be_meant_are_named()
    {
        const string good = "image_a,caption_a,image_b,caption_b\na.png,x,b.png,y\n";
        var (found, refused) = Read(
            new()
            {
                Pairs =
                [
                    Source("good.csv", good),
                    Source("twice.csv", good.Replace("caption_b", "caption_b,Caption_A")),
                    Source("bar.csv", good.Replace(',', '|')),
                    Source("empty.csv", "\n"),
                    Source("blank.jsonl", "\n\n"),
                ],
            }
        );
        Assert.Single(found);
        Assert.Equal(
            [
                "twice.csv: a column is named twice",
                "bar.csv: columns are missing",
                "empty.csv: annotation file is empty",
                "blank.jsonl: annotation file is empty",
            ],
            refused
        );
        Assert.Contains("it is image_a|caption_a", File.ReadAllText(work.At("out", "refused.read.jsonl")));
    }

    [Fact]
    public void Text_in_another_encoding_is_refused_with_line_and_byte_and_UTF_16_with_its_mark_is_read()
    {
        const string csv = "image_a,caption_a,image_b,caption_b\na.png,a café,b.png,a bar\n";
        const string json = """[{"image_a":"a.png","caption_a":"a café","image_b":"b.png","caption_b":"a bar"}]""";
        const string mvc = """
            [{"chosen_images":["a.png"],"rejected_images":["b.png"],
            "instruction_prompt":"Where?","chosen_response":"A café.","rejected_response":"A bar."}]
            """;
        PairFile In(string name, string text, Encoding encoding)
        {
            File.WriteAllBytes(work.At("data", name), [.. encoding.Preamble, .. encoding.GetBytes(text)]);
            return new() { File = name, Images = "pictures" };
        }

        var (found, refused) = Read(
            new()
            {
                Pairs =
                [
                    In("utf8.csv", csv, new UTF8Encoding(true)),
                    In("utf16.csv", csv, Encoding.Unicode),
                    In("utf16be.jsonl", json[1..^1], Encoding.BigEndianUnicode),
                    In("latin.csv", csv, Encoding.Latin1),
                    In("latin1.jsonl", $"{json[1..^1]}\n{json[1..^1]}", Encoding.Latin1),
                ],
                Mvc = [In("utf16.mvc.json", mvc, Encoding.Unicode), In("latin.mvc.json", mvc, Encoding.Latin1)],
            }
        );
        Assert.Equal(
            ["A café.", "a café", "a café", "a café"],
            found.Select(candidate => candidate.WCaption).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            [
                "latin.mvc.json: annotation file is damaged",
                "latin.csv: annotation file is damaged",
                "latin1.jsonl: annotation file is damaged",
            ],
            refused
        );
        var told = File.ReadAllText(work.At("out", "refused.read.jsonl"));
        Assert.Contains($"latin.csv, line 2, byte {csv.IndexOf('é')} of the file: 0xE9 is not UTF-8", told);
        Assert.Contains("latin1.jsonl, line 1, byte", told);
        Assert.Contains("latin.mvc.json, line 2, byte", told);
    }

    [Fact]
    public void Image_paths_are_read_or_told_for_what_they_are()
    {
        static string Row(string image) => $"{image},a cat,b.png,a dog\n";
        var (found, refused) = Read(
            new()
            {
                Pairs =
                [
                    Source(
                        "mine.csv",
                        "image_a,caption_a,image_b,caption_b\n"
                            + Row(work.At("data", "pictures", "a.png"))
                            + Row("https://example.org/a.png")
                            + Row("file:///a.png")
                            + Row("data:image/png;base64")
                            + Row("folder\\a.png")
                            + Row("C:/pictures/a.png")
                            + Row("D:\\a.png")
                            + Row("\\\\server\\share\\a.png")
                            + Row(work.At("elsewhere.png"))
                            + Row("../mine.csv")
                            + Row("a\0.png")
                    ),
                ],
            }
        );
        Assert.Equal("pictures/a.png", Assert.Single(found).WImage);
        Assert.Equal(
            [
                "1: image is an address, not fetched",
                "2: image is an address, not fetched",
                "3: image stands in the data itself",
                "4: image path is one of Windows",
                "5: image path is one of Windows",
                "6: image path is one of Windows",
                "7: image path is one of Windows",
                "8: image path leaves the data root",
                "9: image path leaves the data root",
                "10: image path holds a zero character",
            ],
            refused
        );
    }

    [Fact]
    public void An_absolute_path_may_begin_with_what_a_linked_data_root_leads_to()
    {
        Directory.CreateSymbolicLink(work.At("link"), work.At("data"));
        var found = new ImageFinder(work.At("link")).Find("image", "pictures", work.At("data", "pictures", "a.png"));
        Assert.Equal("pictures/a.png", found.Path);
    }

    [Fact]
    public void Preferences_as_in_mDPO_s_sample_are_an_image_a_prompt_with_the_whole_chat_and_two_answers()
    {
        static string Entry(string prompt, string image = "img_path", string asked = "prompt", string rejected = "\"A dog.\"") =>
            $$"""{"{{image}}":"a.png","{{asked}}":"{{prompt}}","chosen":"A cat.","rejected":{{rejected}}}""";
        string[] entries =
        [
            Entry("A chat. USER: <image>\\nWhat is it? ASSISTANT:"),
            Entry("USER: <image>\\nWhat is it?\\nASSISTANT: "),
            Entry("What is it?", image: "image_path", asked: "question"),
            Entry("USER: What? ASSISTANT: That. USER: What is it? ASSISTANT:"),
            Entry("USER: What is it?"),
            Entry("<|im_start|>user\\nWhat is it?<|im_end|>"),
            Entry("What is it?", image: "picture"),
            Entry("What is it?", asked: "text"),
            Entry("What is it?", rejected: "[]"),
            Entry("What is it?").Replace("{", "{\"image\":\"a.png\","),
        ];
        var (found, refused) = Read(new() { Preferences = [Source("sample.json", $"[{string.Join(",", entries)}]")] });
        Assert.Equal(["A chat.", null, null], found.Select(candidate => candidate.SystemPrompt));
        Assert.All(
            found,
            candidate =>
                Assert.Equal(
                    ("pictures/a.png", "What is it?", "A cat.", "A dog.", LOrigin.Crop),
                    (candidate.WImage, candidate.Question, candidate.WResponse, candidate.LResponse, candidate.LOrigin)
                )
        );
        Assert.Equal(
            [
                "3: prompt is not one question",
                "4: prompt is not one question",
                "5: prompt is not one question",
                "6: image is missing",
                "7: prompt is missing",
                "8: rejected is not a text",
                "9: image and img_path are both there",
            ],
            refused
        );
        Assert.Contains(
            "a preference has image (or img_path), chosen and rejected",
            File.ReadAllText(work.At("out", "refused.read.jsonl"))
        );
    }

    [Fact]
    public void Lists_and_JSON_Lines_are_both_read_with_commas_and_comments_and_a_broken_line_costs_that_line()
    {
        const string mvc =
            """{"chosen_images":["a.png"],"rejected_images":["b.png"],"instruction_prompt":"q","chosen_response":"A.","rejected_response":"B.",/* the last */}""";
        const string pair = """{"image_a":"a.png","caption_a":"a cat","image_b":"b.png","caption_b":"a dog",}""";
        var (found, refused) = Read(
            new()
            {
                Mvc = [Source("list.json", $"[{mvc},\n// and\n{mvc},]"), Source("lines.json", $"{mvc}\n{{\n\n{mvc},\n")],
                Pairs = [Source("pairs.json", $"[{pair}]"), Source("more.jsonl", $"{pair},\r\n{pair}")],
                Preferences = [Source("twice.json", "[1] [2]")],
            }
        );
        Assert.Equal(["list#0", "list#1", "lines#0", "lines#2", "0", "0", "1"], found.Select(candidate => candidate.Key));
        Assert.Equal(["1: line is not JSON", "0: entry is not an object", "twice.json: annotation file is damaged"], refused);
    }

    [Fact]
    public void Two_files_of_one_name_are_refused_as_their_pairs_would_have_the_same_ids()
    {
        var file = Source("mine.csv", "");
        Assert.Contains(
            "mine",
            Assert.Throws<UserException>(() => Read(new() { Pairs = [file], Mvc = [file with { File = "x/mine.json" }] })).Message
        );
    }

    PairFile Source(string name, string text)
    {
        File.WriteAllText(work.At("data", name), text);
        return new() { File = name, Images = "pictures" };
    }

    (List<Candidate> Found, List<string> Refused) Read(SourceSettings sources)
    {
        var settings = new CurationSettings
        {
            DataRoot = work.At("data"),
            Output = work.At("out"),
            Sources = sources,
        };
        ReadStage.Run(settings);
        var folder = new CurationFolder(settings.Output);
        return (
            [.. JsonLines.Read<Candidate>(folder.Candidates, "")],
            [.. JsonLines.Read<RefusedEntry>(folder.RefusedByRead, "").Select(refusal => $"{refusal.Key}: {refusal.Reason}")]
        );
    }
}
