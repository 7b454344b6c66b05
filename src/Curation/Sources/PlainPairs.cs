using System.Collections.Immutable;
using System.Globalization;
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
/// Reads one's own counterfactuals: .csv or .tsv with a header, separated by comma, semicolon or tab, or .jsonl or .json; fields image_a,
/// caption_a, image_b, caption_b, and perhaps type and id. Side A is the positive one. They are filtered.
/// </summary>
sealed class PlainPairs(ImageFinder finder, PairFile file)
{
    const string Kind = "pairs";

    const int LongestShown = 200;

    /// <summary>A quote that is never closed takes all that follows.</summary>
    const int LongestField = 1 << 20;

    static readonly ImmutableArray<string> Columns = ["image_a", "caption_a", "image_b", "caption_b"];
    static readonly ImmutableArray<string> Known = [.. Columns, "type", "id"];
    static readonly ImmutableArray<string> Separators = [",", ";", "\t"];

    /// <summary>Everything in the file, streaming.</summary>
    /// <exception cref="UserException">The file's name says that it is something else.</exception>
    public IEnumerable<Reading> Read()
    {
        var path = Path.Combine(finder.Root, file.File);
        var seen = new HashSet<string>();
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".csv" or ".tsv" => SourceEntry.OfFile(file.Name, Kind, path, () => Rows(path, seen)),
            ".jsonl" or ".ndjson" or ".json" => SourceEntry.EntriesOrLines(file.Name, Kind, path, entry => [Entry(entry, seen)]),
            var other => throw new UserException($"sources: pairs: {path} ends in \"{other}\"; pairs come as .csv, .tsv, .jsonl or .json."),
        };
    }

    IEnumerable<Reading> Rows(string path, HashSet<string> seen)
    {
        using var reader = new StreamReader(TextFile.Open(path));
        var bad = false;
        using var csv = new CsvParser(
            reader,
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                Delimiter = SeparatorOf(path),
                BadDataFound = _ => bad = true,
                MaxFieldSize = LongestField,
            }
        );
        if (!csv.Read())
        {
            yield return Refused("annotation file is empty", path);
            yield break;
        }

        var header = csv.Record!.Select(name => name.Trim().ToLowerInvariant()).ToList();
        if (Columns.Except(header).ToList() is { Count: > 0 } missing)
        {
            var first = csv.RawRecord.Trim();
            yield return Refused(
                "columns are missing",
                $"{path}: the first line has no {string.Join(", ", missing)}; it is {(first.Length > LongestShown ? first[..LongestShown] + "..." : first)}"
            );
            yield break;
        }

        if (header.Where(Known.Contains).CountBy(name => name).FirstOrDefault(name => name.Value > 1).Key is { } twice)
        {
            yield return Refused("a column is named twice", $"{path}: {twice}");
            yield break;
        }

        for (int row = 0, line = csv.RawRow + 1; csv.Read(); row++, line = csv.RawRow + 1)
        {
            // What is wrong with a field comes out when it is asked for. A quote that is never closed takes all lines after it with it.
            bad = false;
            var fields = csv.Record!;
            var place = line >= csv.RawRow ? $"{path}, line {csv.RawRow}" : $"{path}, lines {line} to {csv.RawRow}";
            yield return Pair(
                $"{row}",
                name =>
                    bad
                        ? throw new EntryException(
                            "row is not CSV",
                            $"{place}: a text with quotes in it stands in quotes itself, its own doubled: \"a \"\"red\"\" car\""
                        )
                    : fields.Length != header.Count
                        ? throw new EntryException(
                            "row and header differ in their number of fields",
                            $"{place}: the row has {fields.Length} fields, the header {header.Count}; put texts with {(csv.Delimiter == "," ? "commas" : csv.Delimiter == ";" ? "semicolons" : "tabs")} in quotes"
                        )
                    : header.IndexOf(name) is >= 0 and var column ? fields[column]
                    : null,
                seen
            );
        }
    }

    /// <summary>The header has known words, so it tells the separator.</summary>
    static string SeparatorOf(string path)
    {
        using var reader = new StreamReader(TextFile.Open(path));
        var start = new char[LongestField];
        var header = new string(start, 0, reader.ReadBlock(start)).TrimStart('\r', '\n').Split('\r', '\n')[0];
        return Separators.MaxBy(separator =>
            Columns.Intersect(header.Split(separator).Select(name => name.Trim(' ', '"').ToLowerInvariant())).Count()
        )!;
    }

    Reading Entry(JsonEntry entry, HashSet<string> seen) =>
        Pair(entry.Name, field => field == "id" ? SourceEntry.Name(entry.Value, field) : SourceEntry.TextOrNull(entry.Value, field), seen);

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
