using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Models.Text;

namespace SVco.Tests;

/// <summary>Texts in which everything that tokenizers treat specially is frequent.</summary>
public static class TextGenerators
{
    static readonly string[] Bits =
    [
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "a",
        "b",
        "The",
        "dog",
        "don't",
        "'S",
        "'\u017F",
        "1",
        "23",
        "²",
        "Ⅷ",
        "é",
        "e\u0301",
        "\u0301",
        "q\u0323\u0307",
        "\u212B",
        "\u1100\u1161\u11A8",
        "한",
        "\u0958",
        "일",
        "日本",
        "ё",
        "😀",
        "🐕\u200d🦺",
        "𝓝",
        "𝟘",
        "\u0085",
        "\u3000",
        "\u00A0",
        "\u001C",
        "<",
        ">",
        "|",
        ".",
        "!?",
        "_",
        "\0",
    ];

    public static Arbitrary<string> Text() => Gen.Elements(Bits).ListOf().Select(string.Concat).ToArbitrary();
}

[Properties(Arbitrary = [typeof(TextGenerators)])]
public class TextLaws
{
    [Property]
    public void Byte_level_tokens_decode_to_the_composed_text(string text)
    {
        foreach (var (tokenizer, byteLevel) in TextTokenizers.All)
        {
            if (byteLevel)
            {
                Assert.Equal(Composed(text), tokenizer.Decode(tokenizer.Encode(text, false).Ids, false));
            }
        }
    }

    [Property]
    public void Byte_fallback_tokens_decode_to_the_text(string text)
    {
        foreach (var (tokenizer, byteLevel) in TextTokenizers.All)
        {
            if (!byteLevel)
            {
                Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text, false).Ids, false));
            }
        }
    }

    [Property]
    public void Offsets_lie_in_the_text_and_never_go_back(string text)
    {
        foreach (var (tokenizer, _) in TextTokenizers.All)
        {
            var encoding = tokenizer.Encode(text, false);
            Assert.Equal(encoding.Ids.Length, encoding.Offsets.Length);
            Assert.All(
                encoding.Offsets,
                offset => Assert.True(0 <= offset.Start && offset.Start < offset.End && offset.End <= text.EnumerateRunes().Count())
            );
            Assert.All(encoding.Offsets.Zip(encoding.Offsets.Skip(1)), pair => Assert.True(pair.First.Start <= pair.Second.Start));
        }
    }

    [Property]
    public void Special_tokens_cut_the_text_into_parts_that_are_tokenised_alone(string before, string after)
    {
        foreach (var (tokenizer, _) in TextTokenizers.All)
        {
            int[] parts =
            [
                .. tokenizer.Encode(before, false).Ids,
                tokenizer.TokenId("<image>")!.Value,
                .. tokenizer.Encode(after, false).Ids,
            ];
            Assert.True(parts.SequenceEqual(tokenizer.Encode(before + "<image>" + after, false).Ids));
        }
    }

    [Property]
    public void The_merger_of_long_pieces_agrees_with_the_one_of_short_pieces(NonEmptyArray<byte> letters)
    {
        var text = string.Concat(letters.Get.Select(letter => (char)('a' + letter % 26)));
        foreach (var folder in TextTokenizers.SmallFolders())
        {
            var (tokenizer, model) = (Tokenizer.Load(folder), Golden.Json(Path.Combine(folder, "tokenizer.json")).GetProperty("model"));
            var piece = tokenizer.Encode(text, false);
            var vocabulary = model
                .GetProperty("vocab")
                .EnumerateObject()
                .ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32());
            var merger = new LongPieceMerger(vocabulary, [.. model.GetProperty("merges").EnumerateArray().Select(Merge)]);
            var prefixed = model.GetProperty("byte_fallback").GetBoolean() ? "\u2581" + text : text;
            Assert.True(merger.Merge(prefixed).SequenceEqual(piece.Ids));
        }

        static string Merge(JsonElement merge) => merge.ValueKind == JsonValueKind.String ? merge.GetString()! : $"{merge[0]} {merge[1]}";
    }

    [Fact]
    public void A_word_of_200_thousand_characters_comes_back_whole()
    {
        foreach (var (tokenizer, _) in TextTokenizers.All)
        {
            var word = string.Concat(Enumerable.Repeat("xyzzy", 40_000));
            var ids = tokenizer.Encode(word, false).Ids;
            Assert.Equal(word, tokenizer.Decode(ids, false));
        }
    }

    [Property]
    public void Composition_is_idempotent(string text) => Assert.Equal(Composed(text), Composed(Composed(text)));

    [Theory]
    [InlineData("e\u0301", "é")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("a\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315b")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\U00011131\U00011127", "\U0001112E")]
    public void Composition_gives_the_canonical_forms_of_the_Unicode_standard(string text, string composed) =>
        Assert.Equal(composed, Composed(text));

    static string Composed(string text) => UnicodeNormalization.Compose(AlignedText.Of(text)).ToString();
}
