using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SVco.Core;
using SVco.Files;

namespace SVco.Chat;

/// <summary>
/// A chat client for an OpenAI-compatible endpoint, whose requests are sent again when the server or the network stumbles. All that a server
/// sends comes through here, and what leaves here has nothing of the key in it.
/// </summary>
public sealed class ChatEndpoint : IDisposable
{
    /// <summary>The most bytes of an answer; that of a call has some thousand.</summary>
    const int MostBytes = 1 << 20;

    /// <summary>The most bytes of an error that are looked at.</summary>
    const int MostErrorBytes = 1 << 16;

    const int MostRedirects = 5;
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    readonly ChatSettings settings;
    readonly string? key;
    readonly Secret secret;
    readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Reads the key from its variable; it is sent to the endpoint and never written anywhere.</summary>
    /// <exception cref="UserException">The variable is not set, or what it holds cannot be a key.</exception>
    public ChatEndpoint(ChatSettings settings)
    {
        this.settings = settings;
        key = settings.KeyVariable.Length == 0 ? null : Key(settings);
        secret = new(key);
    }

    /// <summary>Asks for one answer.</summary>
    /// <param name="call">Names the call: a server that knows it answers it again without charging for it again.</param>
    /// <param name="asked">What is asked.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ChatFailure">There is no answer, however often it was asked for.</exception>
    public async Task<ChatReply> AskAsync(string call, ChatRequest asked, CancellationToken cancel)
    {
        var request = asked.ToJson();
        ChatReply? paid = null;
        for (var sent = 0; ; sent++)
        {
            var attempt = await TrySendAsync(call, request, cancel);
            paid = attempt.Reply ?? paid;
            if (attempt.Failure is null || !attempt.MayPass || sent == settings.RequestRetries)
            {
                return paid ?? throw attempt.Failure!;
            }

            var doubled = settings.RetryDelaySeconds * Math.Pow(2, sent) * (0.5 + Random.Shared.NextDouble());
            await Task.Delay(attempt.Wait ?? TimeSpan.FromSeconds(Math.Min(doubled, LongestWait.TotalSeconds)), cancel);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    static string Key(ChatSettings settings) =>
        Environment.GetEnvironmentVariable(settings.KeyVariable)?.Trim() switch
        {
            null or "" => throw new UserException(
                $"The variable {settings.KeyVariable} is not set. Put the key of {settings.BaseUrl} into it, or name another variable with {settings.Named("key_variable")}."
            ),
            // As a header it would be refused with a message that shows it.
            var key when key.Any(letter => letter is <= ' ' or > '~') => throw new UserException(
                $"The variable {settings.KeyVariable} holds spaces, line ends or letters that no key has. Put only the key of {settings.BaseUrl} into it."
            ),
            var key => key,
        };

    async Task<Attempt> TrySendAsync(string call, byte[] request, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(settings.TimeoutSeconds));
        try
        {
            return await SendAsync(call, request, patience.Token);
        }
        catch (Exception error)
        {
            cancel.ThrowIfCancellationRequested();

            // The library's exception stays out of it: it may quote the server, and the server the key.
            var told =
                error is OperationCanceledException
                    ? FormattableString.Invariant($"no whole answer within {settings.TimeoutSeconds} seconds")
                    : secret.Hide(error.Message);
            return new(null, new(0, told), MayPass: true);
        }
    }

    async Task<Attempt> SendAsync(string call, byte[] body, CancellationToken cancel)
    {
        var address = new Uri($"{settings.BaseUrl.Trim().TrimEnd('/')}/chat/completions");
        for (var hops = 0; ; hops++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.UserAgent.ParseAdd("svco");
            // A server that knows this header answers an equal request without charging for it again.
            request.Headers.Add("Idempotency-Key", call);
            request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if ((int)response.StatusCode is < 300 or > 399)
            {
                return response.IsSuccessStatusCode ? await AnswerAsync(response, cancel) : await ErrorAsync(response, cancel);
            }

            var next = response.Headers.Location is { } location && Uri.TryCreate(address, location, out var absolute) ? absolute : null;
            var repeats = response.StatusCode is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
            if (!repeats || next is null || next.Scheme != address.Scheme || next.Authority != address.Authority || hops == MostRedirects)
            {
                return new(null, Redirected((int)response.StatusCode, next));
            }

            address = next;
        }
    }

    ChatFailure Redirected(int status, Uri? next) =>
        new(
            status,
            $"it answers {status} and redirects{(next is null ? "" : $" to {secret.Hide($"{next.Scheme}://{next.Authority}")}")}, which is refused: "
                + $"texts and key go to no other address than the one of {settings.Named("base_url")}. If the other is right, set it there."
        );

    async Task<Attempt> AnswerAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var (bytes, isWhole) = await ReadAsync(response, MostBytes, cancel);
        var body = Decoded(bytes);
        var (input, output) = ChatAnswer.Tokens(body);
        var kept = secret.IsIn(bytes) || secret.IsIn(body) ? "The answer repeats the API key, so it was not kept." : body;
        if (ChatAnswer.IsCompletion(body))
        {
            return new(new(kept, input, output), null);
        }

        // Half of a completion was paid for like a whole one, so it is kept when no better one comes.
        var isPart = body.Contains("\"choices\"", StringComparison.Ordinal);
        var failure = new ChatFailure(
            (int)response.StatusCode,
            isWhole ? "the body of its answer is no chat completion." : $"its answer is longer than {MostBytes} bytes."
        );
        return new(isPart ? new(kept, input, output) : null, failure, MayPass: isWhole);
    }

    async Task<Attempt> ErrorAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        var (bytes, _) = await ReadAsync(response, MostErrorBytes, cancel);
        var words = secret.IsIn(bytes) && !secret.IsIn(Decoded(bytes)) ? "" : secret.Hide(ChatAnswer.Error(Decoded(bytes)));
        var asked = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - DateTimeOffset.UtcNow : null;
        var wait = asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
        return new(
            null,
            new(
                status,
                $"status {status} ({response.StatusCode}){(words.Length > 0 ? $": {words}" : "")}{(wait > LongestWait ? $" It asks to wait until {DateTimeOffset.UtcNow + wait:u}." : "")}"
            ),
            MayPass: status is 408 or 429 or >= 500 && !(wait > LongestWait),
            wait
        );
    }

    /// <summary>The first bytes of a body, and whether they are all.</summary>
    static async Task<(byte[] Bytes, bool IsWhole)> ReadAsync(HttpResponseMessage response, int most, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        using var read = new MemoryStream();
        var buffer = new byte[1 << 14];
        while (read.Length <= most)
        {
            var count = await body.ReadAsync(buffer, cancel);
            if (count == 0)
            {
                return (read.ToArray(), true);
            }

            read.Write(buffer, 0, count);
        }

        return (read.ToArray(), false);
    }

    /// <summary>JSON is UTF-8, whatever a header says, unless a byte order mark says otherwise. What is neither becomes U+FFFD.</summary>
    static string Decoded(byte[] bytes) => new StreamReader(new MemoryStream(bytes), Encoding.UTF8).ReadToEnd().Trim();

    /// <summary>What came of sending a request once.</summary>
    /// <param name="Reply">What was paid for.</param>
    /// <param name="Failure">Why it is not what was asked for; null when it is.</param>
    /// <param name="MayPass">Whether the same request may be answered another time.</param>
    /// <param name="Wait">How long the server asks to wait before.</param>
    sealed record Attempt(ChatReply? Reply, ChatFailure? Failure, bool MayPass = false, TimeSpan? Wait = null);
}
