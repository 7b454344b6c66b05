using SVco.Models.Text;

namespace SVco.Tests;

/// <summary>Small tokenizers for laws.</summary>
static class TextTokenizers
{
    public const string WordLevel = """
        {
          "added_tokens": [
            {"id": 1, "content": "<s>", "special": true}, {"id": 2, "content": "</s>", "special": true}, {"id": 3, "content": "<image>", "special": true}
          ],
          "normalizer": null,
          "pre_tokenizer": {"type": "Whitespace"},
          "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]}}
          },
          "decoder": null,
          "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "<image>": 3, "a": 4, "red": 5, "dog": 6, ",": 7}}
        }
        """;

    public const string Flags = """
        {
          "added_tokens": [
            {"id": 6, "content": "<l>", "lstrip": true, "special": true}, {"id": 7, "content": "<r>", "rstrip": true, "special": true},
            {"id": 2, "content": "word", "single_word": true}, {"id": 8, "content": "DOG", "normalized": true}, {"id": 9, "content": "<r><l>", "special": true}
          ],
          "normalizer": {"type": "Lowercase"},
          "pre_tokenizer": {"type": "Whitespace"},
          "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 0, "a": 1, "word": 2, "dog": 3, "words": 4, ",": 5}}
        }
        """;

    static readonly Lazy<IReadOnlyList<(Tokenizer Tokenizer, bool ByteLevel)>> Small = new(() =>
        [
            .. SmallFolders()
                .Select(folder =>
                    (
                        Tokenizer.Load(folder),
                        File.ReadAllText(Path.Combine(folder, "tokenizer.json")).Contains("\"ByteLevel\"", StringComparison.Ordinal)
                    )
                ),
        ]
    );

    /// <summary>The folders of the small golden checkpoints.</summary>
    public static IEnumerable<string> SmallFolders() =>
        Golden.Folders("svco").Select(folder => Path.Combine(folder, "checkpoint")).Where(Directory.Exists);

    /// <summary>Their tokenizers, which load fast.</summary>
    public static IReadOnlyList<(Tokenizer Tokenizer, bool ByteLevel)> All => Small.Value;
}

/// <summary>A folder that is gone when the test ends.</summary>
sealed class TextFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("svco-test-").FullName;

    public string Write(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
