using System.Text.Json;
using SVco.Core;
using SVco.Models.Folders;

namespace SVco.Models;

/// <summary>Typed reading of a config.json; absent and null fields have the given default, a wrong one is an error that names file and field.</summary>
sealed record ConfigFields(JsonElement Object, string File, string Path = "")
{
    /// <summary>More layers, channels or the like than any model has; a number beyond it would only be allocated.</summary>
    const int LargestSize = 1 << 24;

    /// <summary>Reads a file whose root is an object.</summary>
    /// <exception cref="UserException">It cannot be read or is no JSON object.</exception>
    public static ConfigFields Read(string file) =>
        ModelJson.Read(file) is { ValueKind: JsonValueKind.Object } root
            ? new ConfigFields(root, file)
            : throw new UserException($"{file} is no JSON object.");

    /// <summary>The field, or null where it is absent or null.</summary>
    public JsonElement? this[string name] =>
        Object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A nested object, or null where it is absent or null.</summary>
    public ConfigFields? Section(string name) =>
        this[name] switch
        {
            null => null,
            { ValueKind: JsonValueKind.Object } value => this with { Object = value, Path = $"{Path}{name}." },
            _ => throw Wrong(name, "an object"),
        };

    public string Text(string name, string fallback) =>
        this[name] is not { } value ? fallback
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw Wrong(name, "a text");

    public bool Flag(string name, bool fallback) =>
        this[name] is not { } value ? fallback
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(name, "true or false");

    public double Number(string name, double fallback) =>
        this[name] is not { } value ? fallback
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : throw Wrong(name, "a number");

    public int Integer(string name, int fallback) => OptionalInteger(name) ?? fallback;

    public int? OptionalInteger(string name) =>
        this[name] is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw Wrong(name, "an integer");

    /// <summary>A size or count: a positive integer.</summary>
    /// <param name="name">The field.</param>
    /// <param name="fallback">Where it is absent.</param>
    /// <param name="most">The largest that can be meant.</param>
    public int Size(string name, int fallback, int most = LargestSize) =>
        Integer(name, fallback) is > 0 and var size && size <= most ? size : throw Wrong(name, $"an integer from 1 to {most}");

    /// <summary>The number of layers.</summary>
    public int Layers(string name, int fallback) => Size(name, fallback, most: 1024);

    /// <summary>The error for a value that is well formed but not supported.</summary>
    public UserException Unsupported(string name, string reason) =>
        new($"{File}: {Path}{name} = {this[name]?.GetRawText() ?? "absent"} is not supported: {reason}.");

    /// <summary>The error for two fields, or two places of one field, that say different things.</summary>
    public UserException Contradicting(string one, string other) => new($"{File}: {Path}{one}, but {Path}{other}. Only one can be right.");

    UserException Wrong(string name, string expected) =>
        new($"{File}: {Path}{name} is {this[name]!.Value.GetRawText()}, it must be {expected}.");
}
