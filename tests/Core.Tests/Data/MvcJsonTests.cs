using System.Text.Json;
using SVco.Core.Data;
using SVco.Tests;

namespace SVco.Core.Tests;

public class MvcJsonTests
{
    const string Good = """
        { "chosen_images": ["w.png"], "rejected_images": ["l.png"], "system_prompt": "", "instruction_prompt": "What?",
          "chosen_response": "A cat.", "rejected_response": "A dog.", "source": "here", "type": "object" }
        """;

    [Fact]
    public void A_pair_is_read_with_all_its_fields()
    {
        var pair = Assert.Single(MvcJson.Parse($"[{Good}]", "train.json", "images").Pairs);
        Assert.Equal(
            new ContrastPair(
                "train.json#0",
                "What?",
                new(new ImageSource.File("images/w.png"), "A cat."),
                new(new ImageSource.File("images/l.png"), "A dog."),
                "",
                "here",
                ContrastType.Object
            ),
            pair
        );
    }

    [Theory]
    [InlineData("system")]
    [InlineData("System_Message")]
    [InlineData("chosen_system_prompt")]
    public void A_system_prompt_by_another_name_is_not_left_out_without_a_word(string name)
    {
        var entry = Good.Replace("\"system_prompt\": \"\"", $"\"{name}\": \"Answer in one word.\"");
        Assert.Contains($"{name} is probably system_prompt", Assert.Single(MvcJson.Parse($"[{entry}]", "t.json", "").Refusals).Reason);
    }

    [Fact]
    public void Fields_that_mean_nothing_are_counted()
    {
        var (one, other) = (
            Good.Replace("\"source\"", "\"weight\": 2, \"id\": 7, \"source\""),
            Good.Replace("\"source\"", "\"id\": 8, \"source\"")
        );
        var read = MvcJson.Parse($"[{one}, {other}, {Good}]", "t.json", "");
        Assert.Equal(3, read.Pairs.Length);
        Assert.Equal([("id", 2), ("weight", 1)], read.Unread.Select(field => (field.Key, field.Value)));
    }

    /// <summary>golden/svco/*.json, the lists in the MVC format.</summary>
    [Fact]
    public void Every_pair_of_the_golden_files_is_read()
    {
        var files = Directory.Exists(Golden.PathOf("svco")) ? Directory.GetFiles(Golden.PathOf("svco"), "*.json") : [];
        foreach (var file in files.Where(file => Golden.Json(file).ValueKind == JsonValueKind.Array))
        {
            var golden = Golden.Json(file);
            var read = MvcJson.Parse(File.ReadAllText(file), Path.GetFileName(file), Golden.PathOf("svco"));
            Assert.Empty(read.Refusals);
            Assert.Equal(
                golden.EnumerateArray().Select(entry => entry.GetProperty("rejected_response").GetString()),
                read.Pairs.Select(pair => pair.L.Response)
            );
            Assert.All(read.Pairs, pair => Assert.True(File.Exists(((ImageSource.File)pair.W.Image).Path)));
        }
    }

    [Theory]
    [InlineData("5", "it is a number, not an object")]
    [InlineData("null", "it is null, not an object")]
    [InlineData("""{ "chosen_images": [] }""", "chosen_images has 0 images, not exactly one")]
    [InlineData("""{ "chosen_images": ["a", "b"] }""", "chosen_images has 2 images, not exactly one")]
    [InlineData("""{ "chosen_images": 7 }""", "chosen_images is a number, not a list of one path")]
    [InlineData("""{ "chosen_images": "" }""", "chosen_images holds an empty path")]
    [InlineData("""{ "chosen_images": [{ "bytes": null }] }""", "chosen_images holds an object, not a path")]
    [InlineData("""{ "chosen_images": [7] }""", "chosen_images holds a number, not a path")]
    [InlineData("""{ "chosen_images": [" "] }""", "chosen_images holds an empty path")]
    [InlineData("""{ "rejected_response": 7 }""", "rejected_response is a number, not a text")]
    [InlineData("""{ "rejected_response": "" }""", "rejected_response is empty")]
    [InlineData("""{ "rejected_response": "\ud800" }""", "not valid Unicode")]
    [InlineData("""{ }""", "instruction_prompt is missing")]
    [InlineData("""{ "type": "order" }""", "type is \"order\"")]
    [InlineData("""{ "system_promt": "Be brief." }""", "system_promt is probably system_prompt")]
    [InlineData("""{ "Chosen_Images": ["a"] }""", "Chosen_Images is probably chosen_images")]
    [InlineData("""{ "chosen_responce": "a" }""", "chosen_responce is probably chosen_response")]
    [InlineData("""{ "source": [] }""", "source is a list, not a text")]
    public void A_wrong_entry_is_refused_by_name_and_the_others_are_read(string entry, string reason)
    {
        var read = MvcJson.Parse($"[{Good}, {entry}, {Good}]", "data/train.json", "");
        Assert.Equal(["data/train.json#0", "data/train.json#2"], read.Pairs.Select(pair => pair.Id));
        var refusal = Assert.Single(read.Refusals);
        Assert.Equal("data/train.json#1", refusal.Id);
        Assert.Contains(reason, refusal.Reason);
    }

