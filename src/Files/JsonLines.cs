using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SVco.Core;

namespace SVco.Files;

/// <summary>Files of one JSON object a line: what the stages hand to each other. Reading and writing stream.</summary>
public static class JsonLines
{
    /// <summary>
    /// Names in snake case, enums by name, nothing for null; numbers that are not finite by their names. What is not declared to be null
    /// must be there.
    /// </summary>
    public static JsonSerializerOptions Options { get; } =
        new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            IgnoreReadOnlyProperties = true,
            RespectNullableAnnotations = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireTexts } },
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter() },
        };

    /// <summary>The objects of a file that was written whole; a last line without its end counts. See <see cref="JsonLog"/> for one that grows.</summary>
    /// <param name="path">The file.</param>
    /// <param name="howToMake">What to do when it is missing, a sentence.</param>
    /// <exception cref="UserException">It is missing (at once), or a line is not what it should be (while reading).</exception>
    public static IEnumerable<T> Read<T>(string path, string howToMake) =>
        File.Exists(path) ? Lines<T>(path) : throw new UserException($"{path} does not exist yet. {howToMake}");

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

    static void RequireTexts(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            // What is only written may have properties that nothing sets.
            property.IsRequired |=
                property.Set is not null
                && property.AssociatedParameter is { IsNullable: false, HasDefaultValue: false, ParameterType.IsValueType: false };
        }
    }

    internal static T Parse<T>(ReadOnlySpan<byte> line, string path, int number, string advice)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Options) ?? throw new JsonException("It is null.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserException($"Line {number} of {path} is broken: {error.Message} {advice}", error);
        }
    }

    static IEnumerable<T> Lines<T>(string path)
    {
        using var reader = new StreamReader(TextFile.Open(path));
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            yield return Parse<T>(Encoding.UTF8.GetBytes(line), path, number, "Make the file again with the command before.");
        }
    }
}
