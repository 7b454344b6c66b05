using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Http.Resilience;
using OpenAI;
using Polly;
using SVco.Core;
using SVco.Files;

namespace SVco.Curation.Augmentation;

/// <summary>A chat client for an OpenAI-compatible endpoint whose requests are sent again when the server or the network stumbles.</summary>
static class ChatEndpoint
{
    /// <summary>Makes the client; the key is read from its variable and never written anywhere.</summary>
    /// <exception cref="UserException">The variable is not set, or what it holds cannot be a key.</exception>
    public static IChatClient Open(AugmentSettings settings)
    {
        var key = settings.KeyVariable.Length == 0 ? null : Key(settings);
        var http = new HttpClient(new ResilienceHandler(Pipeline(settings)) { InnerHandler = new Attempt(key) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var options = new OpenAIClientOptions
        {
            Endpoint = new(settings.BaseUrl),
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        return new OpenAI.Chat.ChatClient(settings.Model, new ApiKeyCredential(key ?? "none"), options).AsIChatClient();
    }

    static string Key(AugmentSettings settings) =>
        Environment.GetEnvironmentVariable(settings.KeyVariable)?.Trim() switch
        {
            null or "" => throw new UserException(
                $"The variable {settings.KeyVariable} is not set. Put the key of {settings.BaseUrl} into it, or set augment: key_variable."
            ),
            // As a header it would be refused with a message that shows it.
            var key when key.Any(letter => letter is <= ' ' or > '~') => throw new UserException(
                $"The variable {settings.KeyVariable} holds spaces, line ends or letters that no key has. Put only the key of {settings.BaseUrl} into it."
            ),
            var key => key,
        };

    static ResiliencePipeline<HttpResponseMessage> Pipeline(AugmentSettings settings)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage>();
        if (settings.RequestRetries > 0)
        {
            builder.AddRetry(
                new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = settings.RequestRetries,
                    Delay = TimeSpan.FromSeconds(settings.RetryDelaySeconds),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    ShouldRetryAfterHeader = true,
                }
            );
        }

        return builder.AddTimeout(TimeSpan.FromSeconds(settings.TimeoutSeconds)).Build();
    }

    /// <summary>
    /// One sending of a request. Equal requests say so: a server that knows the header answers the second without charging for it.
    /// </summary>
    sealed class Attempt(string? key) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            if (request.Content is { } content)
            {
                await content.LoadIntoBufferAsync(cancel);
                var body = await content.ReadAsByteArrayAsync(cancel);
                request.Headers.Remove("Idempotency-Key");
                request.Headers.Add("Idempotency-Key", ContentHash.Of(body));
            }

            // The whole answer belongs to the attempt, so that one cut off half-way is asked for again.
            var response = await base.SendAsync(request, cancel);
            await response.Content.LoadIntoBufferAsync(cancel);
            if (!response.IsSuccessStatusCode)
            {
                await HideKeyAsync(response, cancel);
            }
            else if (!IsAnswer(await response.Content.ReadAsByteArrayAsync(cancel)))
            {
                response.Dispose();
                throw new HttpRequestException("The body of its answer is no chat completion.");
            }

            return response;
        }

        /// <summary>Proxies like to answer 200 with a page of their own, and servers under load with half of what they meant.</summary>
        static bool IsAnswer(byte[] body)
        {
            try
            {
                using var json = JsonDocument.Parse(body);
                return json.RootElement is { ValueKind: JsonValueKind.Object } answer
                    && answer.TryGetProperty("choices", out var choices)
                    && choices.ValueKind == JsonValueKind.Array
                    && choices.GetArrayLength() > 0
                    && choices[0].ValueKind == JsonValueKind.Object
                    && choices[0].TryGetProperty("message", out var message)
                    && message.ValueKind == JsonValueKind.Object;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        /// <summary>Servers and proxies like to repeat in an error what they were sent, and people see the error.</summary>
        async Task HideKeyAsync(HttpResponseMessage response, CancellationToken cancel)
        {
            var text = await response.Content.ReadAsStringAsync(cancel);
            if (key is not null && text.Contains(key, StringComparison.Ordinal))
            {
                var shown = new StringContent(text.Replace(key, "(key)", StringComparison.Ordinal));
                shown.Headers.ContentType = response.Content.Headers.ContentType;
                response.Content.Dispose();
                response.Content = shown;
            }
        }
    }
}
