using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Models.Text;

namespace SVco.Tests;

/// <summary>golden/tokenizers: ids and texts, so equality is exact.</summary>
public class TextTokenizerTests
{
    [Fact]
    public void Ids_offsets_and_texts_equal_the_golden_cases() =>
        ForEachTokenizer(
            (tokenizer, folder) =>
            {
                foreach (var golden in TextGolden.Lines(Path.Combine(folder, "cases.jsonl")))
                {
                    var (where, text) = ($"{folder}: case {golden.GetProperty("id")}", golden.GetProperty("text").GetString()!);
                    var (ids, special) = (golden.Ints("ids"), golden.Ints("ids_special"));
                    var plain = tokenizer.Encode(text, addSpecialTokens: false);
                    // run.py loads the tokenizer with add_eos_token=True; that has an effect on the Llama class alone, as in the cases.
                    var framed = (tokenizer with { AddEos = tokenizer.BosId is not null }).Encode(text, addSpecialTokens: true);

                    Assert.True(ids.SequenceEqual(plain.Ids), $"{where}: ids");
                    Assert.True(special.SequenceEqual(framed.Ids), $"{where}: ids_special");
                    Assert.True(Offsets(golden).SequenceEqual(plain.Offsets), $"{where}: offsets");
                    Assert.True(
                        golden
                            .GetProperty("tokens")
                            .EnumerateArray()
                            .Select(token => token.GetString())
                            .SequenceEqual(ids.Select(tokenizer.TokenText)),
                        $"{where}: tokens"
                    );
                    Assert.Equal(golden.GetProperty("decoded").GetString(), tokenizer.Decode(ids, skipSpecialTokens: false));
                    Assert.Equal(golden.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(ids, skipSpecialTokens: true));
                    Assert.Equal(golden.GetProperty("decoded_special").GetString(), tokenizer.Decode(special, skipSpecialTokens: false));
                }
            }
        );

    [Fact]
    public void What_a_token_does_with_the_spaces_around_it_is_as_tokenizer_config_says()
    {
        // transformers 4.45: [64, 220, 492, 288] becomes [64, 492, 288], the space goes with the image.
        using var folder = new Models.Tests.Folders.TinyFolder();
        int[] Ids() => [.. Tokenizer.Load(folder.Path).Encode("a <image> b", addSpecialTokens: false).Ids];
        Assert.Equal([64, 220, 492, 288], Ids());
        folder.With("tokenizer_config.json", json => json["added_tokens_decoder"]!["492"]!["lstrip"] = true);
        Assert.Equal([64, 492, 288], Ids());
    }

