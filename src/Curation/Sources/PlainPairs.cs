using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Candidates;
using SVco.Files;

namespace SVco.Curation.Sources;

/// <summary>Files of pairs from somebody else: a name for statistics, the files' place, and the folder of their images.</summary>
public sealed record PairFile
{
    /// <summary>The name of the source in statistics.</summary>
    public string Name { get; init; } = "";

    /// <summary>The file, relative to the data root.</summary>
    public string File { get; init; } = "";

    /// <summary>The folder of its images, relative to the data root.</summary>
    public string Images { get; init; } = ".";
}

/// <summary>
/// Reads one's own counterfactuals: .csv with a header or .jsonl, fields image_a, caption_a, image_b, caption_b, type and perhaps id.
/// Side A is the positive one. They are filtered.
/// </summary>
sealed class PlainPairs(ImageFinder finder, PairFile file)
{
    const string Kind = "pairs";

    static readonly ImmutableArray<string> Columns = ["image_a", "caption_a", "image_b", "caption_b"];

    /// <summary>Everything in the file, streaming.</summary>
    /// <exception cref="UserException">The file's name ends neither in .csv nor in .jsonl.</exception>
    public IEnumerable<Reading> Read()
    {
        var path = Path.Combine(finder.Root, file.File);
        var seen = new HashSet<string>();
        return !File.Exists(path)
            ? [Refused("annotation file is missing", $"looked for {path}")]
            : Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".csv" => Rows(path, seen),
                ".jsonl" => Lines(path, seen),
                var other => throw new UserException($"sources: pairs: {path} ends in \"{other}\"; pairs come as .csv or .jsonl."),
            };
    }

    IEnumerable<Reading> Rows(string path, HashSet<string> seen)
    {
        using var reader = new StreamReader(InputFile.Open(path));
        var bad = false;
        using var csv = new CsvReader(
            reader,
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                BadDataFound = _ => bad = true,
                MissingFieldFound = null,
                PrepareHeaderForMatch = header => header.Header.Trim().ToLowerInvariant(),
            }
        );
        if (!csv.Read() || !csv.ReadHeader())
        {
            yield return Refused("annotation file is empty", path);
            yield break;
        }

        var header = csv.HeaderRecord!.Select(name => name.Trim().ToLowerInvariant()).ToList();
        if (Columns.Where(column => !header.Contains(column)).ToList() is { Count: > 0 } missing)
        {
            yield return Refused("columns are missing", $"{path}: the first line has no {string.Join(", ", missing)}");
            yield break;
        }

        for (int row = 0, line = csv.Parser.RawRow + 1; csv.Read(); row++, line = csv.Parser.RawRow + 1)
        {
            // What is wrong with a field comes out when it is asked for. A quote that is never closed takes all lines after it with it.
            bad = false;
            for (var column = 0; column < csv.Parser.Count; column++)
            {
                csv.GetField(column);
            }

            yield return Pair(
                row.ToString(),
                name =>
                    bad ? throw new EntryException("row is not CSV", $"{path}, lines {line} to {csv.Parser.RawRow}") : csv.GetField(name),
                seen
            );
        }
    }

    IEnumerable<Reading> Lines(string path, HashSet<string> seen)
    {
        using var reader = new StreamReader(InputFile.Open(path));
        for (var row = 0; InputFile.Read(path, "readable", reader.ReadLine) is { } line; )
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Line(line, row++, seen);
            }
        }
    }

    Reading Line(string line, int row, HashSet<string> seen)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return Pair(
                row.ToString(),
                field => field == "id" ? SourceEntry.Name(json.RootElement, field) : SourceEntry.TextOrNull(json.RootElement, field),
                seen
            );
        }
        catch (JsonException error)
        {
            return new Reading.Refused(new(file.Name, Kind, row.ToString(), "line is not JSON", error.Message));
        }
    }

    Reading Pair(string row, Func<string, string?> field, HashSet<string> seen)
    {
        var key = row;
        var reading = SourceEntry.Read(
            file.Name,
            Kind,
            row,
            () =>
            {
                key = field("id") is { Length: > 0 } id ? id : row;
                if (!seen.Add(key))
                {
                    throw new EntryException("duplicate id");
                }

                return new(
                    file.Name,
                    Kind,
                    Type(field("type")),
                    key,
                    Image("positive image", "image_a"),
                    Image("negative image", "image_b"),
                    SourceEntry.Checked(field("caption_a"), "caption_a"),
                    SourceEntry.Checked(field("caption_b"), "caption_b")
                );
            }
        );
        return reading is Reading.Refused(var refused) ? new Reading.Refused(refused with { Key = key }) : reading!;

        string Image(string role, string name) => SourceEntry.Path(finder.Find(role, file.Images, SourceEntry.Checked(field(name), name)));
    }

    static ContrastType Type(string? name) =>
        string.IsNullOrWhiteSpace(name) ? ContrastType.Unknown
        : Enum.TryParse<ContrastType>(name.Trim(), ignoreCase: true, out var type) && Enum.IsDefined(type) && !char.IsDigit(name.Trim()[0])
            ? type
        : throw new EntryException("type is unknown", name);

    Reading Refused(string reason, string detail) => new Reading.Refused(new(file.Name, Kind, Path.GetFileName(file.File), reason, detail));
}
