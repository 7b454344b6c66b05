using System.Collections.Immutable;
using System.Text.Json;

namespace SVco.Core.Data;

/// <summary>An entry of a data file that is not trained on, and why.</summary>
/// <param name="Id">The entry's name: file and index, e.g. <c>train.json#12</c>.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record Refusal(string Id, string Reason);

/// <summary>The pairs of a file and the entries refused.</summary>
public sealed record MvcData(ImmutableArray<ContrastPair> Pairs, ImmutableArray<Refusal> Refusals);

/// <summary>
/// Reads minimal visual contrasts: a JSON list of {chosen_images[], rejected_images[], system_prompt, instruction_prompt,
/// chosen_response, rejected_response} and, where known, source and type.
/// </summary>
public static class MvcJson
{
    /// <summary>Reads the text of a file.</summary>
    /// <param name="json">The text.</param>
    /// <param name="fileName">The file's name, for messages and for the pairs' ids.</param>
    /// <param name="imageRoot">The folder against which relative image paths are taken; empty leaves them as they are.</param>
    /// <exception cref="UserException">The text is not JSON, or not a list.</exception>
    public static MvcData Parse(string json, string fileName, string imageRoot)
    {
        using var document = Document(json, fileName);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new UserException(
                $"{fileName}, line 1, column 1: the file holds {Kind(document.RootElement)}, but pairs come as a list: [{{\"chosen_images\": [...], ...}}, ...]."
            );
        }

        var entries = document
            .RootElement.EnumerateArray()
            .Select((entry, index) => (Id: $"{fileName}#{index}", Read: Read(entry, $"{fileName}#{index}", imageRoot)))
            .ToList();
        return new(
            [.. entries.Select(entry => entry.Read.Pair).OfType<ContrastPair>()],
            [.. entries.Where(entry => entry.Read.Pair is null).Select(entry => new Refusal(entry.Id, entry.Read.Refused!))]
        );
    }

    static JsonDocument Document(string json, string fileName)
    {
        try
        {
            return JsonDocument.Parse(json.TrimStart('\uFEFF'));
        }
        catch (JsonException error)
        {
            throw new UserException(
                $"{fileName}, line {error.LineNumber + 1}, column {error.BytePositionInLine + 1}: this is not JSON. {Cause(error)}",
                error
            );
        }
    }

    /// <summary>The message without the place that System.Text.Json puts at its end, counted from 0.</summary>
    static string Cause(JsonException error) => error.Message.Split(" LineNumber:")[0];

    static (ContrastPair? Pair, string? Refused) Read(JsonElement entry, string id, string imageRoot)
    {
        try
        {
            return Entry(entry, id, imageRoot);
        }
        catch (InvalidOperationException)
        {
            // What System.Text.Json throws for half a surrogate pair, e.g. "\ud800".
            return (null, "it holds a text that is not valid Unicode");
        }
    }

    static (ContrastPair? Pair, string? Refused) Entry(JsonElement entry, string id, string imageRoot)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return (null, $"it is {Kind(entry)}, not an object");
        }

        var reasons = new List<string>();
        var pair = new ContrastPair(
            id,
            Text("instruction_prompt"),
            new(new ImageSource.File(Image("chosen_images")), Text("chosen_response")),
            new(new ImageSource.File(Image("rejected_images")), Text("rejected_response")),
            Text("system_prompt", mayBeEmpty: true),
            Optional("source"),
            Type(Optional("type"))
        );
        return reasons.Count == 0 ? (pair, null) : (null, string.Join("; ", reasons));

        string Refuse(string reason)
        {
            reasons.Add(reason);
            return "";
        }

        string Text(string field, bool mayBeEmpty = false) =>
            !entry.TryGetProperty(field, out var value) ? Refuse($"{field} is missing")
            : value.ValueKind != JsonValueKind.String ? Refuse($"{field} is {Kind(value)}, not a text")
            : !mayBeEmpty && string.IsNullOrWhiteSpace(value.GetString()) ? Refuse($"{field} is empty")
            : value.GetString()!;

        string Optional(string field) =>
            !entry.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null ? ""
            : value.ValueKind != JsonValueKind.String ? Refuse($"{field} is {Kind(value)}, not a text")
            : value.GetString()!;

        string Image(string field) =>
            !entry.TryGetProperty(field, out var value) ? Refuse($"{field} is missing")
            : value.ValueKind != JsonValueKind.Array ? Refuse($"{field} is {Kind(value)}, not a list of one path")
            : value.GetArrayLength() != 1 ? Refuse($"{field} has {value.GetArrayLength()} images, not exactly one")
            : value[0].ValueKind != JsonValueKind.String ? Refuse($"{field} holds {Kind(value[0])}, not a path")
            : string.IsNullOrWhiteSpace(value[0].GetString()) ? Refuse($"{field} holds an empty path")
            : Joined(imageRoot, value[0].GetString()!);

        ContrastType Type(string name)
        {
            switch (name.Trim().ToLowerInvariant())
            {
                case "" or "unknown":
                    return ContrastType.Unknown;
                case "object" or "object replacement":
                    return ContrastType.Object;
                case "attribute" or "attribute replacement":
                    return ContrastType.Attribute;
                case "count" or "counting" or "count modification":
                    return ContrastType.Count;
                case "position" or "position flipping":
                    return ContrastType.Position;
                default:
                    Refuse($"type is \"{name}\", not object, attribute, count, position or unknown");
                    return ContrastType.Unknown;
            }
        }
    }

    /// <summary>A path below a root; an absolute one (also a Windows one or an address) stays as it is.</summary>
    static string Joined(string root, string path) =>
        root.Length == 0
        || path[0] is '/' or '\\'
        || path.Contains("://")
        || (path.Length > 1 && char.IsAsciiLetter(path[0]) && path[1] == ':')
            ? path
        : root.EndsWith('/') ? root + path
        : $"{root}/{path}";

    static string Kind(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a text",
            JsonValueKind.Number => "a number",
            JsonValueKind.Null => "null",
            _ => "true or false",
        };
}
