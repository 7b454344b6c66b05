using System.Collections.Immutable;
using SVco.Core.Data;
using SVco.Core.Objectives;

namespace SVco.Training;

/// <summary>One response as token rows: under an image (a single placeholder token stands for it) and without.</summary>
/// <param name="WithImage">The conversation with the image placeholder.</param>
/// <param name="WithoutImage">The same conversation without an image.</param>
public sealed record ResponseRows(TokenSequence WithImage, TokenSequence WithoutImage);

/// <summary>A contrast pair after tokenisation, ready to be scored.</summary>
/// <param name="Pair">Where it comes from.</param>
/// <param name="W">The rows of the response called chosen.</param>
/// <param name="L">The rows of the response called rejected.</param>
public sealed record PreparedPair(ContrastPair Pair, ResponseRows W, ResponseRows L)
{
    /// <summary>The token row of a cell.</summary>
    public TokenSequence Row(Cell cell) =>
        cell.Image == ImageCondition.NoImage ? Rows(cell.Response).WithoutImage : Rows(cell.Response).WithImage;

    /// <summary>The tokens whose log-probabilities a cell sums [tokens].</summary>
    public ImmutableArray<bool> Summed(Cell cell) =>
        (cell.Tokens, cell.Response) switch
        {
            (Tokens.All, _) => Row(cell).Labelled,
            (_, Side.W) => ContrastTokens.Of(Row(cell), Row(cell.Swap())).W,
            _ => ContrastTokens.Of(Row(cell.Swap()), Row(cell)).L,
        };

    /// <summary>The image of a cell; null where it is scored without one.</summary>
    public ImageSource? Image(Cell cell) =>
        (cell.Image, cell.Response) switch
        {
            (ImageCondition.NoImage, _) => null,
            (ImageCondition.Match, Side.W) or (ImageCondition.Mismatch, Side.L) => Pair.W.Image,
            _ => Pair.L.Image,
        };

    /// <summary>The numbers of summed tokens of responses.</summary>
    public ImmutableDictionary<(Side Response, Tokens Tokens), int> Lengths(IEnumerable<(Side Response, Tokens Tokens)> wanted) =>
        wanted.ToImmutableDictionary(
            length => length,
            length => Summed(new Cell(length.Response, ImageCondition.Match, length.Tokens)).Count(summed => summed)
        );

    /// <summary>The tokens of the rows that score these cells, an image counting with all its tokens.</summary>
    /// <param name="cells">The cells.</param>
    /// <param name="imageTokens">How many tokens an image takes.</param>
    public long TokenCount(IEnumerable<Cell> cells, Func<ImageSource, int> imageTokens) =>
        cells
            .Select(cell => cell with { Tokens = Tokens.All })
            .Distinct()
            .Sum(cell => Row(cell).Length + (Image(cell) is { } image ? imageTokens(image) - 1L : 0));

    ResponseRows Rows(Side side) => side == Side.W ? W : L;
}
