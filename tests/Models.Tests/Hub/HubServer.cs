using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SVco.Models.Tests;

/// <summary>What a client asked of a <see cref="HubServer"/>; header names are in lower case.</summary>
public sealed record HubRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The first byte asked for, null when the whole is.</summary>
    public int? From => Headers.TryGetValue("range", out var range) ? int.Parse(range["bytes=".Length..].TrimEnd('-')) : null;
}

/// <summary>An answer; after <paramref name="CutAfter"/> bytes of the body the connection breaks, which is the end of one that tells no length.</summary>
public sealed record HubAnswer(
    int Status,
    byte[] Body,
    IReadOnlyDictionary<string, string> Headers,
    int? CutAfter = null,
    bool TellsLength = true
)
{
    public static HubAnswer Of(int status, string body = "", params (string Name, string Value)[] headers) =>
        new(status, Encoding.UTF8.GetBytes(body), headers.ToDictionary(h => h.Name, h => h.Value));
}

/// <summary>A web server on loopback that speaks as much HTTP as the tests need, one request per connection.</summary>
public sealed class HubServer : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Func<HubRequest, HubAnswer> answer;

    public HubServer(Func<HubRequest, HubAnswer> answer)
    {
        this.answer = answer;
        listener.Start();
        _ = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public ConcurrentQueue<HubRequest> Requests { get; } = new();

    public void Dispose() => listener.Dispose();

    async Task AcceptAsync()
    {
        try
        {
            for (; ; )
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed at the end of the test.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { } first)
            return;
        var headers = new Dictionary<string, string>();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':')].ToLowerInvariant()] = line[(line.IndexOf(':') + 1)..].Trim();
        var request = new HubRequest(first.Split(' ')[0], first.Split(' ')[1], headers);
        Requests.Enqueue(request);
        var reply = answer(request);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} Status\r\nConnection: close\r\n");
        if (reply.TellsLength)
            head.Append($"Content-Length: {reply.Body.Length}\r\n");
        foreach (var (name, value) in reply.Headers)
            head.Append($"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        if (request.Method != "HEAD")
            await stream.WriteAsync(reply.Body.AsMemory(0, reply.CutAfter ?? reply.Body.Length));
    }
}
