using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SVco.Tests;

/// <summary>A chat server on loopback that speaks OpenAI's protocol and misbehaves in turn; it remembers which requests it answered in full.</summary>
sealed class ChatServer : IDisposable
{
    readonly HttpListener listener = new();
    int requests;

    public ChatServer()
    {
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
                _ = AnswerAsync(await listener.GetContextAsync());
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // Closed at the end of the test.
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
            var prompt = body.RootElement.GetProperty("messages")[1].GetProperty("content").GetString()!;
            switch (Interlocked.Increment(ref requests) % 11)
            {
                case 1:
                    context.Response.Headers["Retry-After"] = "0";
                    context.Response.StatusCode = 429;
                    break;
                case 3:
                    context.Response.StatusCode = 500;
                    break;
                case 5:
                    await Task.Delay(2000);
                    break;
                case 7:
                    await WriteAsync(context, "{\"question\": \"Which", null);
                    break;
                case 8:
                    await WriteAsync(context, "{\"answer\": 1}", null);
                    break;
                case 9:
                    await WriteAsync(context, null, "I cannot help with that.");
                    break;
                default:
                    await WriteAsync(context, Good(prompt), null);
                    break;
            }

            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The client is gone.
        }
    }

    async Task WriteAsync(HttpListenerContext context, string? content, string? refusal)
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
                prompt_tokens = 100,
                completion_tokens = 50,
                total_tokens = 150,
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
