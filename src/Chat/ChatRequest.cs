using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using SVco.Files;

namespace SVco.Chat;

/// <summary>What a language model is told, or told.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">The words.</param>
public sealed record ChatMessage(string Role, string Content);

/// <summary>A question to a language model.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Messages">What is asked.</param>
/// <param name="Temperature">Of sampling.</param>
/// <param name="MaxOutputTokens">The longest answer.</param>
/// <param name="Schema">The JSON schema of the answer; null where it is text.</param>
public sealed record ChatRequest(
    string Model,
    ImmutableArray<ChatMessage> Messages,
    double Temperature,
    int MaxOutputTokens,
    JsonElement? Schema = null
)
{
    const int LettersOfRole = 15;

    /// <summary>The letters of a token, on average.</summary>
    public const double LettersPerToken = 3.5;

    /// <summary>About the tokens that are sent.</summary>
    public long ExpectedTokens =>
        (long)((Messages.Sum(message => message.Content.Length + LettersOfRole) + SchemaLetters) / LettersPerToken);

    /// <summary>More tokens cannot be sent: none is shorter than a byte, whatever the model's tokenizer is.</summary>
    internal long MostTokens => Messages.Sum(message => Encoding.UTF8.GetByteCount(message.Content) + LettersOfRole) + SchemaLetters;

    int SchemaLetters => Schema?.GetRawText().Length ?? 0;

    /// <summary>Names a call.</summary>
    /// <param name="about">What it is about, such as a pair's id.</param>
    /// <param name="attempt">How often it was asked before.</param>
    public string CallId(string about, int attempt) =>
        ContentHash.Of(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{about}\n{Model}\n{Temperature:R}\n{MaxOutputTokens}\n{attempt}\n{string.Join('\n', Messages.Select(message => $"{message.Role}: {message.Content}"))}"
            )
        );

    // Records: of what can only be read, these options write nothing.
    sealed record Body(
        string Model,
        ImmutableArray<ChatMessage> Messages,
        double Temperature,
        int MaxCompletionTokens,
        Format? ResponseFormat
    );

    sealed record Format(string Type, NamedSchema JsonSchema);

    sealed record NamedSchema(string Name, JsonElement Schema);

    internal byte[] ToJson() =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Body(Model, Messages, Temperature, MaxOutputTokens, Schema is { } schema ? new("json_schema", new("texts", schema)) : null),
            JsonLines.Options
        );
}

/// <summary>A chat completion as it came, and what it says of its tokens.</summary>
/// <param name="Body">What the server sent.</param>
/// <param name="InputTokens">Tokens of the prompt; null where it does not say.</param>
/// <param name="OutputTokens">Tokens of the answer; null where it does not say.</param>
public sealed record ChatReply(string Body, long? InputTokens, long? OutputTokens);

/// <summary>The server gave no answer that could have been paid for; the message may be shown.</summary>
/// <param name="status">HTTP's, 0 when there was none.</param>
/// <param name="message">Why.</param>
public sealed class ChatFailure(int status, string message) : Exception(message)
{
    /// <summary>HTTP's status, 0 when there was none.</summary>
    public int Status => status;
}
