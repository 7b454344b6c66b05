using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using CsvHelper;
using CsvHelper.Configuration;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>Reads tables of text: CSV, and TSV with images in base64 as VLMEvalKit has them.</summary>
static class CsvRows
{
    /// <summary>A shorter text in the image's place is the index of the row that has the image.</summary>
    const int LongestIndex = 64;

    /// <summary>The rows of a table, streaming.</summary>
    /// <param name="file">The file; its first line names the columns.</param>
    /// <param name="reading">Is told of columns that are missing and rows that are damaged.</param>
    /// <param name="columns">The columns that must be there.</param>
    public static IEnumerable<Row> Read(DataFile file, Reading reading, params IReadOnlyList<string> columns)
    {
        using var text = new StreamReader(file.OpenText());
        var bad = false;
        using var csv = new CsvParser(
            text,
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                Delimiter = Path.GetExtension(file.Name).Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? "\t" : ",",
                BadDataFound = _ => bad = true,
                // A quote that is never closed takes all that follows.
                MaxFieldSize = CompleteLines.MostBytes,
            }
        );
        if (!csv.Read())
        {
            throw new UserException($"{file.Shown} is empty. Fetch it anew.");
        }

        var header = csv.Record!;
        if (!reading.HasColumns(file, header, columns))
        {
            yield break;
        }

        if (header.CountBy(name => name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            reading.Fault("columns are named twice", $"{twice} in {file.Shown}");
            yield break;
        }

        for (var line = csv.RawRow + 1; csv.Read(); line = csv.RawRow + 1)
        {
            // What is wrong with a field comes out when it is asked for.
            bad = false;
            var fields = csv.Record!;
            var place = $"{file.Name}, line {line}";
            if (bad || fields.Length != header.Length)
            {
                reading.Fault(
                    "rows are damaged",
                    bad
                        ? $"{place} has quotes inside a text that is not quoted"
                        : $"{place} has {fields.Length} fields, the header {header.Length}"
                );
                continue;
            }

            yield return new(
                place,
                new(header.Zip(fields, (name, field) => KeyValuePair.Create(name, (JsonNode?)JsonValue.Create(field))))
            );
        }
    }

    /// <summary>The rows of a TSV, with the images that they hold or refer to.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reading">As for the other; keeps the images.</param>
    /// <param name="columns">The columns that must be there, beside index and image.</param>
    public static ImmutableArray<Row> WithImages(DataFile file, Reading reading, params IReadOnlyList<string> columns)
    {
        var images = new Dictionary<string, ImageSource>();
        // A row may refer to a later one, so an image is looked up when all rows have been read.
        return [.. Read(file, reading, ["index", "image", .. columns]).Select(row => WithImage(row, reading, images))];
    }

    /// <summary>The row without its base64, which must not stay in memory: no closure holds it.</summary>
    static Row WithImage(Row row, Reading reading, Dictionary<string, ImageSource> images)
    {
        var image = row.TextOrNull("image") ?? "";
        row.Fields.Remove("image");
        if (image.Length <= LongestIndex)
        {
            return Referring(row, image, images);
        }

        if (!TryDecode(image, out var bytes))
        {
            return new(row.Place, row.Fields, () => throw new RowException("image is no base64"));
        }

        return Holding(row, images[row.TextOrNull("index") ?? ""] = reading.Keep(bytes));
    }

    static Row Holding(Row row, ImageSource image) => new(row.Place, row.Fields, () => image);

    static Row Referring(Row row, string index, Dictionary<string, ImageSource> images) =>
        new(
            row.Place,
            row.Fields,
            () =>
                index.Length == 0 ? null
                : images.TryGetValue(index, out var image) ? image
                : throw new RowException("image is neither base64 nor the index of a row that has one", index)
        );

    static bool TryDecode(string base64, out byte[] bytes)
    {
        try
        {
            bytes = Convert.FromBase64String(base64);
            return true;
        }
        catch (FormatException)
        {
            bytes = [];
            return false;
        }
    }
}
