using System.Text.Json;
using SVco.Core;
using SVco.Models.Hub;
using SVco.Models.Images;
using SVco.Models.Text;

namespace SVco.Models.Folders;

/// <summary>The ids of the beginning, the end and the padding, which stand in several files of a folder, against the tokenizer.</summary>
static class TokenIds
{
    const string Generation = "generation_config.json";
    const string End = "eos_token_id";

    static readonly string[] Roles = ["bos_token_id", End, "pad_token_id"];

    /// <summary>Compares config.json, generation_config.json and processor_config.json with the tokenizer.</summary>
    /// <exception cref="UserException">They disagree; the message names both files and both values.</exception>
    public static void Check(string folder, ModelConfig config, Tokenizer tokenizer, ChatFormat chat)
    {
        var tokenizerFile = Path.Combine(folder, TokenizerFiles.Name);
        var fields = JsonField.Read(Path.Combine(folder, ModelFiles.Config));
        var generation = Path.Combine(folder, Generation) is var path && ModelFiles.IsThere(path) ? JsonField.Read(path) : (JsonField?)null;
        foreach (var section in new[] { fields, fields.Find("text_config"), generation }.OfType<JsonField>())
        {
            foreach (var field in Roles.Select(role => section.Find(role)).OfType<JsonField>())
            {
                // A negative id of the padding means that there is none.
                foreach (var id in Ids(field).Where(id => id >= 0 || field.Name != "pad_token_id"))
                {
                    Embeddings.Require(config, id, field.Path, field.File);
                    if (!tokenizer.IsMark(id))
                    {
                        throw field.Mistake(
                            $"must be a mark such as an end, but in {tokenizerFile} {id} is \"{tokenizer.TextOf(id)}\", a piece of ordinary text"
                        );
                    }
                }
            }
        }

        if (generation?.Find(End) is { } ends && !Ids(ends).Intersect(chat.StopIds).Any())
        {
            throw ends.Mistake(
                $"must hold the token that ends an answer, {string.Join(" or ", chat.StopIds.Select(id => $"{id} ({tokenizer.TextOf(id)})"))} by {tokenizerFile} and the chat template"
            );
        }

        if (generation?.Find("bos_token_id") is { } begin && tokenizer.BosId is { } first && begin.Int() != first)
        {
            throw begin.Mistake($"must be {first} ({tokenizer.TextOf(first)}), as the tokenizer's files have it");
        }

        if (
            Path.Combine(folder, ImageProcessor.ProcessorFile) is var processor
            && File.Exists(processor)
            && JsonField.Read(processor).Find("image_token") is { } token
            && (token.Kind == JsonValueKind.Object ? token["content"] : token).String() is var text
            && text != chat.ImagePlaceholder
        )
        {
            throw token.Mistake(
                $"must be {chat.ImagePlaceholder}, as the chat template and {ModelFiles.Config} (image token {config.ImageTokenId}) have it"
            );
        }
    }

    static IEnumerable<int> Ids(JsonField field) =>
        field.Kind == JsonValueKind.Array ? field.Items().Select(item => item.Int()) : [field.Int()];
}
