using SVco.Core.Objectives;

namespace SVco.Core.Tests;

public class CellTests
{
    [Fact]
    public void A_cell_is_read_from_its_own_text()
    {
        var cells =
            from side in Enum.GetValues<Side>()
            from image in Enum.GetValues<ImageCondition>()
            from tokens in Enum.GetValues<Tokens>()
            select new Cell(side, image, tokens);
        Assert.All(cells, cell => Assert.Equal(cell, Cell.Parse(cell.ToString())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("W")]
    [InlineData("W.Left")]
    [InlineData("W.Match + pi.L.Match")]
    [InlineData(" W.Match")]
    public void What_names_no_cell_is_refused(string text) => Assert.Throws<UserException>(() => Cell.Parse(text));
}
