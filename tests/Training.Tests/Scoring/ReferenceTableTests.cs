using SVco.Core.Objectives;
using SVco.Files;
using SVco.Tests;

namespace SVco.Training.Tests;

public sealed class ReferenceTableTests : IDisposable
{
    static readonly Cell Contrast = new(Side.L, ImageCondition.NoImage, Tokens.Contrast);

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    const string Text = """[{"W.NoImage.Over(Tokens.Contrast)":-1},{},{"L.NoImage.Over(Tokens.Contrast)":-123.45678901234567}]""";

    readonly List<string> _notes = [];

    [Fact]
    public void It_is_read_as_it_was_written_and_pairs_without_cells_have_none()
    {
        var file = _folder.At("reference.json");
        ReferenceTable.Of(3, [(2, Cells((Contrast, -123.45678901234567))), (0, Cells((Contrast.Swap(), -1)))]).Write(file);

        Assert.Equal($$"""{"sha256": "{{ContentHash.Of(Text)}}", "value": {{Text}}}""" + "\n", File.ReadAllText(file));
        Check(ReferenceTable.Read(file, pairs: 3, _notes.Add)!);
        Assert.Null(ReferenceTable.Read(file, pairs: 2, _notes.Add));
        Assert.Empty(_notes);
    }

    /// <summary>As runs of before wrote it.</summary>
    [Fact]
    public void One_without_a_checksum_is_taken_with_a_word()
    {
        File.WriteAllText(_folder.At("reference.json"), Text);

        Check(ReferenceTable.Read(_folder.At("reference.json"), pairs: 3, _notes.Add)!);
        Assert.Contains("without a checksum", Assert.Single(_notes));
    }

    [Theory]
    [InlineData(":-1}", ":-9}")]
    [InlineData("W.NoImage", "W.NoImagf")]
    [InlineData("{}", "null")]
    [InlineData("\"value\"", "\"valve\"")]
    [InlineData("\"sha256\"", "\"sha255\"")]
    public void One_that_was_changed_is_told_and_is_none(string before, string after)
    {
        var file = _folder.At("reference.json");
        ReferenceTable.Of(3, [(2, Cells((Contrast, -123.45678901234567))), (0, Cells((Contrast.Swap(), -1)))]).Write(file);
        File.WriteAllText(file, File.ReadAllText(file).Replace(before, after));

        Assert.Null(ReferenceTable.Read(file, pairs: 3, _notes.Add));
        Assert.EndsWith("scored again.", _notes[^1]);
    }

    static void Check(ReferenceTable read)
    {
        Assert.Equal(-123.45678901234567, read[2][Contrast]);
        Assert.Equal(-1, read[0][Contrast.Swap()]);
        Assert.Empty(read[1]);
        Assert.False(read.Has([Contrast]));
        Assert.True(read.Has([]));
    }

    [Theory]
    [InlineData("[null,{}]")]
    [InlineData("[{\"W.Match\":null},{}]")]
    [InlineData("[{\"W.Match\":1,\"\\ud800\":2},{}]")]
    [InlineData("null")]
    [InlineData("")]
    public void What_is_no_table_is_as_if_there_were_none(string json)
    {
        File.WriteAllText(_folder.At("reference.json"), json);
        Assert.Null(ReferenceTable.Read(_folder.At("reference.json"), pairs: 2, _ => { }));
    }

    static System.Collections.Immutable.ImmutableDictionary<Cell, double> Cells((Cell Cell, double Value) entry) =>
        System.Collections.Immutable.ImmutableDictionary<Cell, double>.Empty.Add(entry.Cell, entry.Value);
}
