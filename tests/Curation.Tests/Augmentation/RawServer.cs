using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SVco.Curation.Tests;

/// <summary>A server on loopback that answers each request with bytes as they are, whether or not they are HTTP.</summary>
sealed class RawServer : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Func<string, IEnumerable<byte[]>> answer;
    long sent;

    /// <param name="answer">The pieces of the answer to a request's body, sent until the client hangs up.</param>
    public RawServer(Func<string, IEnumerable<byte[]>> answer)
    {
        this.answer = answer;
        listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/v1";

    /// <summary>The requests, head and body.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Bytes that clients took.</summary>
    public long Sent => Interlocked.Read(ref sent);

    public static byte[] Http(string status, byte[] body, params string[] headers) =>
        [
            .. Encoding.Latin1.GetBytes(
                $"HTTP/1.1 {status}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n"
            ),
            .. body,
        ];

    public void Dispose() => listener.Dispose();

    async Task AcceptAsync()
    {
        try
        {
            for (; ; )
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed at the end of the test.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
            var (head, length) = (new StringBuilder(), 0);
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                head.AppendLine(line);
                length = line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) ? int.Parse(line[15..]) : length;
            }

            var body = new char[length];
            await reader.ReadBlockAsync(body);
            Requests.Enqueue($"{head}\n{new string(body)}");
            foreach (var piece in answer(new(body)))
            {
                await stream.WriteAsync(piece);
                Interlocked.Add(ref sent, piece.Length);
            }
        }
        catch (IOException)
        {
            // The client hung up.
        }
    }
}
