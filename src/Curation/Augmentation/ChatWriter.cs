using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.Extensions.AI;
using SVco.Core;
using SVco.Core.Curation;

namespace SVco.Curation.Augmentation;

/// <summary>What came of a pair: its texts, or why it has none.</summary>
readonly record struct Written(PairTexts? Texts, string Reason = "", string Detail = "");

/// <summary>The budget does not allow another call.</summary>
sealed class BudgetException : Exception;

/// <summary>Writes a pair's texts with two calls to a language model. An answer that is in the journal is taken from there.</summary>
sealed class ChatWriter : IDisposable
{
    const double LettersPerToken = 3.5;

    readonly IChatClient client;
    readonly AnswerJournal journal;
    readonly AugmentSettings settings;
    readonly TokenBucketRateLimiter limiter;
    readonly Lock gate = new();
    double reserved;

    public ChatWriter(IChatClient client, AnswerJournal journal, AugmentSettings settings)
    {
        (this.client, this.journal, this.settings) = (client, journal, settings);
        const int ticksPerMinute = 600;
        var perTick = Math.Max(1, settings.CallsPerMinute / ticksPerMinute);
        limiter = new(
            new()
            {
                TokenLimit = Math.Max(perTick, Math.Min(settings.Concurrency, settings.CallsPerMinute)),
                TokensPerPeriod = perTick,
                ReplenishmentPeriod = TimeSpan.FromMinutes((double)perTick / settings.CallsPerMinute),
                QueueLimit = int.MaxValue,
            }
        );
    }

    /// <summary>What all answers in the journal cost.</summary>
    public double Spent => settings.Price.Of(journal.InputTokens, journal.OutputTokens);

    /// <summary>The texts of a pair.</summary>
    /// <exception cref="BudgetException">The next call might exceed the budget.</exception>
    /// <exception cref="UserException">The server cannot be reached or refuses the request.</exception>
    public async Task<Written> WriteAsync(Candidate pair, CancellationToken cancel)
    {
        var (question, _, refused) = await AskAsync(
            pair,
            Prompts.Question(pair),
            QuestionSchema,
            json => Text(json, "question"),
            text => ContrastChecker.OfQuestion(pair, text),
            cancel
        );
        if (question is null)
        {
            return refused;
        }

        var (texts, _, alsoRefused) = await AskAsync(
            pair,
            Prompts.Texts(pair, question),
            TextsSchema,
            json => new PairTexts(Text(json, "question"), Text(json, "answer_1"), Text(json, "answer_2")),
            written => ContrastChecker.OfTexts(pair, written),
            cancel
        );
        return texts is null ? alsoRefused : new(texts);
    }

    /// <summary>The most that the two calls of a pair cost when no answer must be asked for again and each is as long as captions are.</summary>
    public static double Estimate(Candidate pair, AugmentSettings settings)
    {
        var answer = pair.PositiveCaption.Length + pair.NegativeCaption.Length + 200;
        return settings.Price.Of(
            Tokens(Prompts.Question(pair)) + Tokens(Prompts.Texts(pair, new('x', 80))),
            (long)((answer + 120) / LettersPerToken)
        );
    }

    /// <summary>Stops the rate limit's clock.</summary>
    public void Dispose() => limiter.Dispose();

    async Task<(T? Value, string Answer, Written Refused)> AskAsync<T>(
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
            var answer = await AnswerAsync(pair, messages, schema, attempt, cancel);
            var (value, breaches) = Understood(answer.Text, read, breachesOf);
            if (breaches.IsEmpty)
            {
                return (value, answer.Text, default);
            }

            detail = string.Join(' ', breaches);
            messages = Prompts.Again(messages, answer.Text.Length > 0 ? answer.Text : "(no answer)", breaches);
        }

        return (null, "", new(null, "answers break a law", detail));
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
        catch (JsonException error)
        {
            return (null, [$"It is not the JSON asked for: {error.Message}"]);
        }
    }

    async Task<JournaledAnswer> AnswerAsync(
        Candidate pair,
        List<ChatMessage> messages,
        JsonElement schema,
        int attempt,
        CancellationToken cancel
    )
    {
        var call = CallId(pair, messages, attempt);
        if (journal.Find(call) is { } known)
        {
            return known;
        }

        var most = settings.Price.Of(Tokens(messages), settings.MaxOutputTokens);
        lock (gate)
        {
            if (Spent + reserved + most > settings.Budget)
            {
                throw new BudgetException();
            }

            reserved += most;
        }

        try
        {
            using var lease = await limiter.AcquireAsync(1, cancel);
            var response = await client.GetResponseAsync(
                messages,
                new()
                {
                    Temperature = (float)settings.Temperature,
                    MaxOutputTokens = settings.MaxOutputTokens,
                    ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "texts"),
                },
                cancel
            );
            var answer = new JournaledAnswer(
                call,
                pair.Id,
                response.Text,
                response.Usage?.InputTokenCount ?? Tokens(messages),
                response.Usage?.OutputTokenCount ?? (long)(response.Text.Length / LettersPerToken)
            );
            await journal.AddAsync(answer);
            return answer;
        }
        catch (Exception error)
            when (error is System.ClientModel.ClientResultException or HttpRequestException or Polly.Timeout.TimeoutRejectedException)
        {
            throw new UserException(
                $"{settings.BaseUrl} does not answer as it should: {error.Message.ReplaceLineEndings(" ")} "
                    + "What was answered is kept; run the command again to go on.",
                error
            );
        }
        finally
        {
            lock (gate)
            {
                reserved -= most;
            }
        }
    }

    string CallId(Candidate pair, IEnumerable<ChatMessage> messages, int attempt)
    {
        var asked = string.Create(
            CultureInfo.InvariantCulture,
            $"{pair.Id}\n{settings.Model}\n{settings.Temperature:R}\n{settings.MaxOutputTokens}\n{attempt}\n{string.Join('\n', messages.Select(message => $"{message.Role}: {message.Text}"))}"
        );
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)));
    }

    static long Tokens(IEnumerable<ChatMessage> messages) =>
        (long)(messages.Sum(message => message.Text.Length + 15) / LettersPerToken) + 1;

    static string Text(JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!.Trim()
            : throw new JsonException($"The field \"{field}\" must be a text.");

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
