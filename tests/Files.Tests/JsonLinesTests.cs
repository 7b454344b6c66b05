using SVco.Core;
using SVco.Tests;

namespace SVco.Files.Tests;

public sealed class JsonLinesTests
{
    sealed record Row(string Name, int Count, string? Note, string Kind = "usual");

    [Theory]
    [InlineData("""{"name":null,"count":1}""")]
    [InlineData("""{"count":1}""")]
    [InlineData("""{"name":"a","kind":null}""")]
    [InlineData("""{"name":"\ud800"}""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_line_without_what_must_be_there_is_told_with_its_number(string line)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("a.jsonl"), $"{{\"name\":\"a\"}}\n{line}\n{{\"name\":\"b\"}}\n");
        Assert.Contains("Line 2 of", Assert.Throws<UserException>(() => JsonLines.Read<Row>(folder.At("a.jsonl"), "").Count()).Message);
        Assert.Contains("Line 2 of", Assert.Throws<UserException>(() => JsonLog.Read<Row>(folder.At("a.jsonl")).Count()).Message);
    }

    [Fact]
    public void What_may_be_missing_may_be_missing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("a.jsonl"), """{"name":"a"}""");
        Assert.Equal([new Row("a", 0, null)], JsonLines.Read<Row>(folder.At("a.jsonl"), ""));
    }
}