    [Theory]
    [InlineData("{ \"data\": [] }", 1, 1)]
    [InlineData("{ \"type\": \"object\" }\n{ \"type\" ]", 2, 10)]
    [InlineData("[\n  {,}\n]", 2, 4)]
    [InlineData("{\n}", 1, 1)]
    [InlineData("{ \"a\": 1 }\n{ \"b\" }", 2, 7)]
    public void A_file_that_is_no_list_of_pairs_is_refused_with_line_and_column(string json, int line, int column)
    {
        var message = Assert.Throws<UserException>(() => MvcJson.Parse(json, "train.json", "")).Message;
        Assert.StartsWith($"train.json, line {line}, column {column}: ", message);
        Assert.DoesNotContain("LineNumber", message);
    }

    [Theory]
    [InlineData(" \n", "is empty")]
    [InlineData("[\0\n\0]\0", "UTF-16")]
    public void A_file_without_text_that_can_be_read_is_told_so(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<UserException>(() => MvcJson.Parse(json, "train.json", "")).Message);

    [Theory]
    [InlineData("\"w.png\"", "root/w.png")]
    [InlineData("[{ \"path\": \"w.png\", \"bytes\": null }]", "root/w.png")]
    [InlineData("[\"file:///a%20b/w.png\"]", "/a b/w.png")]
    [InlineData("[\"https://example.org/w.png\"]", "https://example.org/w.png")]
    [InlineData("[\"data:image/png;base64,####\"]", "data:image/png;base64,####")]
    public void An_image_is_named_in_the_ways_that_people_name_it(string image, string path)
    {
        var json = $"[{Good.Replace("[\"w.png\"]", image)}]";
        Assert.Equal(new ImageSource.File(path), Assert.Single(MvcJson.Parse(json, "a", "root").Pairs).W.Image);
    }

    [Fact]
    public void Base64_of_addresses_without_its_filling_is_read()
    {
        byte[] bytes = [251, 255, 254, 1];
        var text = Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var pair = MvcJson.Parse($"[{Good.Replace("w.png", $"data:image/png;base64,{text}")}]", "a", "root").Pairs[0];
        Assert.Equal(bytes, Assert.IsType<ImageSource.Inline>(pair.W.Image).Bytes);
    }

    [Theory]
    [InlineData("", "a.png", "a.png")]
    [InlineData("root", "a.png", "root/a.png")]
    [InlineData("root/", "a.png", "root/a.png")]
    [InlineData("root", "/a.png", "/a.png")]
    [InlineData("root", "C:\\a.png", "C:\\a.png")]
    public void Image_paths_are_taken_against_the_image_root(string root, string path, string expected)
    {
        var read = MvcJson.Parse($"[{Good.Replace("\"w.png\"", JsonSerializer.Serialize(path))}]", "train.json", root);
        Assert.Equal(new ImageSource.File(expected), read.Pairs[0].W.Image);
    }

    [Fact]
    public void Json_lines_and_trailing_commas_are_read_like_a_list()
    {
        var line = Good.ReplaceLineEndings(" ");
        var expected = MvcJson.Parse($"[{Good},{Good}]", "a", "").Pairs;
        Assert.Equal<ContrastPair>(expected, MvcJson.Parse($"{line}\r\n\n{line}\n", "a", "").Pairs);
        Assert.Equal<ContrastPair>(
            expected,
            MvcJson.Parse($"[{Good}, {Good.Replace("\"object\"", "\"object\",")}, // the last\n]", "a", "").Pairs
        );
    }

    [Fact]
    public void A_field_that_stands_twice_is_an_error() =>
        Assert.Contains(
            "chosen_images",
            Assert.Throws<UserException>(() => MvcJson.Parse($"[{Good.Replace("\"source\"", "\"chosen_images\"")}]", "a", "")).Message
        );

    [Fact]
    public void Other_fields_may_stand_there() =>
        Assert.Single(MvcJson.Parse($"[{Good.Replace("\"source\": \"here\"", "\"score\": 3, \"id\": \"x\"")}]", "a", "").Pairs);

    [Fact]
    public void Without_a_system_prompt_it_is_empty() =>
        Assert.Equal("", Assert.Single(MvcJson.Parse($"[{Good.Replace("\"system_prompt\": \"\",", "")}]", "a", "").Pairs).SystemPrompt);

    [Fact]
    public void An_image_in_the_data_is_known_by_its_bytes()
    {
        byte[] bytes = [1, 2, 3, 250];
        var pair = MvcJson.Parse($"[{Good.Replace("w.png", $"data:image/png;base64,{Convert.ToBase64String(bytes)}")}]", "a", "root").Pairs[
            0
        ];
        Assert.Equal(bytes, Assert.IsType<ImageSource.Inline>(pair.W.Image).Bytes);
        Assert.NotEqual($"{pair.W.Image}", $"{new ImageSource.Inline(Convert.ToBase64String([9]))}");
    }

    [Fact]
    public void A_byte_order_mark_is_no_mistake() => Assert.Single(MvcJson.Parse($"\uFEFF[{Good}]", "train.json", "").Pairs);
}