    [Fact]
    public void A_file_that_says_Metaspace_first_instead_of_Prepend_gives_the_golden_ids_metaspace_first() =>
        ForEachTokenizer(
            (tokenizer, folder) =>
            {
                var differences = Path.Combine(folder, "metaspace_differences.jsonl");
                if (!File.Exists(differences))
                {
                    return;
                }

                var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "tokenizer.json")))!;
                json["normalizer"] = null;
                json["pre_tokenizer"] = JsonNode.Parse("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}""");
                using var changed = new TextFolder();
                changed.Write("tokenizer.json", json.ToJsonString());
                var metaspace = Tokenizer.Load(changed.Path);
                foreach (var golden in TextGolden.Lines(differences))
                {
                    var text = golden.GetProperty("text").GetString()!;
                    Assert.True(golden.Ints("ids").SequenceEqual(tokenizer.Encode(text, false).Ids), text);
                    Assert.True(golden.Ints("ids_metaspace_first").SequenceEqual(metaspace.Encode(text, false).Ids), text);
                }
            }
        );

    [Fact]
    public void A_gzipped_file_and_the_path_of_the_file_itself_load_the_same_tokenizer()
    {
        using var folder = new TextFolder();
        folder.Write("tokenizer.json", TextTokenizers.WordLevel);
        var plain = Tokenizer.Load(Path.Combine(folder.Path, "tokenizer.json"));
        using (var packed = new GZipStream(File.Create(Path.Combine(folder.Path, "tokenizer.json.gz")), CompressionLevel.Fastest))
        {
            packed.Write(File.ReadAllBytes(Path.Combine(folder.Path, "tokenizer.json")));
        }

        File.Delete(Path.Combine(folder.Path, "tokenizer.json"));
        Assert.True(plain.Encode("a red dog", false).Ids.SequenceEqual(Tokenizer.Load(folder.Path).Encode("a red dog", false).Ids));
    }

    [Fact]
    public void A_word_level_tokenizer_splits_words_and_punctuation_and_frames_by_its_template()
    {
        using var folder = new TextFolder();
        folder.Write("tokenizer.json", TextTokenizers.WordLevel);
        var tokenizer = Tokenizer.Load(folder.Path);
        var encoding = tokenizer.Encode("a red  dog, <image> a zebra", addSpecialTokens: true);
        Assert.Equal([1, 4, 5, 6, 7, 3, 4, 0, 2], encoding.Ids.ToArray());
        Assert.Equal([(0, 0), (0, 1), (2, 5), (7, 10), (10, 11), (12, 19), (20, 21), (22, 27), (0, 0)], encoding.Offsets.ToArray());
        Assert.Equal("a red dog ,", tokenizer.Decode([1, 4, 5, 6, 7, 2], skipSpecialTokens: true));
    }

    [Fact]
    public void The_configuration_beside_it_adds_tokens_and_names_roles_and_cleans_spaces_up()
    {
        using var folder = new TextFolder();
        folder.Write("tokenizer.json", TextTokenizers.WordLevel);
        folder.Write("special_tokens_map.json", """{"eos_token": "</s>", "pad_token": {"content": "<unk>"}}""");
        folder.Write(
            "tokenizer_config.json",
            """{"clean_up_tokenization_spaces": true, "bos_token": "<s>", "pad_token": null, "added_tokens_decoder": {"8": {"content": "<new>", "special": true}}}"""
        );
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal((1, 2, 0), (tokenizer.BosId, tokenizer.EosId, tokenizer.PadId));
        Assert.Equal([4, 8, 6], tokenizer.Encode("a<new>dog", addSpecialTokens: false).Ids.ToArray());
        Assert.Equal("a dog, a", tokenizer.Decode([4, 8, 6, 7, 4, 12345], skipSpecialTokens: true));
    }

    [Fact]
    public void Metaspace_that_splits_at_its_marks_gives_words_the_tokens_that_Prepend_gives()
    {
        foreach (var checkpoint in TextTokenizers.SmallFolders())
        {
            var json = JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, "tokenizer.json")))!;
            if (json["normalizer"]?["type"]?.GetValue<string>() != "Sequence")
            {
                continue;
            }

            json["normalizer"] = null;
            json["pre_tokenizer"] = JsonNode.Parse("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""");
            json["decoder"] = JsonNode.Parse("""{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""");
            using var folder = new TextFolder();
            folder.Write("tokenizer.json", json.ToJsonString());
            var (prepend, metaspace) = (Tokenizer.Load(checkpoint), Tokenizer.Load(folder.Path));
            foreach (var text in new[] { "the red dog, in the snow", "a", "", "left<image>right side" })
            {
                var (one, other) = (prepend.Encode(text, false), metaspace.Encode(text, false));
                Assert.Equal(one.Ids.ToArray(), other.Ids.ToArray());
                Assert.Equal(one.Offsets.ToArray(), other.Offsets.ToArray());
                Assert.Equal(prepend.Decode(one.Ids, true), metaspace.Decode(other.Ids, true));
            }
        }
    }

    /// <summary>Expected values from HuggingFace tokenizers 0.20.3 on the same file.</summary>
    [Theory]
    [InlineData("a  <l> a", "1 6 1", "0-1 1-6 7-8")]
    [InlineData("a <r>  a", "1 7 1", "0-1 2-7 7-8")]
    [InlineData("word words a word, sword", "2 4 1 2 5 0", "0-4 5-10 11-12 13-17 17-18 19-24")]
    [InlineData("a Dog hotdog DOG", "1 8 0 8 8", "0-1 2-5 6-9 9-12 13-16")]
    [InlineData("<r><l>a", "9 1", "0-6 6-7")]
    [InlineData("<r> <l> a", "7 6 1", "0-4 4-7 8-9")]
    [InlineData("  <l>", "6", "0-5")]
    [InlineData("word_ word\u00b2 \u0663word", "0 2 0 0", "0-5 6-10 10-11 12-17")]
    [InlineData("<r>  word", "7 2", "0-5 5-9")]
    public void Added_tokens_strip_spaces_and_keep_to_words_as_their_flags_say(string text, string ids, string offsets)
    {
        using var folder = new TextFolder();
        folder.Write("tokenizer.json", TextTokenizers.Flags);
        var encoding = Tokenizer.Load(folder.Path).Encode(text, addSpecialTokens: true);
        Assert.Equal(ids, string.Join(' ', encoding.Ids));
        Assert.Equal(offsets, string.Join(' ', encoding.Offsets.Select(offset => $"{offset.Start}-{offset.End}")));
    }

    [Theory]
    [InlineData("normalizer", """{"type":"NFKC"}""", "normalizer.type")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Nmt"}]}""", "normalizer.normalizers[1].type")]
    [InlineData("normalizer", """{"type":"Replace","pattern":{"Regex":"a+"},"content":"b"}""", "normalizer.pattern")]
    [InlineData("pre_tokenizer", """{"type":"Digits","individual_digits":true}""", "pre_tokenizer.type")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"("},"behavior":"Isolated"}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Isolated"}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Contiguous"}""", "pre_tokenizer.behavior")]
    [InlineData("decoder", """{"type":"WordPiece","prefix":"##"}""", "decoder.type")]
    [InlineData("post_processor", """{"type":"BertProcessing"}""", "post_processor.type")]
    [InlineData("model", """{"type":"Unigram","vocab":[]}""", "model.type")]
    [InlineData("model", """{"type":"WordPiece","vocab":{}}""", "model.type")]
    [InlineData("model", """{"type":"WordLevel","vocab":{"a":0},"unk_token":"<unk>"}""", "model.unk_token")]
    [InlineData("model", """{"type":"WordLevel","vocab":{"a":"x"},"unk_token":"a"}""", "model.vocab.a")]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[],"byte_fallback":true}""", "<0x00>")]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[],"byte_fallback":true,"ignore_merges":true}""", "model.ignore_merges")]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[],"byte_fallback":true,"dropout":0.1}""", "model.dropout")]
    [InlineData(
        "model",
        """{"type":"BPE","vocab":{},"merges":[],"byte_fallback":true,"end_of_word_suffix":"@"}""",
        "model.end_of_word_suffix"
    )]
    [InlineData("model", """{"type":"BPE","vocab":{},"merges":[]}""", "byte_fallback")]
    [InlineData("added_tokens", """[{"content":"<x>"}]""", "added_tokens[0].id")]
    public void What_is_not_supported_is_refused_by_file_and_field(string field, string value, string named)
    {
        using var folder = new TextFolder();
        var json = JsonNode.Parse(TextTokenizers.WordLevel)!;
        json[field] = JsonNode.Parse(value);
        folder.Write("tokenizer.json", json.ToJsonString());
        var message = Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message;
        Assert.Contains("tokenizer.json", message);
        Assert.Contains(named, message);
    }

    [Fact]
    public void A_merge_that_does_not_fit_the_vocabulary_is_refused_by_its_place()
    {
        foreach (var checkpoint in TextTokenizers.SmallFolders())
        {
            var json = JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, "tokenizer.json")))!;
            json["model"]!["merges"]!.AsArray().Insert(2, "q never-a-token");
            using var folder = new TextFolder();
            folder.Write("tokenizer.json", json.ToJsonString());
            Assert.Contains("model.merges[2]", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
        }
    }

    [Fact]
    public void Missing_and_broken_files_are_refused_by_name()
    {
        using var folder = new TextFolder();
        Assert.Contains("does not exist", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
        folder.Write("tokenizer.json", "{\"model\": ");
        Assert.Contains("no valid JSON", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
        File.Delete(Path.Combine(folder.Path, "tokenizer.json"));
        folder.Write("tokenizer.json.gz", "not packed");
        Assert.Contains("not a gzip file", Assert.Throws<UserException>(() => Tokenizer.Load(folder.Path)).Message);
    }

    static IEnumerable<(int, int)> Offsets(JsonElement golden) =>
        golden.GetProperty("offsets").EnumerateArray().Select(offset => (offset[0].GetInt32(), offset[1].GetInt32()));

    static void ForEachTokenizer(Action<Tokenizer, string> check)
    {
        foreach (var folder in Golden.Folders("tokenizers"))
        {
            check(Tokenizer.Load(folder), folder);
        }
    }
}
