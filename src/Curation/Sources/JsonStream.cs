using System.Text.Json;
using SVco.Core;

namespace SVco.Curation.Sources;

/// <summary>One entry of a JSON file.</summary>
/// <param name="Name">Its name in an object, its place from 0 in a list.</param>
/// <param name="Value">The value, valid until the next entry is asked for.</param>
readonly record struct JsonEntry(string Name, JsonElement Value);

/// <summary>Reads a JSON object or list of any size entry by entry; only one entry is in memory.</summary>
static class JsonStream
{
    const int FirstBuffer = 1 << 16;
    const int LongestEntry = 1 << 28;

    /// <summary>The entries of the file's object or list.</summary>
    /// <exception cref="UserException">While reading: the file is not JSON from some place on, or neither an object nor a list.</exception>
    public static IEnumerable<JsonEntry> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        var buffer = new byte[FirstBuffer];
        var state = new JsonReaderState(new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var (start, end, isLast, count, consumed) = (0, 0, false, 0, 0L);
        var place = Place.Outside;
        string? name = null;
        Fill();
        if (buffer.AsSpan(0, end).StartsWith("\uFEFF"u8))
        {
            start = 3;
        }

        while (place != Place.End)
        {
            var step = Next();
            if (step is null)
            {
                Fill();
            }
            else if (step.Value.Document is { } document)
            {
                using (document)
                {
                    yield return new(name ?? count.ToString(), document.RootElement);
                }

                count++;
                name = null;
            }
        }

        // One token or value; null when the buffer holds no whole one.
        (JsonDocument? Document, bool Moved)? Next()
        {
            var reader = new Utf8JsonReader(buffer.AsSpan(start, end - start), isLast, state);
            try
            {
                if (place is Place.InList or Place.AtValue)
                {
                    // A look ahead with a copy: a value begins or the list ends.
                    var value = reader;
                    if (!value.Read())
                    {
                        return isLast ? throw new JsonException("The file ends too early.") : null;
                    }

                    if (value.TokenType != JsonTokenType.EndArray || place == Place.AtValue)
                    {
                        if (!JsonDocument.TryParseValue(ref value, out var document))
                        {
                            return null;
                        }

                        place = place == Place.AtValue ? Place.InObject : Place.InList;
                        Advance(value);
                        return (document, true);
                    }
                }

                if (!reader.Read())
                {
                    return isLast ? throw new JsonException("The file ends too early.") : null;
                }

                place = (place, reader.TokenType) switch
                {
                    (Place.Outside, JsonTokenType.StartArray) => Place.InList,
                    (Place.Outside, JsonTokenType.StartObject) => Place.InObject,
                    (Place.Outside, _) => throw new JsonException("Entries come as an object or a list."),
                    (Place.InObject, JsonTokenType.PropertyName) => Place.AtValue,
                    _ => Place.End,
                };
                name = place == Place.AtValue ? reader.GetString() : null;
                Advance(reader);
                return (null, true);
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                throw new UserException(
                    $"{path}: this is not the JSON it should be after entry {count} (near byte {consumed + reader.BytesConsumed}). {error.Message.Split(" LineNumber:")[0]}",
                    error
                );
            }
        }

        void Advance(Utf8JsonReader reader)
        {
            state = reader.CurrentState;
            start += (int)reader.BytesConsumed;
            consumed += reader.BytesConsumed;
        }

        void Fill()
        {
            if (start > 0)
            {
                buffer.AsSpan(start, end - start).CopyTo(buffer);
                (start, end) = (0, end - start);
            }

            if (end == buffer.Length)
            {
                if (buffer.Length >= LongestEntry)
                {
                    throw new UserException($"{path}: entry {count} is longer than {LongestEntry} bytes; this is no file of pairs.");
                }

                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var read = file.Read(buffer, end, buffer.Length - end);
            isLast = read == 0;
            end += read;
        }
    }

    enum Place
    {
        Outside,
        InList,
        InObject,
        AtValue,
        End,
    }
}
