using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;
using SVco.Core;

namespace SVco.Models.Hub;

/// <summary>A revision as the server knows it.</summary>
/// <param name="Commit">The commit the revision is.</param>
/// <param name="Files">The repository's files.</param>
sealed record HubListing(string Commit, ImmutableArray<string> Files);

/// <summary>A file as the server knows it.</summary>
/// <param name="Name">Its name in the repository.</param>
/// <param name="Etag">Names its content; of a large file the SHA-256.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">The SHA-256 of its content in lower-case hexadecimal; null when the server does not say it.</param>
sealed record HubFile(string Name, string Etag, long Size, string? Sha256);

/// <summary>The server could not be reached, or the connection broke.</summary>
sealed class HubConnectionException(string message, Exception? inner) : Exception(message, inner);

/// <summary>The hub's HTTP interface. Requests are tried again when the server is busy or the network stumbles.</summary>
sealed class HubClient : IDisposable
{
    const int MostRedirects = 10;
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    readonly HubSettings settings;
    readonly HubId id;
    readonly HttpClient http;

    public HubClient(HubSettings settings, HubId id)
    {
        this.settings = settings;
        this.id = id;
        http = new HttpClient(
            new ResilienceHandler(Pipeline(settings))
            {
                // Redirects are followed by hand: the token must not reach another host, and the first answer names the content.
                InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false },
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("svco");
        // Sizes and ranges are those of the file, so no compression.
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>The address of a file, at the revision of the id unless a commit is given.</summary>
    public static Uri Address(HubSettings settings, HubId id, string file, string? commit = null) =>
        new($"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/{id.Repository}/resolve/{commit ?? id.EscapedRevision}/{file}");

    public async Task<HubListing> ListAsync(CancellationToken cancel)
    {
        var address = new Uri($"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/api/models/{id.Repository}/revision/{id.EscapedRevision}");
        using var response = await SendAsync(HttpMethod.Get, address, from: 0, stopWhenDescribed: false, cancel);
        RequireSuccess(response, null);
        try
        {
            using var json = JsonDocument.Parse(await ReadAllAsync(response, cancel));
            var commit = json.RootElement.GetProperty("sha").GetString();
            var files = json
                .RootElement.GetProperty("siblings")
                .EnumerateArray()
                .Select(file => file.GetProperty("rfilename").GetString()!);
            return ModelFiles.IsPlainName(commit) ? new(commit!, [.. files]) : throw new JsonException("sha is no commit.");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserException(
                $"The answer of {address} is not a model's description ({error.Message}) Is HF_ENDPOINT a model hub?",
                error
            );
        }
    }

    public Task<HubFile[]> DescribeAsync(string commit, IEnumerable<string> names, CancellationToken cancel) =>
        Task.WhenAll(names.Select(name => DescribeAsync(commit, name, cancel)));

    async Task<HubFile> DescribeAsync(string commit, string name, CancellationToken cancel)
    {
        var address = Address(settings, id, name, commit);
        using var response = await SendAsync(HttpMethod.Head, address, from: 0, stopWhenDescribed: true, cancel);
        if (!IsRedirect(response))
            RequireSuccess(response, name);
        var linked = Etag(Header(response, "X-Linked-ETag"));
        var etag = linked ?? Etag(Header(response, "ETag"));
        var size =
            long.TryParse(Header(response, "X-Linked-Size"), out var bytes) ? bytes
            : IsRedirect(response) ? null
            : response.Content.Headers.ContentLength;
        return etag is null || size is null
            ? throw new UserException($"{address}: the server does not say the file's ETag and size. Is HF_ENDPOINT a model hub?")
            : new(name, etag, size.Value, linked is { Length: 64 } && linked.All(char.IsAsciiHexDigit) ? linked.ToLowerInvariant() : null);
    }

    /// <summary>The content from a byte on; the caller looks at the status, which is 200 when the server ignores ranges.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string commit, HubFile file, long from, CancellationToken cancel)
    {
        var response = await SendAsync(HttpMethod.Get, Address(settings, id, file.Name, commit), from, stopWhenDescribed: false, cancel);
        if (response.StatusCode != HttpStatusCode.RequestedRangeNotSatisfiable)
            RequireSuccess(response, file.Name);
        return response;
    }

    public void Dispose() => http.Dispose();

    static ResiliencePipeline<HttpResponseMessage> Pipeline(HubSettings settings) =>
        new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(
                new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = settings.Retries,
                    ShouldHandle = attempt =>
                        ValueTask.FromResult(
                            HttpClientResiliencePredicates.IsTransient(attempt.Outcome)
                                && attempt.Outcome.Exception
                                    is not HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
                        ),
                    DelayGenerator = attempt => ValueTask.FromResult<TimeSpan?>(Delay(settings, attempt)),
                }
            )
            .AddTimeout(settings.Patience)
            .Build();

    static TimeSpan Delay(HubSettings settings, RetryDelayGeneratorArguments<HttpResponseMessage> attempt)
    {
        var asked = attempt.Outcome.Result?.Headers.RetryAfter?.Delta;
        var doubled = settings.RetryDelay * Math.Pow(2, attempt.AttemptNumber);
        return asked is { } wait ? (wait < LongestWait ? wait : LongestWait) : doubled;
    }

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, bool stopWhenDescribed, CancellationToken cancel)
    {
        for (var hops = 0; ; hops++)
        {
            using var request = new HttpRequestMessage(method, address);
            if (from > 0)
                request.Headers.Range = new RangeHeaderValue(from, null);
            if (settings.Token is { } token && IsOwn(address))
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            var response = await TrySendAsync(request, cancel);
            if (!IsRedirect(response) || response.Headers.Location is not { } location)
                return response;
            var next = new Uri(address, location);
            var isDescribed = Header(response, "X-Linked-ETag") is not null && Header(response, "X-Linked-Size") is not null;
            if (stopWhenDescribed && isDescribed)
                return response;
            response.Dispose();
            if (hops == MostRedirects)
                throw new UserException($"{address}: the server redirects in circles. Is HF_ENDPOINT right?");
            if (address.Scheme == "https" && next.Scheme != "https")
                throw new UserException(
                    $"{address}: the server redirects to {next.GetLeftPart(UriPartial.Authority)}, which is not encrypted; refused."
                );
            address = next;
        }
    }

