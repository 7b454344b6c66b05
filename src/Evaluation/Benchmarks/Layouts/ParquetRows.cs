using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Parquet;
using Parquet.Data;
using Parquet.Schema;
using SVco.Core;
using SVco.Core.Data;
using SVco.Files;

namespace SVco.Evaluation.Benchmarks.Layouts;

/// <summary>Reads Parquet files as the hub has them: columns of texts, numbers and lists of them, and an image as a struct of bytes and path.</summary>
static class ParquetRows
{
    const string ImageColumn = "image";

    /// <summary>The rows of a file, one row group after the other; images only where they are kept, since they are nearly all of the file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reading">Is told of columns that are missing; keeps the images.</param>
    /// <param name="columns">The columns to read, which must be there.</param>
    /// <param name="optional">Columns that are read where they are there.</param>
    /// <exception cref="UserException">While reading: the file is damaged.</exception>
    public static IEnumerable<Row> Read(
        DataFile file,
        Reading reading,
        IReadOnlyList<string> columns,
        IReadOnlyList<string>? optional = null
    )
    {
        using var stream = Open(file);
        var parquet = Guarded(file, () => ParquetReader.CreateAsync(stream));
        try
        {
            var fields = Guarded(file, () => Task.FromResult(parquet.Schema.GetDataFields()));
            string[] there = [.. fields.Select(NameOf).Distinct()];
            if (!reading.HasColumns(file, there, columns))
            {
                yield break;
            }

            string[] known = [.. columns.Concat(optional ?? []).Where(there.Contains)];
            // A column of texts has the images' paths.
            var embeds = known.Contains(ImageColumn) && fields.Any(IsImageBytes);
            string[] wanted = [.. known.Where(name => name != ImageColumn || !embeds)];
            var first = 1;
            for (var group = 0; group < parquet.RowGroupCount; group++)
            {
                var rows = Guarded(file, () => GroupAsync(parquet, group, fields, wanted, embeds, reading));
                foreach (var (number, row) in rows.Index())
                {
                    yield return new($"{file.Name}, row {first + number}", row.Fields, embeds ? () => row.Image : null);
                }

                first += rows.Length;
            }
        }
        finally
        {
            parquet.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>The names of a file's columns.</summary>
    /// <exception cref="UserException">The file is damaged.</exception>
    public static ImmutableArray<string> Columns(DataFile file)
    {
        using var stream = Open(file);
        return Guarded(
            file,
            async () =>
            {
                await using var parquet = await ParquetReader.CreateAsync(stream);
                return parquet.Schema.GetDataFields().Select(NameOf).Distinct().ToImmutableArray();
            }
        );
    }

    static Stream Open(DataFile file) => file is DataFile.OnDisk(var path) ? InputFile.Open(path) : new MemoryStream(file.Bytes());

    static T Guarded<T>(DataFile file, Func<Task<T>> read) =>
        InputFile.Read(file.Shown, "a whole Parquet file", () => read().GetAwaiter().GetResult());

    static async Task<(JsonObject Fields, ImageSource? Image)[]> GroupAsync(
        ParquetReader parquet,
        int group,
        DataField[] fields,
        string[] wanted,
        bool embeds,
        Reading reading
    )
    {
        using var rows = parquet.OpenRowGroupReader(group);
        var count = checked((int)rows.RowCount);
        var columns = new List<JsonNode?[]>();
        foreach (var name in wanted)
        {
            columns.Add(await ColumnAsync(rows, FieldOf(fields, name), count));
        }

        var images = embeds ? await ImagesAsync(rows, fields, count, reading) : null;
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(row =>
                    (new JsonObject(wanted.Zip(columns, (name, column) => KeyValuePair.Create(name, column[row]))), images?[row])
                ),
        ];
    }

    static string NameOf(DataField field) => field.Path.FirstPart!;

    static bool IsImageBytes(DataField field) =>
        NameOf(field) == ImageColumn && field.ClrType == typeof(ReadOnlyMemory<byte>) && (field.Name == "bytes" || field.Path.Length == 1);

    /// <summary>The one field of a column: of a list, its element.</summary>
    static DataField FieldOf(DataField[] fields, string column) =>
        fields.Where(field => NameOf(field) == column).ToArray() is [var only]
            ? only
            : throw new InvalidDataException($"the column {column} has several fields");

    /// <summary>The images of a row group; where they are not kept, one that stands for each.</summary>
    static async Task<ImageSource?[]> ImagesAsync(ParquetRowGroupReader rows, DataField[] fields, int count, Reading reading)
    {
        if (!reading.KeepsImages)
        {
            return [.. Enumerable.Repeat(reading.Keep([]), count)];
        }

        var field = fields.First(IsImageBytes);
        using var data = await rows.ReadRawColumnDataBaseAsync(field);
        var bytes =
            data as RawColumnData<ReadOnlyMemory<byte>>
            ?? throw new InvalidDataException($"the column {field.Path} is of another type than bytes ({field.ClrType.Name})");
        return [.. RowsOf(bytes, field, count).Select(row => row.IsEmpty || row[0].IsEmpty ? null : reading.Keep(row[0].Span))];
    }

    static async Task<JsonNode?[]> ColumnAsync(ParquetRowGroupReader rows, DataField field, int count)
    {
        using var data = await rows.ReadRawColumnDataBaseAsync(field);
        return data switch
        {
            RawColumnData<ReadOnlyMemory<char>> texts => Nodes(texts, text => JsonValue.Create(text.ToString())),
            RawColumnData<ReadOnlyMemory<byte>> bytes => Nodes(
                bytes,
                text => JsonValue.Create(System.Text.Encoding.UTF8.GetString(text.Span))
            ),
            RawColumnData<sbyte> numbers => Numbers(numbers),
            RawColumnData<byte> numbers => Numbers(numbers),
            RawColumnData<short> numbers => Numbers(numbers),
            RawColumnData<ushort> numbers => Numbers(numbers),
            RawColumnData<int> numbers => Numbers(numbers),
            RawColumnData<uint> numbers => Numbers(numbers),
            RawColumnData<long> numbers => Numbers(numbers),
            RawColumnData<ulong> numbers => Numbers(numbers),
            RawColumnData<float> numbers => Numbers(numbers),
            RawColumnData<double> numbers => Numbers(numbers),
            _ => throw new InvalidDataException($"the column {field.Path} is of a type that is not read ({field.ClrType.Name})"),
        };

        // Numbers become the text of their digits, as a name may be a number in one layout and a text in the other.
        JsonNode?[] Numbers<T>(RawColumnData<T> numbers)
            where T : struct, IFormattable =>
            Nodes(numbers, number => JsonValue.Create(number.ToString(null, CultureInfo.InvariantCulture)));

        JsonNode?[] Nodes<T>(RawColumnData<T> values, Func<T, JsonNode?> node)
            where T : struct =>
            field.MaxRepetitionLevel == 0
                ? [.. RowsOf(values, field, count).Select(row => row.IsEmpty ? null : node(row[0]))]
                : [.. RowsOf(values, field, count).Select(row => new JsonArray([.. row.Select(node)]))];
    }

    /// <summary>The values of each row: by the levels with which Parquet writes what is null and where a list begins.</summary>
    static IEnumerable<ImmutableArray<T>> RowsOf<T>(RawColumnData<T> data, DataField field, int count)
        where T : struct
    {
        var values = data.Values.ToArray();
        // A column that may not be null, or is no list, has no such levels.
        int[] definitions = field.MaxDefinitionLevel > 0 ? data.DefinitionLevels.ToArray() : [];
        int[] repetitions = field.MaxRepetitionLevel > 0 ? data.RepetitionLevels.ToArray() : [];
        var rows = new List<ImmutableArray<T>.Builder>();
        var entries = field.MaxDefinitionLevel > 0 ? definitions.Length : values.Length;
        for (int entry = 0, value = 0; entry < entries; entry++)
        {
            if (field.MaxRepetitionLevel == 0 || repetitions[entry] == 0)
            {
                rows.Add(ImmutableArray.CreateBuilder<T>());
            }

            if (field.MaxDefinitionLevel == 0 || definitions[entry] == field.MaxDefinitionLevel)
            {
                rows[^1].Add(values[value++]);
            }
        }

        return rows.Count == count
            ? rows.Select(row => row.ToImmutable())
            : throw new InvalidDataException($"the column {field.Path} has {rows.Count} rows instead of {count}");
    }
}
