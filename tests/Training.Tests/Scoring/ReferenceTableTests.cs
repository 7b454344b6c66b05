using SVco.Core.Objectives;
using SVco.Tests;

namespace SVco.Training.Tests;

public sealed class ReferenceTableTests : IDisposable
{
    static readonly Cell Contrast = new(Side.L, ImageCondition.NoImage, Tokens.Contrast);

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>As runs of before wrote it.</summary>
    [Fact]
    public void It_is_read_as_it_was_written_and_pairs_without_cells_have_none()
    {
        var file = _folder.At("reference.json");
        var third = -123.45678901234567;
        ReferenceTable.Of(3, [(2, Cells((Contrast, third))), (0, Cells((Contrast.Swap(), -1)))]).Write(file);

        Assert.Equal(
            """[{"W.NoImage.Over(Tokens.Contrast)":-1},{},{"L.NoImage.Over(Tokens.Contrast)":-123.45678901234567}]""",
            File.ReadAllText(file)
        );
        var read = ReferenceTable.Read(file, pairs: 3)!;
        Assert.Equal(third, read[2][Contrast]);
        Assert.Equal(-1, read[0][Contrast.Swap()]);
        Assert.Empty(read[1]);
        Assert.Null(ReferenceTable.Read(file, pairs: 2));
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
        Assert.Null(ReferenceTable.Read(_folder.At("reference.json"), pairs: 2));
    }

    static System.Collections.Immutable.ImmutableDictionary<Cell, double> Cells((Cell Cell, double Value) entry) =>
        System.Collections.Immutable.ImmutableDictionary<Cell, double>.Empty.Add(entry.Cell, entry.Value);
}
