using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Core;
using SVco.Files;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>Reads the objects of JSON files.</summary>
static class JsonRows
{
    static readonly JsonNodeOptions NodeOptions = new();
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>An object a line.</summary>
    /// <exception cref="UserException">While reading: the file cannot be read, or a line is no object.</exception>
    public static IEnumerable<Row> Lines(DataFile file)
    {
        using var text = file.OpenText();
        var number = 0;
        foreach (var line in TextFile.Lines(text, file.Shown))
        {
            number++;
            if (line.Trim().Length > 0)
            {
                yield return RowOf(
                    Parse(System.Text.Encoding.UTF8.GetBytes(line), $"{file.Shown}, line {number}"),
                    $"{file.Name}, line {number}"
                );
            }
        }
    }

    /// <summary>The objects of a list.</summary>
    /// <param name="file">The file.</param>
    /// <param name="field">The field that holds the list; the file is the list where null.</param>
    /// <exception cref="UserException">While reading: the file cannot be read or is something else.</exception>
    public static IEnumerable<Row> List(DataFile file, string? field = null)
    {
        var whole = Parse(file.Utf8().Span, file.Shown);
        var list =
            (
                field is null ? whole
                : whole is JsonObject names ? names[field]
                : null
            ) as JsonArray
            ?? throw new UserException($"{file.Shown} is no list{(field is null ? "" : $" in \"{field}\"")} of objects.");
        return list.Select((node, index) => RowOf(node, $"{file.Name}, entry {index + 1}"));
    }

    /// <summary>The objects of an object, by their names.</summary>
    /// <exception cref="UserException">The file cannot be read or is something else.</exception>
    public static IReadOnlyDictionary<string, Row> Named(DataFile file) =>
        Parse(file.Utf8().Span, file.Shown) is JsonObject names
            ? names.ToDictionary(one => one.Key, one => RowOf(one.Value, $"{file.Name}, {one.Key}"))
            : throw new UserException($"{file.Shown} is no object with an entry for each item.");

    /// <summary>The texts of a list in an object.</summary>
    /// <exception cref="UserException">The file cannot be read or is something else.</exception>
    public static IEnumerable<string> Texts(DataFile file, string field)
    {
        try
        {
            return RowOf(Parse(file.Utf8().Span, file.Shown), file.Name).Texts(field);
        }
        catch (RowException error)
        {
            throw new UserException($"{error.Message}: {error.Where(file.Shown)}", error);
        }
    }

    /// <summary>The objects of a list in a row.</summary>
    public static IEnumerable<Row> Inner(Row row, string field) =>
        row.Fields[field] is JsonArray list ? list.Select(node => RowOf(node, row.Place)) : throw new RowException($"{field} is no list");

    /// <summary>A row of an object; of something else, a row without fields, whose reader says what is missing.</summary>
    static Row RowOf(JsonNode? node, string place) => new(place, node as JsonObject ?? []);

    static JsonNode? Parse(ReadOnlySpan<byte> json, string shown)
    {
        try
        {
            return JsonNode.Parse(json, NodeOptions, Strict);
        }
        catch (JsonException error)
        {
            throw new UserException($"{shown} is not JSON: {error.Message} Fetch the file anew.", error);
        }
    }
}