    async Task<HttpResponseMessage> TrySendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (Exception error) when (error is HttpRequestException or Polly.Timeout.TimeoutRejectedException)
        {
            throw new HubConnectionException(
                error is HttpRequestException
                    ? $"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} cannot be reached: {error.Message}"
                    : $"{request.RequestUri!.GetLeftPart(UriPartial.Authority)} does not answer.",
                error
            );
        }
    }

    async Task<byte[]> ReadAllAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(settings.Patience);
        try
        {
            return await response.Content.ReadAsByteArrayAsync(patience.Token);
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new HubConnectionException($"The connection to {settings.Endpoint} broke: {error.Message}", error);
        }
    }

    void RequireSuccess(HttpResponseMessage response, string? file)
    {
        if (response.IsSuccessStatusCode)
            return;
        var what = file is null ? $"{id}" : $"{id}, file {file}";
        var status = (int)response.StatusCode;
        var who = response.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Authority);
        var page = $"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/{id.Repository}";
        var reason = status switch
        {
            401 or 403 when settings.Token is null => $"the model is private or gated, or does not exist. Accept its terms on {page}"
                + " and set HF_TOKEN to a token of your account that may read it.",
            401 or 403 =>
                $"HF_TOKEN gives no access. Check that the token is valid and may read this model, and that you accepted the terms on {page}.",
            404 when file is null => $"there is no such model, or it has no revision '{id.Revision}'. Check the spelling on {page}.",
            404 => "the file is gone. Run again; if it stays so, name another revision (owner/name@revision).",
            429 => "too many requests. Wait some minutes; with HF_TOKEN set the limits are wider.",
            >= 500 =>
                $"the server has trouble of its own; tried {settings.Retries + 1} times. Run again later, what has been fetched is kept.",
            _ => "the answer was not expected. Check HF_ENDPOINT.",
        };
        response.Dispose();
        throw new UserException($"{what}: {who} answered {status}: {reason}");
    }

    bool IsOwn(Uri address) => address.Scheme == settings.Endpoint.Scheme && address.Authority == settings.Endpoint.Authority;

    static bool IsRedirect(HttpResponseMessage response) => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;

    static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.First() : null;

    static string? Etag(string? header)
    {
        var tag = header?.Trim();
        var plain = tag?.StartsWith("W/", StringComparison.Ordinal) == true ? tag[2..] : tag;
        return plain?.Trim('"') is { } name && ModelFiles.IsPlainName(name) ? name : null;
    }
}
