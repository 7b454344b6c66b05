using System.Collections.Immutable;
using System.Text;
using SVco.Core;
using SVco.Tests;

namespace SVco.Files.Tests;

public sealed class JsonLinesTests : IDisposable
{
    enum Kind
    {
        Whole,
        Part,
    }

    sealed record Row(string Name, Kind Kind, string? Detail, ImmutableArray<string> Words, int Count = 1);

    readonly TemporaryFolder folder = new();

    string Rows => folder.At("rows.jsonl");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_may_be_missing_may_be_missing()
    {
        File.WriteAllText(Rows, """{"name": "a", "kind": "Part", "words": []}""");
        Assert.Equal(("a", Kind.Part, null, 1), Read() is [var row] ? (row.Name, row.Kind, row.Detail, row.Count) : default);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"name": null, "kind": "Part", "words": []}""")]
    [InlineData("""{"kind": "Part", "words": []}""")]
    [InlineData("""{"name": "a", "kind": 99, "words": []}""")]
    [InlineData("""{"name": "a", "kind": "Half", "words": []}""")]
    [InlineData("""{"name": "a", "kind": "Part", "words": null}""")]
    [InlineData("""{"name": "a", "kind": "Part", "words": ["b", null]}""")]
    [InlineData("""{"name": "a", "name": "b", "kind": "Part", "words": []}""")]
    [InlineData("""{"name": "\ud800", "kind": "Part", "words": []}""")]
    public void A_line_that_is_something_else_is_told_with_its_number(string line)
    {
        File.WriteAllText(Rows, $$"""{"name": "a", "kind": "Part", "words": []}{{"\n"}}{{line}}{{"\n"}}""");
        Assert.StartsWith($"Line 2 of {Rows} is broken: ", Assert.Throws<UserException>(Read).Message);
        Assert.StartsWith($"Line 2 of {Rows} is broken: ", Assert.Throws<UserException>(() => JsonLog.Read<Row>(Rows).ToArray()).Message);
    }

    [Fact]
    public void Another_encoding_a_folder_and_a_pipe_are_refused()
    {
        File.WriteAllBytes(Rows, Encoding.Latin1.GetBytes("{\"name\": \"caf\u00e9\", \"kind\": \"Part\", \"words\": []}\n"));
        Assert.Contains("not UTF-8", Assert.Throws<UserException>(Read).Message);
        File.Delete(Rows);
        Directory.CreateDirectory(Rows);
        Assert.Contains(Rows, Assert.Throws<UserException>(Read).Message);
        Assert.Contains(Rows, Assert.Throws<UserException>(() => new JsonLog(Rows)).Message);
        Directory.Delete(Rows);
        System.Diagnostics.Process.Start("mkfifo", Rows).WaitForExit();
        Assert.Empty(Read());
        Assert.Empty(JsonLog.Read<Row>(Rows));
    }

    Row[] Read() => [.. JsonLines.Read<Row>(Rows, "read")];
}
