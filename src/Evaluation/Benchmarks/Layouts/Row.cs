using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Core.Data;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>A row that cannot become an item; told with its place by <see cref="Reading"/>.</summary>
/// <param name="what">What is wrong, the same words for each row in which it is.</param>
/// <param name="detail">What exactly.</param>
/// <param name="place">Where, when it is not the row that an item is being made of.</param>
sealed class RowException(string what, string detail = "", string place = "") : Exception(what)
{
    /// <summary>Where it is, and what exactly.</summary>
    /// <param name="row">The place where none was given.</param>
    public string Where(string row) =>
        (place.Length > 0 ? place : row) is var where && detail.Length == 0 ? where
        : where.Length == 0 ? detail
        : $"{where} ({detail})";
}

/// <summary>A row of a table or an object of a JSON file.</summary>
/// <param name="place">Where it stands, for messages.</param>
/// <param name="fields">Its fields by name.</param>
/// <param name="image">Gives the image that it holds itself; null where its kind holds none.</param>
sealed class Row(string place, JsonObject fields, Func<ImageSource?>? image = null)
{
    /// <summary>Where it stands, for messages.</summary>
    public string Place => place;

    /// <summary>Its fields by name.</summary>
    public JsonObject Fields => fields;

    /// <summary>The image that it holds itself; null where it holds none.</summary>
    /// <exception cref="RowException">What it holds is no image.</exception>
    public ImageSource? Image => image?.Invoke();

    /// <summary>A text; a number is its digits.</summary>
    /// <exception cref="RowException">It is missing, empty, or no text.</exception>
    public string Text(string field) => TextOrNull(field) is { } text ? text : throw Wrong($"{field} is missing or empty");

    /// <summary>A text; null where it is missing, null or empty.</summary>
    /// <exception cref="RowException">It is no text.</exception>
    public string? TextOrNull(string field) => fields[field] is { } node && TextOf(node, field) is { Length: > 0 } text ? text : null;

    /// <summary>A whole number.</summary>
    /// <exception cref="RowException">It is missing or no whole number.</exception>
    public int Number(string field) =>
        int.TryParse(Text(field), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong($"{field} is no whole number", Text(field));

    /// <summary>A list of texts; empty where it is missing or null.</summary>
    /// <exception cref="RowException">It is no list of texts.</exception>
    public ImmutableArray<string> Texts(string field) =>
        fields[field] switch
        {
            null => [],
            JsonArray list => [.. list.Select(item => TextOf(item ?? throw Wrong($"{field} holds null"), field))],
            var other => throw Wrong($"{field} is no list", other.ToJsonString()),
        };

    string TextOf(JsonNode node, string field)
    {
        string text;
        try
        {
            text = node.GetValueKind() switch
            {
                JsonValueKind.String => node.GetValue<string>(),
                JsonValueKind.Number => node.ToJsonString(),
                JsonValueKind.True or JsonValueKind.False => throw Wrong(
                    $"{field} is no text",
                    $"it is {node.ToJsonString()}; write it in quotes, or as the word that is meant, such as \"yes\""
                ),
                var other => throw Wrong($"{field} is no text", $"it is {other}"),
            };
        }
        catch (InvalidOperationException)
        {
            // System.Text.Json's word for half a surrogate.
            throw Wrong($"{field} is not valid Unicode");
        }

        // What decoders put in the place of broken bytes.
        return text.Contains('\uFFFD') ? throw Wrong($"{field} is not valid Unicode", "it holds U+FFFD") : text;
    }

    RowException Wrong(string what, string detail = "") => new(what, detail, place);
}
