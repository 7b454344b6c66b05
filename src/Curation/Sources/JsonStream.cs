using System.Text.Json;
using SVco.Core;
using SVco.Files;

namespace SVco.Curation.Sources;

/// <summary>One entry of a JSON file.</summary>
/// <param name="Name">Its name in an object, its place from 0 in a list.</param>
/// <param name="Value">The value, valid until the next entry is asked for.</param>
readonly record struct JsonEntry(string Name, JsonElement Value);

/// <summary>Reads a JSON object or list of any size entry by entry; only one entry is in memory.</summary>
sealed class JsonStream : IDisposable
{
    const int FirstBuffer = 1 << 16;
    const int LongestEntry = 1 << 28;

    readonly string path;
    readonly Stream file;
    byte[] buffer = new byte[FirstBuffer];
    JsonReaderState state = new(new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
    int start;
    int end;
    bool isLast;
    int count;
    long consumed;
    Place place = Place.Outside;
    string? name;
    bool isDone;

    enum Place
    {
        Outside,
        InList,
        InObject,
        AtValue,
        End,
    }

    JsonStream(string path)
    {
        this.path = path;
        file = TextFile.Open(path);
        Fill();
    }

    /// <summary>The entries of the file's object or list.</summary>
    /// <exception cref="UserException">While reading: the file is not JSON from some place on, or neither an object nor a list.</exception>
    public static IEnumerable<JsonEntry> Read(string path)
    {
        using var stream = new JsonStream(path);
        while (!stream.isDone)
        {
            if (!stream.TryNext(out var document))
            {
                stream.Fill();
            }
            else if (document is not null)
            {
                using (document)
                {
                    yield return new(stream.name ?? stream.count.ToString(), document.RootElement);
                }

                stream.count++;
                stream.name = null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    /// <summary>Goes one token or one entry on; false when the buffer holds no whole one.</summary>
    bool TryNext(out JsonDocument? entry)
    {
        var reader = new Utf8JsonReader(buffer.AsSpan(start, end - start), isLast, state);
        entry = null;
        try
        {
            return IsAtEntry(reader) ? TryEntry(reader, out entry) : TryToken(reader);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserException(
                $"{path}: this is not the JSON it should be after entry {count} (near byte {consumed + reader.BytesConsumed}). {error.Message.Split(" LineNumber:")[0]}",
                error
            );
        }
    }

    /// <summary>Looks ahead with a copy of the reader: an entry begins, or the list ends.</summary>
    bool IsAtEntry(Utf8JsonReader ahead) =>
        place == Place.AtValue || (place == Place.InList && ahead.Read() && ahead.TokenType != JsonTokenType.EndArray);

    bool TryEntry(Utf8JsonReader reader, out JsonDocument? entry)
    {
        entry = null;
        if (!(reader.Read() && JsonDocument.TryParseValue(ref reader, out entry)))
        {
            return isLast ? throw new JsonException("The file ends too early.") : false;
        }

        place = place == Place.AtValue ? Place.InObject : Place.InList;
        Advance(reader);
        return true;
    }

    bool TryToken(Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            isDone = isLast && (place == Place.End ? true : throw new JsonException("The file ends too early."));
            return isDone;
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
        return true;
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
