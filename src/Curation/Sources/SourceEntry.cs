using System.Text.Json;
using CsvHelper;
using SVco.Core;
using SVco.Curation.Candidates;
using SVco.Files;

namespace SVco.Curation.Sources;

/// <summary>An entry that cannot become a candidate; caught where entries are read and turned into a <see cref="RefusedEntry"/>.</summary>
sealed class EntryException(string reason, string detail = "") : Exception(reason)
{
    public string Reason => Message;
    public string Detail => detail;
}

/// <summary>What the readers share.</summary>
static class SourceEntry
{
    /// <summary>More is no caption; the chat formats cut at 128 tokens.</summary>
    public const int LongestCaption = 2000;

    /// <summary>A text field.</summary>
    /// <exception cref="EntryException">It is missing, of another type, empty, too long, or not valid Unicode.</exception>
    public static string Text(JsonElement entry, string field, int longest = LongestCaption)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw new EntryException("entry is not an object", $"it is {entry.ValueKind}");
        }

        if (!entry.TryGetProperty(field, out var value))
        {
            throw new EntryException($"{field} is missing");
        }

        return TextOf(value, field, longest);
    }

    /// <summary>A text.</summary>
    /// <exception cref="EntryException">It is of another type, empty, too long, or not valid Unicode.</exception>
    public static string TextOf(JsonElement value, string field, int longest = LongestCaption)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new EntryException($"{field} is not a text", $"it is {value.ValueKind}");
        }

        try
        {
            return Checked(value.GetString()!, field, longest);
        }
        catch (InvalidOperationException error)
        {
            throw new EntryException($"{field} is not valid Unicode", error.Message);
        }
    }

    /// <summary>A text.</summary>
    /// <exception cref="EntryException">It is empty, too long, or was not valid Unicode.</exception>
    public static string Checked(string? text, string field, int longest = LongestCaption) =>
        string.IsNullOrWhiteSpace(text) ? throw new EntryException($"{field} is empty")
        // What decoders put in the place of broken bytes.
        : text.Contains('\uFFFD') ? throw new EntryException($"{field} is not valid Unicode", "it holds U+FFFD")
        : text.Length > longest ? throw new EntryException($"{field} is too long", $"{text.Length} characters, at most {longest}")
        : text.Trim();

    /// <summary>A text field, unchecked; null when it is missing or null.</summary>
    /// <exception cref="EntryException">It is of another type.</exception>
    public static string? TextOrNull(JsonElement entry, string field) =>
        entry.ValueKind != JsonValueKind.Object ? throw new EntryException("entry is not an object", $"it is {entry.ValueKind}")
        : !entry.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new EntryException($"{field} is not a text", $"it is {value.ValueKind}");

    /// <summary>A field that names something: a number or a text; null when it is missing or null.</summary>
    /// <exception cref="EntryException">It is of another type.</exception>
    public static string? Name(JsonElement entry, string field)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw new EntryException("entry is not an object", $"it is {entry.ValueKind}");
        }

        return !entry.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.Number ? value.GetRawText()
            : value.ValueKind == JsonValueKind.String ? TextOf(value, field)
            : throw new EntryException($"{field} is neither a number nor a text", $"it is {value.ValueKind}");
    }

    /// <summary>The path of an image that was found.</summary>
    /// <exception cref="EntryException">It was not.</exception>
    public static string Path(ImageSearch search) => search.Path ?? throw new EntryException(search.Reason, search.Detail);

    /// <summary>What a reader makes of an entry, whatever is wrong with it; null for an entry that is none of its business.</summary>
    public static Reading? Read(string source, string kind, string key, Func<Candidate?> read)
    {
        try
        {
            return read() switch
            {
                null => null,
                var candidate when candidate.WCaption == candidate.LCaption => Refused("captions are equal", candidate.WCaption),
                var candidate => new Reading.Found(candidate),
            };
        }
        catch (EntryException error)
        {
            return Refused(error.Reason, error.Detail);
        }
        catch (UserException error)
        {
            return Refused("entry cannot be read", error.Message);
        }
        catch (InvalidOperationException error)
        {
            // System.Text.Json's word for half a surrogate, wherever it stands.
            return Refused("entry is not valid Unicode", error.Message);
        }

        Reading Refused(string reason, string detail) => new Reading.Refused(new(source, kind, Short(key), reason, detail));
    }

    /// <summary>
    /// The entries of a JSON file: of its list or object, or, as JSON Lines, an object a line. Where it stops being JSON is told as one more
    /// refusal; of JSON Lines, a broken line costs that line.
    /// </summary>
    public static IEnumerable<Reading> Entries(string source, string kind, string path, Func<JsonEntry, IEnumerable<Reading>> read) =>
        OfFile(source, kind, path, () => JsonStream.Read(path).SelectMany(Once(source, kind, read)));

    /// <summary>The same, where an object at the beginning is a line's and does not hold all entries by their names.</summary>
    public static IEnumerable<Reading> EntriesOrLines(
        string source,
        string kind,
        string path,
        Func<JsonEntry, IEnumerable<Reading>> read
    ) =>
        OfFile(
            source,
            kind,
            path,
            () =>
                IsLines(path)
                    ? Lines(source, kind, path, Once(source, kind, read))
                    : JsonStream.Read(path).SelectMany(Once(source, kind, read))
        );

    /// <summary>Refuses an entry that has a field twice: which of the two is meant cannot be told.</summary>
    static Func<JsonEntry, IEnumerable<Reading>> Once(string source, string kind, Func<JsonEntry, IEnumerable<Reading>> read) =>
        entry =>
            Twice(entry.Value) is { } name
                ? [new Reading.Refused(new(source, kind, Short(entry.Name), "a field is there twice", name))]
                : read(entry);

    static string? Twice(JsonElement entry)
    {
        try
        {
            return entry.ValueKind == JsonValueKind.Object
                ? entry.EnumerateObject().CountBy(field => field.Name).FirstOrDefault(field => field.Value > 1).Key
                : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair in a name, which the entry's reader tells.
            return null;
        }
    }

    /// <summary>What a file holds, up to its end or to where it cannot be read any further, which is told as one more refusal.</summary>
    public static IEnumerable<Reading> OfFile(string source, string kind, string path, Func<IEnumerable<Reading>> read)
    {
        if (!File.Exists(path))
        {
            yield return Refused("annotation file is missing", $"looked for {path}");
            yield break;
        }

        IEnumerator<Reading>? readings = null;
        try
        {
            for (Reading? next; ; )
            {
                Reading? broken = null;
                try
                {
                    readings ??= read().GetEnumerator();
                    next = readings.MoveNext() ? readings.Current : null;
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    (next, broken) = (null, Refused("annotation file is damaged", error.Message));
                }

                if ((next ?? broken) is { } reading)
                {
                    yield return reading;
                }

                if (next is null)
                {
                    yield break;
                }
            }
        }
        finally
        {
            readings?.Dispose();
        }

        Reading Refused(string reason, string detail) =>
            new Reading.Refused(new(source, kind, System.IO.Path.GetFileName(path), reason, detail));
    }

    static bool IsLines(string path)
    {
        using var reader = new StreamReader(TextFile.Open(path));
        int letter;
        while ((letter = reader.Read()) >= 0 && char.IsWhiteSpace((char)letter)) { }

        return letter == '{' || (letter != '[' && System.IO.Path.GetExtension(path).ToLowerInvariant() is ".jsonl" or ".ndjson");
    }

    static IEnumerable<Reading> Lines(string source, string kind, string path, Func<JsonEntry, IEnumerable<Reading>> read)
    {
        using var text = TextFile.Open(path);
        var (row, number) = (0, 0);
        foreach (var line in TextFile.Lines(text, path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var name = $"{row++}";
            JsonDocument? document = null;
            var fault = "";
            try
            {
                document = JsonDocument.Parse(line.Trim().TrimEnd(','), LineOptions);
            }
            catch (JsonException error)
            {
                fault = error.Message.Split(" LineNumber:")[0];
            }

            using (document)
            {
                foreach (
                    var reading in document is null
                        ? [new Reading.Refused(new(source, kind, name, "line is not JSON", $"{path}, line {number}: {fault}"))]
                        : read(new(name, document.RootElement))
                )
                {
                    yield return reading;
                }
            }
        }

        if (row == 0)
        {
            yield return new Reading.Refused(new(source, kind, System.IO.Path.GetFileName(path), "annotation file is empty", path));
        }
    }

    static readonly JsonDocumentOptions LineOptions = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    static string Short(string key) => key.Length <= 200 ? key : $"{key[..200]}...";
}
