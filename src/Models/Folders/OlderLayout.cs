using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Models.Images;

namespace SVco.Models.Folders;

/// <summary>
/// The files beside config.json and weights as transformers before version 5 has them, which later versions read too: image settings and chat
/// template in files of their own, and a tokenizer class that both know.
/// </summary>
static class OlderLayout
{
    const string Template = "chat_template";
    const string TokenizerConfig = "tokenizer_config.json";

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The files of a folder, those that version 5 lays out otherwise changed; all others stay as they are.</summary>
    /// <param name="files">By name.</param>
    public static IEnumerable<(string Name, byte[] Content)> Of(IReadOnlyDictionary<string, byte[]> files)
    {
        var made = new SortedDictionary<string, byte[]>(files.ToDictionary(), StringComparer.Ordinal);
        if (Read(files, ImageProcessor.ProcessorFile) is { } processor)
        {
            if (processor["image_processor"] is JsonObject settings && !files.ContainsKey(ImageProcessor.FileName))
            {
                var name = $"{settings["image_processor_type"]}";
                settings["image_processor_type"] = ImageProcessor.PlainName(name);
                made[ImageProcessor.FileName] = Bytes(settings);
            }

            if (processor[Template] is { } inside && !files.ContainsKey($"{Template}.json"))
            {
                made[$"{Template}.json"] = Bytes(new() { [Template] = inside.DeepClone() });
            }

            if (processor.Remove("image_processor") | processor.Remove(Template))
            {
                made[ImageProcessor.ProcessorFile] = Bytes(processor);
            }
        }

        if (files.TryGetValue($"{Template}.jinja", out var jinja) && !made.ContainsKey($"{Template}.json"))
        {
            made[$"{Template}.json"] = Bytes(new() { [Template] = Encoding.UTF8.GetString(jinja) });
        }

        if (Read(files, TokenizerConfig) is { } tokenizer && $"{tokenizer["tokenizer_class"]}" == "TokenizersBackend")
        {
            tokenizer["tokenizer_class"] = "PreTrainedTokenizerFast";
            made[TokenizerConfig] = Bytes(tokenizer);
        }

        return made.Select(file => (file.Key, file.Value));
    }

    static JsonObject? Read(IReadOnlyDictionary<string, byte[]> files, string name) =>
        files.TryGetValue(name, out var content) ? JsonNode.Parse(SVco.Files.TextFile.Utf8(content, name).Span) as JsonObject : null;

    static byte[] Bytes(JsonObject json) => Encoding.UTF8.GetBytes(json.ToJsonString(Indented) + "\n");
}
