using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.RateLimiting;
using SVco.Core;
using SVco.Curation.Candidates;
using SVco.Files;

namespace SVco.Curation.Augmentation;

/// <summary>What came of a pair: its texts, or why it has none; without a client also how many calls it still needs, when no answer must be asked for again.</summary>
readonly record struct Written(PairTexts? Texts, string Reason = "", string Detail = "", int CallsLeft = 0);

/// <summary>The budget does not allow another call.</summary>
sealed class BudgetException : Exception;

/// <summary>The server had no answer to one request, however often it was sent.</summary>
sealed class UnansweredException(string message) : Exception(message);

/// <summary>Writes a pair's texts with two calls to a language model. An answer that is in the journal is taken from there.</summary>
sealed class ChatWriter : IDisposable
{
    const double LettersPerToken = 3.5;
    const int LettersOfRole = 15;
    const double GraceSeconds = 10;
    const int MostShown = 200;

    readonly ChatEndpoint? client;
    readonly AnswerJournal journal;
    readonly AugmentSettings settings;
    readonly TokenBucketRateLimiter limiter;
    readonly SemaphoreSlim slots;
    readonly CancellationTokenSource abort = new();
    readonly Lock gate = new();
    TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    double reserved;
    int underWay;
    int calls;

    /// <param name="client">Whom to ask; null to find out what would be asked.</param>
    /// <param name="journal">Where answers go before they count.</param>
    /// <param name="settings">How to ask.</param>
    public ChatWriter(ChatEndpoint? client, AnswerJournal journal, AugmentSettings settings)
    {
        (this.client, this.journal, this.settings, slots) = (client, journal, settings, new(settings.Concurrency));
        const int ticksPerMinute = 600;
        var perTick = Math.Max(1, settings.CallsPerMinute / ticksPerMinute);
        limiter = new(
            new()
            {
                TokenLimit = perTick,
                TokensPerPeriod = perTick,
                ReplenishmentPeriod = TimeSpan.FromMinutes((double)perTick / settings.CallsPerMinute),
                QueueLimit = int.MaxValue,
            }
        );
    }

    /// <summary>What all answers in the journal cost.</summary>
    /// <exception cref="UserException">One is of a model that the price table does not have.</exception>
    public double Spent => journal.Tokens.Sum(model => settings.PriceOf(model.Key).Of(model.Value.Input, model.Value.Output));

    /// <summary>Calls that were answered in this run.</summary>
    public int Calls => Volatile.Read(ref calls);

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
            price.Of((long)(Letters(messages, schema) / LettersPerToken), (long)(answer / LettersPerToken));
    }

    /// <summary>Leaves the calls under way a few seconds.</summary>
    public void EndSoon() => abort.CancelAfter(TimeSpan.FromSeconds(Math.Min(settings.TimeoutSeconds, GraceSeconds)));

    /// <summary>Stops the rate limit's clock.</summary>
    public void Dispose()
    {
        limiter.Dispose();
        slots.Dispose();
        abort.Dispose();
    }

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
            if (await AnswerAsync(pair, messages, schema, attempt, cancel) is not { } answer)
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

    // Null when the answer is not in the journal and there is nobody to ask.
    async Task<JournaledAnswer?> AnswerAsync(
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

        if (client is null)
        {
            return null;
        }

        await slots.WaitAsync(cancel);
        try
        {
            return await PaidAsync(client, call, pair, messages, schema, cancel);
        }
        finally
        {
            slots.Release();
        }
    }

    async Task<JournaledAnswer> PaidAsync(
        ChatEndpoint asked,
        string call,
        Candidate pair,
        List<ChatMessage> messages,
        JsonElement schema,
        CancellationToken cancel
    )
    {
        // No token is shorter than a byte, so the budget holds whatever the model's tokenizer is.
        var most = settings.PriceOf(settings.Model).Of(Bytes(messages, schema), settings.MaxOutputTokens);
        await ReserveAsync(most, cancel);
        try
        {
            using var lease = await limiter.AcquireAsync(1, cancel);
            var answer = await AskedAsync(asked, call, pair, messages, schema);
            await journal.AddAsync(answer);
            Interlocked.Increment(ref calls);
            return answer;
        }
        catch (ChatFailure error)
        {
            var told = $"{settings.BaseUrl} does not answer as it should: {error.Message.TrimEnd('.')}.";
            throw error.Status is 401 or 403 or 404 or (>= 300 and < 400)
                ? new UserException($"{told} What was answered is kept; run the command again to go on.")
                : new UnansweredException(told);
        }
        finally
        {
            lock (gate)
            {
                (reserved, underWay) = (reserved - most, underWay - 1);
                released.SetResult();
                released = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Reserves the most that a call can cost; waits for calls under way where only what they reserve is in the way.</summary>
    async Task ReserveAsync(double most, CancellationToken cancel)
    {
        for (; ; )
        {
            Task oneReleased;
            lock (gate)
            {
                if (Spent + reserved + most <= settings.Budget)
                {
                    (reserved, underWay) = (reserved + most, underWay + 1);
                    return;
                }

                if (underWay == 0)
                {
                    throw new BudgetException();
                }

                oneReleased = released.Task;
            }

            await oneReleased.WaitAsync(cancel);
        }
    }

    async Task<JournaledAnswer> AskedAsync(ChatEndpoint asked, string call, Candidate pair, List<ChatMessage> messages, JsonElement schema)
    {
        try
        {
            var reply = await asked.AskAsync(messages, schema, abort.Token);
            return new(
                call,
                pair.Id,
                settings.Model,
                null,
                reply.InputTokens ?? (long)(Letters(messages, schema) / LettersPerToken),
                reply.OutputTokens ?? (long)Math.Min(reply.Body.Length / LettersPerToken, settings.MaxOutputTokens),
                reply.Body
            );
        }
        catch (ChatFailure error) when (error.Status == 400 && error.Message.Contains("content_", StringComparison.OrdinalIgnoreCase))
        {
            // A server's own censor (content_filter, content_policy_violation) minds this pair only: a refusal like any other.
            return new(call, pair.Id, settings.Model, "", 0, 0);
        }
    }

    string CallId(Candidate pair, IEnumerable<ChatMessage> messages, int attempt)
    {
        var asked = string.Create(
            CultureInfo.InvariantCulture,
            $"{pair.Id}\n{settings.Model}\n{settings.Temperature:R}\n{settings.MaxOutputTokens}\n{attempt}\n{string.Join('\n', messages.Select(message => $"{message.Role}: {message.Content}"))}"
        );
        return ContentHash.Of(asked);
    }

    static long Letters(IEnumerable<ChatMessage> messages, JsonElement schema) =>
        messages.Sum(message => message.Content.Length + LettersOfRole) + schema.GetRawText().Length;

    static long Bytes(IEnumerable<ChatMessage> messages, JsonElement schema) =>
        messages.Sum(message => Encoding.UTF8.GetByteCount(message.Content) + LettersOfRole) + schema.GetRawText().Length;

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
