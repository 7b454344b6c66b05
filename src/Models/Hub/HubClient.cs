using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;
using SVco.Core;

namespace SVco.Models.Hub;

/// <summary>A revision as the server knows it.</summary>
/// <param name="Commit">The commit the revision is.</param>
/// <param name="Files">The repository's files.</param>
sealed record HubListing(string Commit, ImmutableArray<string> Files)
{
    /// <summary>Reads what a hub says of a revision.</summary>
    /// <param name="answer">What it said.</param>
    /// <param name="address">Where, for messages.</param>
    /// <param name="token">Does not appear in messages.</param>
    /// <exception cref="UserException">It is not a model's description.</exception>
    public static HubListing Parse(ReadOnlyMemory<byte> answer, Uri address, Secret token)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            var commit = json.RootElement.GetProperty("sha").GetString();
            var files = json
                .RootElement.GetProperty("siblings")
                .EnumerateArray()
                .Select(file => file.GetProperty("rfilename").GetString() ?? throw new JsonException("A file has no name."));
            return ModelFiles.IsPlainName(commit) ? new(commit!, [.. files.Distinct()]) : throw new JsonException("sha is no commit.");
        }
        catch (Exception error)
        {
            throw new UserException(
                $"The answer of {address} is not a model's description: {token.Hide(error.Message)} Is HF_ENDPOINT a model hub?"
            );
        }
    }
}

/// <summary>A file as the server knows it.</summary>
/// <param name="Name">Its name in the repository.</param>
/// <param name="Etag">Names its content; of a large file the SHA-256, of a small one git's hash.</param>
/// <param name="Size">Bytes.</param>
sealed record HubFile(string Name, string Etag, long Size)
{
    const int Sha256Letters = 64;
    const int Sha1Letters = 40;

    /// <summary>The hash that its content must have, in lower-case hexadecimal; null when the server's ETag is none.</summary>
    public string? Hash => Etag.Length is Sha256Letters or Sha1Letters && Etag.All(char.IsAsciiHexDigit) ? Etag.ToLowerInvariant() : null;

