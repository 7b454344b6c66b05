using SVco.Core;
using SVco.Curation.Sources;
using SVco.Tests;

namespace SVco.Curation.Tests;

public sealed class JsonStreamTests
{
    [Fact]
    public void Lists_and_objects_longer_than_the_buffer_come_entry_by_entry()
    {
        using var work = new TemporaryFolder();
        var text = new string('x', 50_000);
        File.WriteAllText(
            work.At("list.json"),
            $"[{string.Join(",", Enumerable.Range(0, 9).Select(index => $$"""{"n":{{index}},"t":"{{text}}"}"""))}]"
        );
        File.WriteAllText(work.At("object.json"), $$"""{"a":[1,2],"b":{{'"'}}{{text}}{{'"'}},"c":null}""");
        Assert.Equal(
            Enumerable.Range(0, 9),
            JsonStream.Read(work.At("list.json")).Select(entry => entry.Value.GetProperty("n").GetInt32())
        );
        Assert.Equal(["a", "b", "c"], JsonStream.Read(work.At("object.json")).Select(entry => entry.Name));
    }

    [Fact]
    public void A_file_cut_off_gives_what_came_before_and_then_says_so()
    {
        using var work = new TemporaryFolder();
        File.WriteAllText(work.At("cut.json"), "[{\"a\":1},{\"a\":2},{\"a\":");
        using var entries = JsonStream.Read(work.At("cut.json")).GetEnumerator();
        Assert.True(entries.MoveNext());
        Assert.True(entries.MoveNext());
        Assert.Contains("cut.json", Assert.Throws<UserException>(() => entries.MoveNext()).Message);
    }
}
