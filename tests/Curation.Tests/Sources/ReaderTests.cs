using System.Text;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Curation.Output;
using SVco.Curation.Sources;
using SVco.Files;
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
            MvcFiles.WritePng(new RgbImage(4, 4, new byte[48]), png);
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
            $$"""{"chosen_images":"a.png","rejected_images":["b.png"],{{texts}}}""",
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
                "4: image_b is empty",
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
