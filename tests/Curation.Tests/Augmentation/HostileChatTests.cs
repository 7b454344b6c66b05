using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SVco.Chat;
using SVco.Core;
using SVco.Core.Data;
using SVco.Curation.Augmentation;
using SVco.Curation.Candidates;
using SVco.Files;
using SVco.Tests;
using static SVco.Curation.Tests.RawServer;

namespace SVco.Curation.Tests;

/// <summary>What a chat server may send instead of an answer: it costs no money twice, shows no key, takes no memory, and ends in one message.</summary>
public sealed class HostileChatTests
{
    const string Key = "tk-7Qw/e9+Rt_Zu-3344ghJK";
    const string KeyVariable = "SVCO_TEST_HOSTILE_KEY";
    static readonly Secret secret = new(Key);

    public HostileChatTests() => Environment.SetEnvironmentVariable(KeyVariable, Key);

    public static TheoryData<string, byte[]> KeyInFailures =>
        new()
        {
            { "reason phrase", Http($"401 unknown {Key}", "{}"u8.ToArray()) },
            { "reason phrase of trouble", Http($"503 unknown {Key}", "{}"u8.ToArray()) },
            { "what is no status line", Text($"HTTP/9 {Key} {Key}\r\n\r\n") },
            { "what is no header", Text($"HTTP/1.1 200 OK\r\n{Key} {Key}\r\n\r\n") },
            { "header", Http("401 No", "{}"u8.ToArray(), $"X-Key: {Key}") },
            { "message", Error($"bad {Key}") },
            { "JSON escapes", Http("401 No", Text($$$"""{"error":{"message":"bad {{{Escaped(Key)}}}"}}""")) },
            { "code", Http("401 No", Text($$$"""{"error":{"code":"{{{Key}}}","message":"bad"}}""")) },
            { "escaped slash", Http("401 No", Text($$$"""{"error":{"message":"bad {{{Key.Replace("/", "\\/")}}}"}}""")) },
            { "base64", Error($"bad {Base64(Key)}") },
            { "base64 of a header", Error($"bad {Base64($"Authorization: Bearer {Key}")}") },
            { "URL", Error($"bad {Uri.EscapeDataString(Key)}") },
            { "coloured", Error($"bad {Key.Insert(10, "\u001b[31m")}") },
            { "page", Http("403 No", Text($"<h1>bad {Key.Replace("/", "&#47;").Replace("+", "&#43;")}</h1>"), "Content-Type: text/html") },
            { "UTF-8 said to be UTF-16", Http("401 No", Text($"bad {Key}"), "Content-Type: application/json; charset=utf-16") },
            { "UTF-16", Http("401 No", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes($"bad {Key}")]) },
            { "UTF-16 without a mark", Http("401 No", Encoding.BigEndianUnicode.GetBytes($"bad {Key}")) },
            { "UTF-32 without a mark", Http("401 No", Encoding.UTF32.GetBytes($"bad {Key}")) },
            { "unknown encoding", Http("401 No", Text($"bad {Key}"), "Content-Type: application/json; charset=bogus") },
            { "redirect", Http("302 Found", [], $"Location: http://{Key.Replace("/", "").Replace("+", "")}.invalid/") },
            { "redirect with a password", Http("307 Moved", [], $"Location: http://{Uri.EscapeDataString(Key)}@127.0.0.1:1/") },
            { "error with 200", Http("200 OK", Text($$$"""{"error":{"message":"bad {{{Key}}}"}}""")) },
            { "part of a completion", Http("200 OK", Text($$"""{"choices":[{"message":{"content":"{{Key}}""")) },
        };

    [Theory]
    [MemberData(nameof(KeyInFailures))]
    public async Task A_key_in_a_failure_is_nowhere_shown_or_kept(string channel, byte[] answer)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(_ => [answer]);
        await RequireNoKeyAsync(work, server, channel);
    }

    public static TheoryData<string, string> KeyInAnswers =>
        new()
        {
            { "as it is", Key },
            { "base64", Base64(Key) },
            { "escaped twice", Escaped(Key) },
            { "URL", Uri.EscapeDataString(Key) },
            { "a piece", Key[3..^3] },
        };

    [Theory]
    [MemberData(nameof(KeyInAnswers))]
    public async Task An_answer_with_the_key_is_refused_and_paid_once(string channel, string written)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(request =>
            [Http("200 OK", Completion(Good(request).Replace("What", written.Replace("\\", "\\\\") + " what")))]
        );
        await RequireNoKeyAsync(work, server, channel);
        Assert.Equal("the answer cannot be read", Assert.Single(Refused(work)).Reason);
        await RequireNothingPaidTwiceAsync(work, server);
    }

    public static TheoryData<string, byte[]> OddCompletions =>
        new()
        {
            { "finish reason null", Completion("CONTENT", answer => answer["choices"]![0]!["finish_reason"] = null) },
            { "finish reason unknown", Completion("CONTENT", answer => answer["choices"]![0]!["finish_reason"] = "eos") },
            { "finish reason a number", Completion("CONTENT", answer => answer["choices"]![0]!["finish_reason"] = 7) },
            { "role unknown", Completion("CONTENT", answer => answer["choices"]![0]!["message"]!["role"] = "writer") },
            { "created in the far future", Completion("CONTENT", answer => answer["created"] = 1e30) },
            { "created a text", Completion("CONTENT", answer => answer["created"] = "today") },
            { "no id", Completion("CONTENT", answer => answer.Remove("id")) },
            { "half a letter as id", Text(Encoding.UTF8.GetString(Completion("CONTENT")).Replace("\"id\":\"1\"", "\"id\":\"\\ud800\"")) },
            { "no usage", Completion("CONTENT", answer => answer.Remove("usage")) },
            { "usage a list", Completion("CONTENT", answer => answer["usage"] = new JsonArray()) },
            { "usage in texts", Completion("CONTENT", answer => answer["usage"]!["prompt_tokens"] = "5") },
            { "usage in fractions", Completion("CONTENT", answer => answer["usage"]!["prompt_tokens"] = 1.5) },
            { "usage beyond 64 bits", Completion("CONTENT", answer => answer["usage"]!["prompt_tokens"] = 1e30) },
            { "tool calls a number", Completion("CONTENT", answer => answer["choices"]![0]!["message"]!["tool_calls"] = 5) },
            { "a byte order mark", [.. Encoding.UTF8.Preamble, .. Completion("CONTENT")] },
            { "UTF-16", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(Completion("CONTENT")))] },
            {
                "content in parts",
                Completion(
                    "CONTENT",
                    answer => answer["choices"]![0]!["message"]!["content"] = new JsonArray(new JsonObject { ["text"] = "CONTENT" })
                )
            },
        };

    [Theory]
    [MemberData(nameof(OddCompletions))]
    public async Task What_else_stands_in_a_completion_does_not_matter(string what, byte[] odd)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(request =>
            [
                Http(
                    "200 OK",
                    Replaced(odd, "CONTENT", JsonEncodedText.Encode(Good(request)).ToString()),
                    "Content-Type: application/json; charset=bogus"
                ),
            ]
        );
        Assert.True(1 == (await RunAsync(work, server)).Passed, what);
        Assert.Equal(2, server.Requests.Count);
        await RequireNothingPaidTwiceAsync(work, server);
    }

    public static TheoryData<string, byte[]> UnreadableCompletions =>
        new()
        {
            { "content a number", Completion("", answer => answer["choices"]![0]!["message"]!["content"] = 5) },
            { "content an object", Completion("", answer => answer["choices"]![0]!["message"]!["content"] = new JsonObject()) },
            { "half a letter", Text(Encoding.UTF8.GetString(Completion("CONTENT")).Replace("CONTENT", "\\udc00")) },
            { "not UTF-8", Replaced(Completion("CONTENT"), "CONTENT", "\u00ff\u00fe") },
            { "cut off", Completion("CONTENT")[..^9] },
            { "no message", Text("""{"choices":[{"index":0}]}""") },
            { "nested too deep", Text($$"""{"choices":{{new string('[', 1000)}}""") },
        };

    [Theory]
    [MemberData(nameof(UnreadableCompletions))]
    public async Task What_cannot_be_read_is_kept_as_it_came_and_is_not_paid_twice(string what, byte[] body)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(_ => [Http("200 OK", body)]);
        Assert.Equal(0, (await RunAsync(work, server)).Passed);
        Assert.Equal("the answer cannot be read", Assert.Single(Refused(work)).Reason);
        Assert.True(File.ReadLines(new CurationFolder(work.At("out")).Journal).Count() == 1, what);
        await RequireNothingPaidTwiceAsync(work, server);
    }

    [Fact]
    public async Task Half_a_completion_before_an_error_is_not_paid_twice()
    {
        using var work = new TemporaryFolder();
        RawServer? server = null;
        using var opened = server = new RawServer(_ =>
            [server!.Requests.Count == 1 ? Http("200 OK", Completion("CONTENT")[..^9]) : Http("500 No", [])]
        );
        Assert.Equal(0, (await RunAsync(work, server)).Passed);
        Assert.Equal("the answer cannot be read", Assert.Single(Refused(work)).Reason);
        await RequireNothingPaidTwiceAsync(work, server);
    }

    [Theory]
    [InlineData("""{"question":"\\ud800"}""")]
    [InlineData("""{"question":"What\\u001b[31m is it?"}""")]
    [InlineData("""{"question":null}""")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("null")]
    public async Task Texts_that_are_none_break_a_law(string content)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(_ => [Http("200 OK", Completion(content.Replace("\\\\", "\\")))]);
        Assert.Equal(0, (await RunAsync(work, server)).Passed);
        Assert.Equal("answers break a law", Assert.Single(Refused(work)).Reason);
        await RequireNothingPaidTwiceAsync(work, server);
    }

    [Theory]
    [InlineData("200 OK", "is longer than")]
    [InlineData("401 No", "status 401")]
    [InlineData("500 No", "status 500")]
    public async Task A_body_without_end_is_given_up(string status, string told)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(_ =>
            Enumerable.Repeat(new byte[1 << 16], 1 << 20).Prepend(Text($"HTTP/1.1 {status}\r\nConnection: close\r\n\r\n"))
        );
        Assert.Contains(told, (await Assert.ThrowsAsync<UserException>(() => RunAsync(work, server))).Message, StringComparison.Ordinal);

        // What the buffers between client and server hold comes on top.
        Assert.InRange(server.Sent, 1, server.Requests.Count * (16L << 20));
    }

    [Fact]
    public async Task A_completion_without_end_is_paid_once()
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(_ =>
            Enumerable
                .Repeat(Text(new string('a', 1 << 16)), 1 << 20)
                .Prepend(Text("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"choices\":[{\"message\":{\"content\":\""))
        );
        Assert.Equal(0, (await RunAsync(work, server)).Passed);
        Assert.Single(server.Requests);
        await RequireNothingPaidTwiceAsync(work, server);
    }

    [Theory]
    [InlineData("-2000000000")]
    [InlineData("0")]
    [InlineData("-9223372036854775808")]
    [InlineData("1000000000000")]
    [InlineData("null")]
    [InlineData("\"free\"")]
    public async Task Tokens_that_no_call_can_have_count_as_not_told_so_the_budget_holds(string tokens)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(request =>
            [
                Http(
                    "200 OK",
                    Completion(
                        Good(request),
                        answer => answer["usage"] = JsonNode.Parse($$"""{"prompt_tokens":{{tokens}},"completion_tokens":{{tokens}}}""")
                    )
                ),
            ]
        );
        var error = await Assert.ThrowsAsync<UserException>(() => RunAsync(work, server, pairs: 40, budget: 0.01));
        Assert.Contains("budget", error.Message, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 2, 20);
        await using var journal = new AnswerJournal(new CurationFolder(work.At("out")).Journal);
        var (input, output) = journal.Tokens["gpt-4o"];
        Assert.InRange(new AugmentSettings().PriceOf("gpt-4o").Of(input, output), 0.0005, 0.01);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_to_another_address_gets_no_caption_and_no_key(int status)
    {
        using var work = new TemporaryFolder();
        using var other = new RawServer(request => [Http("200 OK", Completion(Good(request)))]);
        using var server = new RawServer(_ => [Http($"{status} Moved", [], $"Location: {other.Address}/chat/completions")]);
        var error = await Assert.ThrowsAsync<UserException>(() => RunAsync(work, server));
        Assert.Contains($"redirects to {other.Address[..^3]}, which is refused", error.Message, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("file:///etc/hostname")]
    [InlineData("http://[::1")]
    [InlineData("http://a b/")]
    [InlineData("")]
    [InlineData("/v1/again")]
    public async Task A_redirect_to_nowhere_is_told(string location)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(_ => [Http("307 Moved", [], $"Location: {location}")]);
        var error = await Assert.ThrowsAsync<UserException>(() => RunAsync(work, server));
        Assert.Contains("it answers 307 and redirects", error.Message, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 1, 10);
    }

    [Fact]
    public async Task A_redirect_within_the_address_is_followed()
    {
        using var work = new TemporaryFolder();
        RawServer? server = null;
        using var opened = server = new RawServer(request =>
            server!.Requests.Last().StartsWith("POST /v1/chat/completions ", StringComparison.Ordinal)
                ? [Http("308 Moved", [], "Location: /v2/chat")]
                : [Http("200 OK", Completion(Good(request)))]
        );
        Assert.Equal(1, (await RunAsync(work, server)).Passed);
        Assert.All(server.Requests, request => Assert.Contains(Key, request, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1000000000", "asks to wait until")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT", "asks to wait until 9999")]
    [InlineData("99999999999999999999", "status 429")]
    [InlineData("-5", "status 429")]
    [InlineData("Fri, 31 Dec 1999 23:59:59 GMT", "status 429")]
    public async Task A_wait_of_years_is_told_and_not_waited_for(string wait, string told)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(_ => [Http("429 Slow", "{}"u8.ToArray(), $"Retry-After: {wait}")]);
        var error = await Assert.ThrowsAsync<UserException>(() => RunAsync(work, server));
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 204 X\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 400 No\r\nContent-Type: application/json; charset=bogus\r\nContent-Length: 13\r\n\r\n{\"error\":null}")]
    [InlineData("HTTP/1.1 401 No\r\nContent-Length: 36\r\n\r\n{\"error\":{\"code\":\"\\ud800\",\"x\":[[[[}}]")]
    [InlineData("{\"choices\":[]}")]
    [InlineData("")]
    public async Task What_is_no_answer_at_all_is_one_message(string answer)
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(_ => [Text(answer)]);
        var error = await Assert.ThrowsAsync<UserException>(() => RunAsync(work, server));
        Assert.Contains("does not answer as it should", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_journal_of_before_is_read()
    {
        using var work = new TemporaryFolder();
        using var server = new RawServer(request => [Http("200 OK", Completion(Good(request)))]);
        var folder = new CurationFolder(work.At("out"));
        Assert.Equal(1, (await RunAsync(work, server)).Passed);
        var augmented = File.ReadAllText(folder.Augmented);

        // What it had instead of the body.
        var lines = File.ReadLines(folder.Journal)
            .Select(line => JsonNode.Parse(line[17..])!.AsObject())
            .Select(line =>
                $$"""{"call":{{line["call"]!.ToJsonString()}},"pair":"Test/object/0","model":"gpt-4o","text":{{JsonSerializer.Serialize(ChatAnswer.Text((string)line["body"]!))}},"input_tokens":100,"output_tokens":-7}"""
            )
            .Select(json => $"{ContentHash.Of(json)[..16]} {json}\n");
        File.WriteAllText(folder.Journal, string.Concat(lines.ToList()));
        File.Delete(folder.Augmented);
        await RunAsync(work, server);
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(augmented, File.ReadAllText(folder.Augmented));
        await using var journal = new AnswerJournal(folder.Journal);
        Assert.Equal((200L, 0L), journal.Tokens["gpt-4o"]);

        // The names of its calls: a change makes every paid answer worthless.
        var messages = JsonNode.Parse(server.Requests.First().Split("\n\n")[^1])!["messages"]!.AsArray();
        var asked = $"Test/object/0\ngpt-4o\n1\n400\n0\nsystem: {messages[0]!["content"]}\nuser: {messages[1]!["content"]}";
        Assert.NotNull(journal.Find(ContentHash.Of(asked)));
    }

    async Task RequireNoKeyAsync(TemporaryFolder work, RawServer server, string channel)
    {
        var output = new StringWriter();
        try
        {
            await RunAsync(work, server, output: output);
        }
        catch (UserException error)
        {
            output.Write(error);
        }

        Assert.NotEmpty(server.Requests);
        Assert.False(secret.IsIn(output.ToString()), $"{channel}: {output}");
        Assert.DoesNotContain('\u001b', output.ToString());
        foreach (var file in Directory.EnumerateFiles(work.At("out"), "*", SearchOption.AllDirectories))
        {
            Assert.False(secret.IsIn(File.ReadAllBytes(file)), $"{channel}: {file}");
        }
    }

    static async Task RequireNothingPaidTwiceAsync(TemporaryFolder work, RawServer server)
    {
        var requests = server.Requests.Count;
        await RunAsync(work, server);
        Assert.Equal(requests, server.Requests.Count);
    }

    static List<RefusedCandidate> Refused(TemporaryFolder work) =>
        [.. JsonLines.Read<RefusedCandidate>(new CurationFolder(work.At("out")).RefusedByAugment, "")];

    static Task<StageReport> RunAsync(TemporaryFolder work, RawServer server, int pairs = 1, double budget = 50, TextWriter? output = null)
    {
        var settings = new CurationSettings
        {
            Output = work.At("out"),
            Augment = new()
            {
                Augmenter = Augmenter.Chat,
                BaseUrl = server.Address,
                KeyVariable = KeyVariable,
                CallsPerMinute = 100_000,
                RetryDelaySeconds = 0.01,
                RequestRetries = 1,
                Concurrency = 2,
                Budget = budget,
            },
        };
        JsonLines.Write(new CurationFolder(settings.Output).Kept, Enumerable.Range(0, pairs).Select(Pair));
        return AugmentStage.RunAsync(settings, false, output ?? TextWriter.Null, CancellationToken.None);
    }

    static Candidate Pair(int index) =>
        new(
            "Test",
            "object",
            ContrastType.Object,
            $"{index}",
            "a.jpg",
            "b.jpg",
            $"a red bird number n{index} sits",
            $"a red truck number n{index} sits"
        );

    static byte[] Completion(string content, Action<JsonObject>? change = null)
    {
        var answer = new JsonObject
        {
            ["id"] = "1",
            ["created"] = 1,
            ["choices"] = new JsonArray(
                new JsonObject
                {
                    ["finish_reason"] = "stop",
                    ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = content },
                }
            ),
            ["usage"] = new JsonObject { ["prompt_tokens"] = 100, ["completion_tokens"] = 50 },
        };
        change?.Invoke(answer);
        return Text(answer.ToJsonString());
    }

    static string Good(string request)
    {
        var prompt = (string)JsonNode.Parse(request)!["messages"]![1]!["content"]!;
        string Caption(int side) => prompt.Split($"Image {side}: ")[1].Split('\n')[0];
        return prompt.Contains("answer_1", StringComparison.Ordinal)
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

    static byte[] Error(string message) =>
        Http("401 No", JsonSerializer.SerializeToUtf8Bytes(new { error = new { code = "invalid_api_key", message } }, JsonLines.Options));

    /// <summary>Letters replaced by bytes, in one byte or, after the mark of UTF-16, in two.</summary>
    static byte[] Replaced(byte[] bytes, string old, string by) =>
        bytes.AsSpan().StartsWith(Encoding.Unicode.Preamble)
            ? Encoding.Unicode.GetBytes(Encoding.Unicode.GetString(bytes).Replace(old, by))
            : Text(Encoding.Latin1.GetString(bytes).Replace(old, by));

    static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    static string Escaped(string text) => string.Concat(text.Select(letter => $"\\u{(int)letter:x4}"));
}
