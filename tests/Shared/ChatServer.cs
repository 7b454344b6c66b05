using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SVco.Tests;

/// <summary>What a chat server does instead of answering as asked.</summary>
enum ChatFault
{
    None,
    TooManyRequests,
    ServerError,
    Hang,
    BodyCutOff,
    JsonCutOff,
    WrongSchema,
    Refusal,
    ContentFilter,
    ContextTooLong,
    Unauthorized,
    Page,
    HalfCompletion,
    NoChoices,
}

/// <summary>A chat server on loopback that speaks OpenAI's protocol and misbehaves as it is told; it remembers which requests it answered in full.</summary>
sealed class ChatServer : IDisposable
{
    readonly HttpListener listener = new();
    readonly Func<int, string, ChatFault> faultOf;
    readonly int retryAfter;
    readonly Stopwatch clock = Stopwatch.StartNew();
    int requests;

    /// <summary>Most faults in turn, rare enough that no request meets one each time it is sent again.</summary>
    public static ChatFault InTurn(int request, string prompt) =>
        (request % 23) switch
        {
            1 => ChatFault.TooManyRequests,
            3 => ChatFault.ServerError,
            5 => ChatFault.Hang,
            7 => ChatFault.JsonCutOff,
            8 => ChatFault.WrongSchema,
            9 => ChatFault.Refusal,
            11 => ChatFault.BodyCutOff,
            13 => ChatFault.HalfCompletion,
            15 => ChatFault.Page,
            17 => ChatFault.NoChoices,
            _ => ChatFault.None,
        };

    /// <param name="faultOf">What it does at its n-th request, from 1, with this prompt; <see cref="InTurn"/> when null.</param>
    /// <param name="retryAfter">Seconds that it asks for after too many requests.</param>
    public ChatServer(Func<int, string, ChatFault>? faultOf = null, int retryAfter = 0)
    {
        (this.faultOf, this.retryAfter) = (faultOf ?? InTurn, retryAfter);
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        }

        listener.Prefixes.Add(Address);
        listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    /// <summary>What it says to a prompt where it does as asked; null for what an augmenter asks.</summary>
    public Func<string, string>? Reply { get; init; }

    /// <summary>The tokens that the answer to the n-th request says its prompt had.</summary>
    public Func<int, int> PromptTokens { get; init; } = _ => 100;

    /// <summary>When each request came, its number, its idempotency key, and what became of it.</summary>
    public ConcurrentQueue<(TimeSpan At, int Number, string Key, ChatFault Fault)> Log { get; } = new();

    /// <summary>Requests so far, answered or not.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>How often each request, by its idempotency key, was answered.</summary>
    public ConcurrentDictionary<string, int> Answered { get; } = new();

    public void Dispose() => listener.Close();

    async Task ServeAsync()
    {
        try
        {
            for (; ; )
            {
                var context = await listener.GetContextAsync();
                // Numbered as they come: on a machine under load one that was given up may be read after the one sent in its place.
                _ = AnswerAsync(context, Interlocked.Increment(ref requests));
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // Closed at the end of the test.
        }
    }

    async Task AnswerAsync(HttpListenerContext context, int number)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
            // What is asked anew repeats the question before it says what was wrong.
            var messages = body.RootElement.GetProperty("messages");
            var prompt = messages[messages.GetArrayLength() > 1 ? 1 : 0].GetProperty("content").GetString()!;
            var fault = faultOf(number, prompt);
            Log.Enqueue((clock.Elapsed, number, context.Request.Headers["Idempotency-Key"]!, fault));
            switch (fault)
            {
                case ChatFault.TooManyRequests:
                    context.Response.Headers["Retry-After"] = retryAfter.ToString();
                    context.Response.StatusCode = 429;
                    break;
                case ChatFault.ServerError:
                    context.Response.StatusCode = 500;
                    break;
                case ChatFault.ContentFilter:
                    context.Response.StatusCode = 400;
                    await context.Response.OutputStream.WriteAsync("""{"error":{"code":"content_filter","message":"no"}}"""u8.ToArray());
                    break;
                case ChatFault.ContextTooLong:
                    context.Response.StatusCode = 400;
                    await context.Response.OutputStream.WriteAsync(
                        """{"error":{"code":"context_length_exceeded","message":"too long"}}"""u8.ToArray()
                    );
                    break;
                case ChatFault.Page:
                    context.Response.ContentType = "text/html";
                    await context.Response.OutputStream.WriteAsync("<html>Please sign in to the network.</html>"u8.ToArray());
                    break;
                case ChatFault.HalfCompletion:
                    context.Response.ContentType = "application/json";
                    await context.Response.OutputStream.WriteAsync("{\"id\": \"1\", \"choices\": [{\"mess"u8.ToArray());
                    break;
                case ChatFault.NoChoices:
                    context.Response.ContentType = "application/json";
                    await context.Response.OutputStream.WriteAsync("{\"id\": \"1\", \"choices\": []}"u8.ToArray());
                    break;
                case ChatFault.Unauthorized:
                    context.Response.StatusCode = 401;
                    await context.Response.OutputStream.WriteAsync(
                        Encoding.UTF8.GetBytes(
                            $$$"""{"error":{"code":"invalid_api_key","message":"Unknown: {{{context.Request.Headers["Authorization"]}}}"}}"""
                        )
                    );
                    break;
                case ChatFault.Hang:
                    await Task.Delay(2000);
                    break;
                case ChatFault.BodyCutOff:
                    context.Response.ContentType = "application/json";
                    context.Response.ContentLength64 = 1000;
                    await context.Response.OutputStream.WriteAsync("{\"id\": \"1\", \"choices\": ["u8.ToArray());
                    await context.Response.OutputStream.FlushAsync();
                    context.Response.Abort();
                    return;
                case ChatFault.JsonCutOff:
                    await WriteAsync(context, number, "{\"question\": \"Which", null);
                    break;
                case ChatFault.WrongSchema:
                    await WriteAsync(context, number, "{\"answer\": 1}", null);
                    break;
                case ChatFault.Refusal:
                    await WriteAsync(context, number, null, "I cannot help with that.");
                    break;
                default:
                    await WriteAsync(context, number, (Reply ?? Good)(prompt), null);
                    break;
            }

            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The client is gone.
        }
    }

    async Task WriteAsync(HttpListenerContext context, int number, string? content, string? refusal)
    {
        var answer = new
        {
            id = "1",
            @object = "chat.completion",
            created = 1,
            model = "test",
            choices = new[]
            {
                new
                {
                    index = 0,
                    finish_reason = "stop",
                    message = new
                    {
                        role = "assistant",
                        content,
                        refusal,
                    },
                },
            },
            usage = new
            {
                prompt_tokens = PromptTokens(number),
                completion_tokens = 50,
                total_tokens = PromptTokens(number) + 50,
            },
        };
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(answer)));
        Answered.AddOrUpdate(context.Request.Headers["Idempotency-Key"]!, 1, (_, count) => count + 1);
    }

    static string Good(string prompt)
    {
        string Caption(int side) => prompt.Split($"Image {side}: ")[1].Split('\n')[0];
        return prompt.Contains("answer_1")
            ? JsonSerializer.Serialize(
                new
                {
                    question = "What is in the picture?",
                    answer_1 = $"Sure, {Caption(1)}",
                    answer_2 = $"Sure, {Caption(2)}",
                }
            )
            : "{\"question\": \"What is in the picture?\"}";
    }
}
