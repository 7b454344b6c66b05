using System.Collections.Immutable;
using System.Text.Json;

namespace SVco.Core.Data;

/// <summary>An entry of a data file that is not trained on, and why.</summary>
/// <param name="Id">The entry's name: file and index, e.g. <c>train.json#12</c>.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record Refusal(string Id, string Reason);

/// <summary>The pairs of a file and the entries refused.</summary>
public sealed record MvcData(ImmutableArray<ContrastPair> Pairs, ImmutableArray<Refusal> Refusals)
{
    /// <summary>Fields that mean nothing here, by how many entries have them.</summary>
    public ImmutableSortedDictionary<string, int> Unread { get; init; } = ImmutableSortedDictionary<string, int>.Empty;
}

/// <summary>
/// Reads minimal visual contrasts: a JSON list, or JSON Lines, of {chosen_images[], rejected_images[], system_prompt, instruction_prompt,
/// chosen_response, rejected_response} and, where known, source and type. Without system_prompt it is empty.
/// </summary>
public static class MvcJson
{
    static readonly JsonDocumentOptions Options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        AllowDuplicateProperties = false,
    };

    /// <summary>Reads the text of a file: a list, or JSON Lines (an object a line).</summary>
    /// <param name="json">The text.</param>
    /// <param name="fileName">The file's name, for messages and for the pairs' ids.</param>
    /// <param name="imageRoot">The folder against which relative image paths are taken; empty leaves them as they are.</param>
    /// <exception cref="UserException">The text is not JSON, or neither a list nor lines of objects.</exception>
    public static MvcData Parse(string json, string fileName, string imageRoot)
    {
        var text = json.TrimStart('\uFEFF');
        if (text.Contains('\0'))
        {
            throw new UserException($"{fileName} holds zero characters, as UTF-16 without a byte order mark has them. Save it as UTF-8.");
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            throw new UserException($"{fileName} is empty. {Capital(Expected)}");
        }

        var entries = (text.TrimStart().StartsWith('{') ? Lines(text, fileName) : List(text, fileName))
            .Select(
                (entry, index) => (Id: $"{fileName}#{index}", Read: Read(entry, $"{fileName}#{index}", imageRoot), Unread: UnreadOf(entry))
            )
            .ToList();
        return new(
            [.. entries.Select(entry => entry.Read.Pair).OfType<ContrastPair>()],
            [.. entries.Where(entry => entry.Read.Pair is null).Select(entry => new Refusal(entry.Id, entry.Read.Refused!))]
        )
        {
            Unread = entries
                .Where(entry => entry.Read.Pair is not null)
                .SelectMany(entry => entry.Unread)
                .CountBy(name => name)
                .ToImmutableSortedDictionary(name => name.Key, name => name.Value, StringComparer.Ordinal),
        };
    }

    static string[] UnreadOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object
            ? [.. entry.EnumerateObject().Select(field => field.Name).Where(name => !Fields.Contains(name))]
            : [];

    static IEnumerable<JsonElement> List(string json, string fileName)
    {
        var root = Element(json, fileName, firstLine: 1);
        return root.ValueKind == JsonValueKind.Array
            ? root.EnumerateArray()
            : throw new UserException($"{fileName}, line 1, column 1: the file holds {Kind(root)}, but {Expected}");
    }

    static IEnumerable<JsonElement> Lines(string json, string fileName)
    {
        var lines = json.Split('\n').Select(line => line.Trim()).Index().Where(line => line.Item.Length > 0).ToList();
        // A first line that is no whole object: the file is one object over several lines.
        var first = lines[0];
        // Either one object over several lines, or one that holds the list.
        return lines.Count > 1 && !first.Item.TrimEnd(',').EndsWith('}') || lines.Count == 1 && !HoldsAPair(Read(first))
            ? throw new UserException($"{fileName}, line {first.Index + 1}, column 1: the file holds an object, but {Expected}")
            : lines.Select(Read);

        JsonElement Read((int Index, string Item) line) => Element(line.Item.TrimEnd(','), fileName, line.Index + 1);
    }

    static bool HoldsAPair(JsonElement line) => line.EnumerateObject().Any(field => Fields.Contains(field.Name));

    static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    const string Expected = "pairs come as a list, [{\"chosen_images\": [...], ...}, ...], or as JSON Lines, a whole object on each line.";

    static JsonElement Element(string json, string fileName, int firstLine)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new UserException(
                $"{fileName}, line {error.LineNumber + firstLine}, column {error.BytePositionInLine + 1}: this is not JSON. {Cause(error)}",
                error
            );
        }
        catch (InvalidOperationException error)
        {
            // What System.Text.Json throws for half a surrogate pair in a field's name.
            throw new UserException($"{fileName}: the name of a field, from line {firstLine} on, is not valid Unicode.", error);
        }
    }

    /// <summary>The message without the place that System.Text.Json puts at its end, counted from 0.</summary>
    static string Cause(JsonException error) =>
        error.Message.Split(" LineNumber:")[0]
        + (error.Message.StartsWith("'N'") || error.Message.StartsWith("'I'") ? " NaN and Infinity are no JSON; write null." : "");

    /// <summary>Reads one entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="id">The pair's id.</param>
    /// <param name="imageRoot">The folder against which relative image paths are taken; empty leaves them as they are.</param>
    /// <returns>The pair, or why it is none.</returns>
    public static (ContrastPair? Pair, string? Refused) Read(JsonElement entry, string id, string imageRoot)
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
        foreach (var field in entry.EnumerateObject().Select(field => field.Name).Where(name => !Fields.Contains(name)))
        {
            if (Array.Find(Fields, known => IsMisspelt(field, known)) is { } meant)
            {
                Refuse($"{field} is probably {meant}, misspelt");
            }
            else if (field.Contains("system", StringComparison.OrdinalIgnoreCase))
            {
                // The only field that may be missing and changes what is trained on.
                Refuse($"{field} is probably system_prompt by another name; call it so, or take it out");
            }
        }

        var pair = new ContrastPair(
            id,
            Text("instruction_prompt"),
            new(Image("chosen_images"), Text("chosen_response")),
            new(Image("rejected_images"), Text("rejected_response")),
            Optional("system_prompt"),
            Optional("source"),
            Type(Optional("type"))
        );
        return reasons.Count == 0 ? (pair, null) : (null, string.Join("; ", reasons));

        string Refuse(string reason)
        {
            reasons.Add(reason);
            return "";
        }

        string Text(string field) =>
            !entry.TryGetProperty(field, out var value) ? Refuse($"{field} is missing")
            : value.ValueKind != JsonValueKind.String ? Refuse($"{field} is {Kind(value)}, not a text")
            : string.IsNullOrWhiteSpace(value.GetString()) ? Refuse($"{field} is empty")
            : value.GetString()!;

        string Optional(string field) =>
            !entry.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null ? ""
            : value.ValueKind != JsonValueKind.String ? Refuse($"{field} is {Kind(value)}, not a text")
            : value.GetString()!;

        // An address that cannot be used is an image that cannot be read, and is told with the others of this kind.
        ImageSource Image(string field) =>
            PathOf(field) switch
            {
                var path when path.StartsWith("data:", StringComparison.OrdinalIgnoreCase) => Inline(path),
                var path when LocalPath(path) is { } local => new ImageSource.File(local),
                var path when path.Length == 0 || path.Contains("://", StringComparison.Ordinal) => new ImageSource.File(path),
                var path => new ImageSource.File(Joined(imageRoot, path)),
            };

        string PathOf(string field) =>
            !entry.TryGetProperty(field, out var value) ? Refuse($"{field} is missing")
            : value.ValueKind == JsonValueKind.String ? NotEmpty(field, value.GetString()!)
            : value.ValueKind != JsonValueKind.Array ? Refuse($"{field} is {Kind(value)}, not a list of one path")
            : value.GetArrayLength() != 1 ? Refuse($"{field} has {value.GetArrayLength()} images, not exactly one")
            : value[0].ValueKind == JsonValueKind.String ? NotEmpty(field, value[0].GetString()!)
            : value[0].ValueKind == JsonValueKind.Object
            && value[0].TryGetProperty("path", out var path)
            && path.ValueKind == JsonValueKind.String
                ? NotEmpty(field, path.GetString()!)
            : Refuse($"{field} holds {Kind(value[0])}, not a path");

        string NotEmpty(string field, string path) => string.IsNullOrWhiteSpace(path) ? Refuse($"{field} holds an empty path") : path;

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

    static ImageSource Inline(string address)
    {
        const string marker = ";base64,";
        var at = address.IndexOf(marker, StringComparison.OrdinalIgnoreCase);
        // Some write the alphabet that is safe in addresses, and leave the filling out.
        var content = at < 0 ? "" : address[(at + marker.Length)..].Trim().TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var filled = content.PadRight((content.Length + 3) / 4 * 4, '=');
        return content.Length > 0 && Convert.TryFromBase64String(filled, new byte[filled.Length], out _)
            ? new ImageSource.Inline(filled)
            : new ImageSource.File(address);
    }

    /// <summary>What a <c>file:</c> address means; null for anything else.</summary>
    static string? LocalPath(string address) =>
        address.StartsWith("file://", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(address, UriKind.Absolute, out var uri)
            ? uri.LocalPath
            : null;

    /// <summary>A path below a root; an absolute one (also a Windows one) stays as it is.</summary>
    static string Joined(string root, string path) =>
        root.Length == 0 || path[0] is '/' or '\\' || (path.Length > 1 && char.IsAsciiLetter(path[0]) && path[1] == ':') ? path
        : root.EndsWith('/') ? root + path
        : $"{root}/{path}";

    static readonly string[] Fields =
    [
        "chosen_images",
        "rejected_images",
        "system_prompt",
        "instruction_prompt",
        "chosen_response",
        "rejected_response",
        "source",
        "type",
    ];

    /// <summary>Whether two names differ in their case, or in one letter that is too much, missing or another.</summary>
    static bool IsMisspelt(string name, string known)
    {
        if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var (shorter, longer) = name.Length <= known.Length ? (name, known) : (known, name);
        var same = shorter.Zip(longer).TakeWhile(pair => pair.First == pair.Second).Count();
        return known.Length > 4
            && longer.Length - shorter.Length <= 1
            && shorter[(longer.Length == shorter.Length ? Math.Min(same + 1, shorter.Length) : same)..]
                == longer[Math.Min(same + 1, longer.Length)..];
    }

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