    /// <summary>The same hash of a content: the SHA-256, or git's, which is the SHA-1 of a header and the content.</summary>
    public async Task<string> HashOfAsync(Stream content, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(Etag.Length == Sha256Letters ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (Etag.Length == Sha1Letters)
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {content.Length}\0"));
        var buffer = new byte[1 << 20];
        while (await content.ReadAsync(buffer, cancel) is var count and > 0)
            hash.AppendData(buffer, 0, count);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>The server could not be reached, or the connection broke.</summary>
sealed class HubConnectionException(string message) : Exception(message);

/// <summary>The hub's HTTP interface. Requests are tried again when the server is busy or the network stumbles.</summary>
sealed class HubClient : IDisposable
{
    const int MostRedirects = 10;

    /// <summary>A listing has some hundred bytes a file.</summary>
    const int MostListingBytes = 16 << 20;

    const long MostWeightBytes = 1L << 40;
    const long MostSmallFileBytes = 1L << 28;
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    readonly HubSettings settings;
    readonly HubId id;
    readonly Secret token;
    readonly HttpClient http;

    public HubClient(HubSettings settings, HubId id)
    {
        this.settings = settings;
        this.id = id;
        token = new(settings.Token);
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
        return HubListing.Parse(await ReadAllAsync(response, cancel), address, token);
    }

    public Task<HubFile[]> DescribeAsync(string commit, IEnumerable<string> names, CancellationToken cancel) =>
        Task.WhenAll(names.Select(name => DescribeAsync(commit, name, cancel)));

    async Task<HubFile> DescribeAsync(string commit, string name, CancellationToken cancel)
    {
        var address = Address(settings, id, name, commit);
        using var response = await SendAsync(HttpMethod.Head, address, from: 0, stopWhenDescribed: true, cancel);
        if (!IsRedirect(response))
            RequireSuccess(response, name);
        var etag = Etag(Header(response, "X-Linked-ETag")) ?? Etag(Header(response, "ETag"));
        var size = Header(response, "X-Linked-Size") ?? (IsRedirect(response) ? null : ContentHeader(response, "Content-Length"));
        if (etag is null || size is null)
            throw new UserException($"{address}: the server does not say the file's ETag and size. Is HF_ENDPOINT a model hub?");
        var most = ModelFiles.IsSmallFile(name) ? MostSmallFileBytes : MostWeightBytes;
        return long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes <= most
            ? new(name, etag, bytes)
            : throw new UserException(
                $"{address}: the server says that the file has {token.Hide(size)} bytes; from 0 to {most} are possible. Is HF_ENDPOINT a model hub?"
            );
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
                                && !(AskedWait(attempt.Outcome.Result) > LongestWait)
                        ),
                    DelayGenerator = attempt =>
                        ValueTask.FromResult<TimeSpan?>(
                            AskedWait(attempt.Outcome.Result) ?? settings.RetryDelay * Math.Pow(2, attempt.AttemptNumber)
                        ),
                }
            )
            .AddTimeout(settings.Patience)
            .Build();

    /// <summary>How long a server asks to be left alone; who asks for hours is not waited for.</summary>
    static TimeSpan? AskedWait(HttpResponseMessage? response) => response?.Headers.RetryAfter?.Delta;

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, bool stopWhenDescribed, CancellationToken cancel)
    {
        for (var hops = 0; ; hops++)
        {
            using var request = new HttpRequestMessage(method, address);
            if (from > 0)
                request.Headers.Range = new RangeHeaderValue(from, null);
            if (settings.Token is not null && IsOwn(address))
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.Token);
            var response = await TrySendAsync(request, cancel);
            if (!IsRedirect(response) || response.Headers.Location is not { } location)
                return response;
            var isDescribed = Header(response, "X-Linked-ETag") is not null && Header(response, "X-Linked-Size") is not null;
            if (stopWhenDescribed && isDescribed)
                return response;
            response.Dispose();
            if (hops == MostRedirects)
                throw new UserException($"{Shown(address)}: the server redirects in circles. Is HF_ENDPOINT right?");
            if (!Uri.TryCreate(address, location, out var next) || next.Scheme is not ("http" or "https"))
                throw new UserException(
                    $"{Shown(address)}: the server redirects to {token.Hide(location.OriginalString)}, which is no web address; refused."
                );
            if (address.Scheme == "https" && next.Scheme != "https")
                throw new UserException($"{Shown(address)}: the server redirects to {Shown(next)}, which is not encrypted; refused.");
            address = next;
        }
    }

    async Task<HttpResponseMessage> TrySendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (Exception error)
        {
            cancel.ThrowIfCancellationRequested();

            // The library's exception stays out of it: it may quote the server, and the server the token.
            var server = Shown(request.RequestUri!);
            throw new HubConnectionException(
                error is Polly.Timeout.TimeoutRejectedException
                    ? $"{server} does not answer."
                    : $"{server} cannot be reached: {token.Hide(error.Message)}"
            );
        }
    }

    async Task<byte[]> ReadAllAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(settings.Patience);
        try
        {
            await response.Content.LoadIntoBufferAsync(MostListingBytes, patience.Token);
            return await response.Content.ReadAsByteArrayAsync(patience.Token);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new UserException(
                $"The answer of {settings.Endpoint} is longer than the {MostListingBytes} bytes of the longest model's description. Is HF_ENDPOINT a model hub?"
            );
        }
        catch (Exception error)
        {
            cancel.ThrowIfCancellationRequested();
            throw new HubConnectionException($"The connection to {settings.Endpoint} broke: {token.Hide(error.Message)}");
        }
    }

    void RequireSuccess(HttpResponseMessage response, string? file)
    {
        if (response.IsSuccessStatusCode)
            return;
        var what = file is null ? $"{id}" : $"{id}, file {file}";
        var status = (int)response.StatusCode;
        var who = Shown(response.RequestMessage!.RequestUri!);
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

    /// <summary>Without path and password, which a server that redirects may have made of the token.</summary>
    string Shown(Uri address) => token.Hide($"{address.Scheme}://{address.Authority}");

    static bool IsRedirect(HttpResponseMessage response) => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;

    static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.First() : null;

    static string? ContentHeader(HttpResponseMessage response, string name) =>
        response.Content.Headers.NonValidated.TryGetValues(name, out var values) ? values.First() : null;

    static string? Etag(string? header)
    {
        var tag = header?.Trim();
        var plain = tag?.StartsWith("W/", StringComparison.Ordinal) == true ? tag[2..] : tag;
        // A part of a file has this ending, and would be taken for a whole one.
        return plain?.Trim('"') is { } name && ModelFiles.IsPlainName(name) && !name.EndsWith(HubDownload.Incomplete) ? name : null;
    }
}
