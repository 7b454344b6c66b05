using System.Text.Json;

namespace SVco.Chat;

/// <summary>
/// What is read of the body of an answer: the text, and the tokens it was charged for. Nothing else in it matters, so nothing else is
/// looked at, and nothing in it can make reading fail.
/// </summary>
public static class ChatAnswer
{
    /// <summary>More tokens than a call of ours can have.</summary>
    const long MostTokens = 1_000_000;

    /// <summary>Whether it is a chat completion. Proxies like to answer 200 with a page of their own, and servers under load with half of what they meant.</summary>
    public static bool IsCompletion(string body) => Read(body, json => Message(json).ValueKind == JsonValueKind.Object);

    /// <summary>What the model wrote, empty for a refusal; null when it cannot be read.</summary>
    public static string? Text(string body) =>
        Read(
            body,
            json =>
                Message(json).TryGetProperty("content", out var content)
                    ? content.ValueKind switch
                    {
                        JsonValueKind.Null => "",
                        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString())),
                        _ => content.GetString(),
                    }
                    : ""
        )
            is { } text
        && !text.Contains('\uFFFD')
            ? text
            : null;

    /// <summary>Tokens of the prompt and of the answer; null where the server does not say them, or what no call can have.</summary>
    public static (long? Input, long? Output) Tokens(string body) =>
        (Read(body, json => Count(json, "prompt_tokens")), Read(body, json => Count(json, "completion_tokens")));

    /// <summary>What the body of an error says: its code and message, or the body itself when it has none.</summary>
    public static string Error(string body) =>
        Read(
            body,
            json =>
                json.GetProperty("error") is { ValueKind: JsonValueKind.String } words ? words.GetString() : Said(json.GetProperty("error"))
        ) ?? body;

    /// <summary>A count of tokens as far as a call can have so many.</summary>
    public static long Plausible(long tokens) => Math.Clamp(tokens, 0, MostTokens);

    static string Said(JsonElement error) =>
        string.Join(
            ": ",
            new[] { "code", "message" }
                .Select(field => error.TryGetProperty(field, out var value) ? value.ToString() : "")
                .Where(text => text.Length > 0)
        );

    static JsonElement Message(JsonElement json) => json.GetProperty("choices")[0].GetProperty("message");

    static long? Count(JsonElement json, string field) =>
        json.GetProperty("usage").GetProperty(field).GetInt64() is var tokens && tokens is > 0 and <= MostTokens ? tokens : null;

    static T? Read<T>(string body, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return read(json.RootElement);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Not JSON, another kind of value than asked for, half a letter: whatever it is, it is not there.
            return default;
        }
    }
}
