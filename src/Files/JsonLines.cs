using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SVco.Core;

namespace SVco.Files;

/// <summary>Files of one JSON object a line: what the stages hand to each other. Reading and writing stream.</summary>
public static class JsonLines
{
    /// <summary>Names in snake case, enums by name, nothing for null; numbers that are not finite by their names.</summary>
    public static JsonSerializerOptions Options { get; } =
        StrictJson.Of(
            new()
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
                IgnoreReadOnlyProperties = true,
                NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
            }
        );

    /// <summary>The objects of a file that was written whole; a last line without its end counts. See <see cref="JsonLog"/> for one that grows.</summary>
    /// <param name="path">The file.</param>
    /// <param name="howToMake">What to do when it is missing, a sentence.</param>
    /// <exception cref="UserException">It is missing (at once), or a line is not what it should be (while reading).</exception>
    public static IEnumerable<T> Read<T>(string path, string howToMake) =>
        File.Exists(path) ? Whole<T>(path) : throw new UserException($"{path} does not exist yet. {howToMake}");

    /// <summary>Writes a file whole or not at all.</summary>
    /// <returns>The number of lines.</returns>
    public static int Write<T>(string path, IEnumerable<T> items)
    {
        var count = 0;
        AtomicOutput.WriteFile(
            path,
            stream =>
            {
                foreach (var item in items)
                {
                    JsonSerializer.Serialize(stream, item, Options);
                    stream.WriteByte((byte)'\n');
                    count++;
                }
            }
        );
        return count;
    }

    /// <summary>One object as a line without its end.</summary>
    public static byte[] Line<T>(T item) => JsonSerializer.SerializeToUtf8Bytes(item, Options);

    /// <summary>The lines of a stream as values.</summary>
    /// <param name="file">Read to its end.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="lastToo">Whether a last line without its end counts.</param>
    /// <param name="advice">What to do about a line that is broken.</param>
    internal static IEnumerable<T> Lines<T>(Stream file, string path, bool lastToo, string advice)
    {
        var number = 0;
        foreach (var (_, line) in InputFile.Each(path, "a file of JSON lines", CompleteLines.Of(file, lastToo)))
        {
            yield return Parse<T>(line, path, ++number, advice);
        }
    }

    static T Parse<T>(byte[] line, string path, int number, string advice)
    {
        try
        {
            return StrictJson.Read<T>(TextFile.Utf8(line, $"line {number}").Span, Options);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new UserException($"Line {number} of {path} is broken: {error.Message.TrimEnd('.')}. {advice}", error);
        }
    }

    static IEnumerable<T> Whole<T>(string path)
    {
        using var file = InputFile.Open(path);
        foreach (var item in Lines<T>(file, path, lastToo: true, "Make the file again with the command before."))
        {
            yield return item;
        }
    }
}
