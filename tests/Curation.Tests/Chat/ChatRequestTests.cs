using System.Text.Json;
using SVco.Chat;

namespace SVco.Curation.Tests;

public sealed class ChatRequestTests
{
    static readonly ChatRequest Request = new("gpt-4-turbo", [new("system", "Be brief."), new("user", "2 + 2?")], 0.2, 7);

    [Fact]
    public void A_request_says_model_messages_temperature_and_the_longest_answer()
    {
        var json = JsonSerializer.Deserialize<JsonElement>(Request.ToJson());
        Assert.Equal("gpt-4-turbo", json.GetProperty("model").GetString());
        Assert.Equal(0.2, json.GetProperty("temperature").GetDouble());
        Assert.Equal(7, json.GetProperty("max_completion_tokens").GetInt32());
        Assert.Equal(
            [("system", "Be brief."), ("user", "2 + 2?")],
            json.GetProperty("messages")
                .EnumerateArray()
                .Select(message => (message.GetProperty("role").GetString(), message.GetProperty("content").GetString()))
        );
        Assert.False(json.TryGetProperty("response_format", out _));
    }

    [Fact]
    public void A_schema_is_sent_with_it()
    {
        var schema = JsonSerializer.SerializeToElement(new { type = "object" });
        var format = JsonSerializer.Deserialize<JsonElement>((Request with { Schema = schema }).ToJson()).GetProperty("response_format");
        Assert.Equal("json_schema", format.GetProperty("type").GetString());
        Assert.Equal("texts", format.GetProperty("json_schema").GetProperty("name").GetString());
        Assert.Equal("object", format.GetProperty("json_schema").GetProperty("schema").GetProperty("type").GetString());
    }

    [Fact]
    public void A_call_is_named_by_all_that_is_asked()
    {
        string[] names =
        [
            Request.CallId("a", 0),
            Request.CallId("a", 1),
            Request.CallId("b", 0),
            (Request with { Model = "other" }).CallId("a", 0),
            (Request with { Temperature = 0 }).CallId("a", 0),
            (Request with { MaxOutputTokens = 8 }).CallId("a", 0),
            (Request with { Messages = [new("user", "2 + 2?")] }).CallId("a", 0),
        ];
        Assert.Equal(names.Length, names.Distinct().Count());
    }
}
