using System.Threading.RateLimiting;
using SVco.Core;

namespace SVco.Chat;

/// <summary>The budget does not allow another call.</summary>
public sealed class BudgetException : Exception;

/// <summary>The server had no answer to one request, however often it was sent.</summary>
/// <param name="message">May be shown.</param>
public sealed class UnansweredException(string message) : Exception(message);

/// <summary>
/// Calls to a language model that cost money: each is journaled before it counts, and what is in the journal is never asked again. So many are
/// under way at a time, so many are begun in a minute, and none that might exceed the budget.
/// </summary>
public sealed class PaidCalls : IDisposable
{
    const double GraceSeconds = 10;

    readonly ChatEndpoint? client;
    readonly AnswerJournal journal;
    readonly ChatSettings settings;
    readonly TokenBucketRateLimiter limiter;
    readonly SemaphoreSlim slots;
    readonly CancellationTokenSource abort = new();
    readonly Lock gate = new();
    TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    double reserved;
    int underWay;
    int calls;

    /// <summary>Begins without a call.</summary>
    /// <param name="client">Whom to ask; null to find out what would be asked.</param>
    /// <param name="journal">Where answers go before they count.</param>
    /// <param name="settings">How to ask.</param>
    public PaidCalls(ChatEndpoint? client, AnswerJournal journal, ChatSettings settings)
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

    /// <summary>What all answers in the journal cost: what each cost when it was asked, or by today's prices where the journal does not say.</summary>
    /// <exception cref="UserException">One of the latter is of a model that the price table does not have.</exception>
    public double Spent =>
        journal.Paid + journal.Unpriced.Sum(model => settings.PriceOf(model.Key).Of(model.Value.Input, model.Value.Output));

    /// <summary>Calls that were answered in this run.</summary>
    public int Answered => Volatile.Read(ref calls);

    /// <summary>Leaves the calls under way a few seconds.</summary>
    public void EndSoon() => abort.CancelAfter(TimeSpan.FromSeconds(Math.Min(settings.TimeoutSeconds, GraceSeconds)));

    /// <summary>The answer to a request; null when it is not in the journal and there is nobody to ask.</summary>
    /// <param name="about">What it is about, such as a pair's id.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="attempt">How often it was asked before.</param>
    /// <param name="cancel">No further call is made; one under way is paid for and may come to its end, see <see cref="EndSoon"/>.</param>
    /// <exception cref="BudgetException">The call might exceed the budget.</exception>
    /// <exception cref="UnansweredException">The server did not answer.</exception>
    /// <exception cref="UserException">The server knows neither the key nor the address.</exception>
    public async Task<JournaledAnswer?> AskAsync(string about, ChatRequest request, int attempt, CancellationToken cancel)
    {
        var call = request.CallId(about, attempt);
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
            return await PaidAsync(client, call, about, request, cancel);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Stops the rate limit's clock.</summary>
    public void Dispose()
    {
        limiter.Dispose();
        slots.Dispose();
        abort.Dispose();
    }

    async Task<JournaledAnswer> PaidAsync(ChatEndpoint asked, string call, string about, ChatRequest request, CancellationToken cancel)
    {
        var most = settings.PriceOf(request.Model).Of(request.MostTokens, request.MaxOutputTokens);
        await ReserveAsync(most, cancel);
        try
        {
            using var lease = await limiter.AcquireAsync(1, cancel);
            var answer = Priced(await AskedAsync(asked, call, about, request));
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

    JournaledAnswer Priced(JournaledAnswer answer) =>
        answer with
        {
            Cost = settings.PriceOf(answer.Model).Of(ChatAnswer.Plausible(answer.InputTokens), ChatAnswer.Plausible(answer.OutputTokens)),
        };

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

    async Task<JournaledAnswer> AskedAsync(ChatEndpoint asked, string call, string about, ChatRequest request)
    {
        try
        {
            var reply = await asked.AskAsync(call, request, abort.Token);
            return new(
                call,
                about,
                request.Model,
                null,
                reply.InputTokens ?? request.ExpectedTokens,
                reply.OutputTokens ?? (long)Math.Min(reply.Body.Length / ChatRequest.LettersPerToken, request.MaxOutputTokens),
                reply.Body
            );
        }
        catch (ChatFailure error) when (error.Status == 400 && error.Message.Contains("content_", StringComparison.OrdinalIgnoreCase))
        {
            // A server's own censor (content_filter, content_policy_violation) minds this request only: a refusal like any other.
            return new(call, about, request.Model, "", 0, 0);
        }
    }
}
