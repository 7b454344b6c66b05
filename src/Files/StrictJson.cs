using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace SVco.Files;

/// <summary>
/// JSON as values that can be relied on: what is missing, null, or there twice where a value is expected is an error at once, not a null
/// somewhere else later. A field whose type may be null may be missing.
/// </summary>
public static partial class StrictJson
{
    /// <summary>Options with these rules.</summary>
    public static JsonSerializerOptions Of(JsonSerializerOptions options) =>
        new(options)
        {
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            AllowDuplicateProperties = false,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LetNullsBeMissing } },
        };

    /// <summary>Reads a value.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="options">Made by <see cref="Of"/>.</param>
    /// <exception cref="JsonException">It is not JSON, or not what it should be.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonSerializerOptions options)
    {
        RefuseNullsInLists(json);
        try
        {
            return JsonSerializer.Deserialize<T>(json, options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException error)
        {
            throw new JsonException(Words(error), error);
        }
    }

    /// <summary>The message in the words of the file, not of this program: which field, and where.</summary>
    static string Words(JsonException error)
    {
        var what =
            Null().Match(error.Message) is { Success: true } isNull ? $"{isNull.Groups[1].Value} is null"
            : Missing().Match(error.Message) is { Success: true } isMissing ? $"{isMissing.Groups[1].Value} is missing"
            : error.Message.Split(" Path: ")[0].TrimEnd('.');
        return error.Path is null or "$" ? $"{what}." : $"{what}, at {error.Path[1..].TrimStart('.')}.";
    }

    [GeneratedRegex("^The (?:constructor parameter|property or field) ('[^']*') .* null values")]
    private static partial Regex Null();

    [GeneratedRegex("missing required properties including: (.*[^.])\\.")]
    private static partial Regex Missing();

    static void LetNullsBeMissing(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            property.IsRequired &= property.AssociatedParameter is not { IsNullable: true };
        }
    }

    /// <summary>What System.Text.Json does not see: whether the items of a list may be null is not in their type.</summary>
    static void RefuseNullsInLists(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        for (var inList = new Stack<bool>(); reader.Read(); )
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    inList.Push(reader.TokenType == JsonTokenType.StartArray);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    inList.Pop();
                    break;
                case JsonTokenType.Null when inList.TryPeek(out var list) && list:
                    throw new JsonException($"A list holds null, near byte {reader.TokenStartIndex}.");
            }
        }
    }
}
