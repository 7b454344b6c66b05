using System.Collections.Immutable;
using System.Text.Json;
using SVco.Chat;
using SVco.Core;
using SVco.Curation.Candidates;

namespace SVco.Curation.Augmentation;

/// <summary>What came of a pair: its texts, or why it has none; without a client also how many calls it still needs, when no answer must be asked for again.</summary>
readonly record struct Written(PairTexts? Texts, string Reason = "", string Detail = "", int CallsLeft = 0);

/// <summary>Writes a pair's texts with two calls to a language model. An answer that is in the journal is taken from there.</summary>
sealed class ChatWriter : IDisposable
{
    const int MostShown = 200;

    readonly AugmentSettings settings;
    readonly PaidCalls calls;

    /// <param name="client">Whom to ask; null to find out what would be asked.</param>
    /// <param name="journal">Where answers go before they count.</param>
    /// <param name="settings">How to ask.</param>
    public ChatWriter(ChatEndpoint? client, AnswerJournal journal, AugmentSettings settings) =>
        (this.settings, calls) = (settings, new(client, journal, settings));

    /// <summary>What all answers in the journal cost.</summary>
    /// <exception cref="UserException">One is of a model that the price table does not have.</exception>
    public double Spent => calls.Spent;

    /// <summary>Calls that were answered in this run.</summary>
    public int Calls => calls.Answered;

    /// <summary>The texts of a pair.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="cancel">No further call is made; one under way is paid for and may come to its end, see <see cref="EndSoon"/>.</param>
    /// <exception cref="BudgetException">The next call might exceed the budget.</exception>
    /// <exception cref="UnansweredException">The server did not answer one of its requests.</exception>
    /// <exception cref="UserException">The server knows neither the key nor the address.</exception>
    public async Task<Written> WriteAsync(Candidate pair, CancellationToken cancel)
    {
        var (question, refused) = await AskAsync(
            pair,
            Prompts.Question(pair),
            QuestionSchema,
            json => Text(json, "question"),
            text => ContrastChecker.OfQuestion(pair, text),
            cancel
        );
        if (question is null)
        {
            return refused.CallsLeft > 0 ? new(null, CallsLeft: 2) : refused;
        }

        var (texts, alsoRefused) = await AskAsync(
            pair,
            Prompts.Texts(pair, question),
            TextsSchema,
            json => new PairTexts(Text(json, "question"), Text(json, "answer_1"), Text(json, "answer_2")),
            written => ContrastChecker.OfTexts(pair, written),
            cancel
        );
        return texts is null ? alsoRefused : new(texts);
    }

    /// <summary>About what a pair's calls cost when no answer must be asked for again and each is as long as the captions are.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="calls">2, or 1 when the question is there.</param>
    /// <param name="settings">How to ask.</param>
    public static double Estimate(Candidate pair, int calls, AugmentSettings settings)
    {
        var (price, question) = (settings.PriceOf(settings.Model), new string('x', 80));
        return (calls > 1 ? Call(Prompts.Question(pair), QuestionSchema, 20 + question.Length) : 0)
            + Call(Prompts.Texts(pair, question), TextsSchema, 60 + question.Length + pair.WCaption.Length + pair.LCaption.Length);

        double Call(List<ChatMessage> messages, JsonElement schema, int answer) =>
            price.Of(Request(messages, schema, settings).ExpectedTokens, (long)(answer / ChatRequest.LettersPerToken));
    }

    /// <summary>Leaves the calls under way a few seconds.</summary>
    public void EndSoon() => calls.EndSoon();

    /// <summary>Stops the rate limit's clock.</summary>
    public void Dispose() => calls.Dispose();

    async Task<(T? Value, Written Refused)> AskAsync<T>(
        Candidate pair,
        List<ChatMessage> messages,
        JsonElement schema,
        Func<JsonElement, T> read,
        Func<T, ImmutableArray<string>> breachesOf,
        CancellationToken cancel
    )
        where T : class
    {
        var detail = "";
        for (var attempt = 0; attempt <= settings.Retries; attempt++)
        {
            if (await calls.AskAsync(pair.Id, Request(messages, schema, settings), attempt, cancel) is not { } answer)
            {
                return (null, new(null, CallsLeft: 1));
            }

            if (answer.Written is not { } text)
            {
                return (
                    null,
                    new(null, "the answer cannot be read", answer.Body!.Length > MostShown ? answer.Body[..MostShown] : answer.Body)
                );
            }

            var (value, breaches) = Understood(text, read, breachesOf);
            if (breaches.IsEmpty)
            {
                return (value, default);
            }

            detail = string.Join(' ', breaches);
            messages = Prompts.Again(messages, text.Length > 0 ? text : "(no answer)", breaches);
        }

        return (null, new(null, "answers break a law", detail));
    }

    static (T? Value, ImmutableArray<string> Breaches) Understood<T>(
        string answer,
        Func<JsonElement, T> read,
        Func<T, ImmutableArray<string>> breachesOf
    )
        where T : class
    {
        if (answer.Length == 0)
        {
            return (null, ["There is no answer."]);
        }

        try
        {
            using var json = JsonDocument.Parse(answer);
            var value = read(json.RootElement);
            return (value, breachesOf(value));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second for half a letter (a lone surrogate), which JSON may have and a text may not.
            return (null, [$"It is not the JSON asked for: {error.Message}"]);
        }
    }

    static ChatRequest Request(IEnumerable<ChatMessage> messages, JsonElement schema, AugmentSettings settings) =>
        new(settings.Model, [.. messages], settings.Temperature, settings.MaxOutputTokens, schema);

    static string Text(JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(field, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString()!.Trim() is var text
        && !text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t'))
            ? text
            : throw new JsonException($"The field \"{field}\" must be a text without control characters.");

    static readonly JsonElement QuestionSchema = Schema("question");
    static readonly JsonElement TextsSchema = Schema("question", "answer_1", "answer_2");

    static JsonElement Schema(params ReadOnlySpan<string> fields) =>
        JsonSerializer.SerializeToElement(
            new
            {
                type = "object",
                properties = fields.ToArray().ToDictionary(field => field, _ => new { type = "string" }),
                required = fields.ToArray(),
                additionalProperties = false,
            }
        );
}
