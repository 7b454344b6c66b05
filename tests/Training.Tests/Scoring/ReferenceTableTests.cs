using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core.Data;
using SVco.Core.Objectives;
using SVco.Files;
using SVco.Models;
using SVco.Tests;

namespace SVco.Training.Tests;

public sealed class ReferenceTableTests : IDisposable
{
    const string Text =
        """{"w":{"W.NoImage.Over(Tokens.Contrast)":-1},"none":{},"l":{"L.NoImage.Over(Tokens.Contrast)":-123.45678901234567}}""";

    static readonly Cell Contrast = new(Side.L, ImageCondition.NoImage, Tokens.Contrast);
    static readonly ImmutableArray<Cell> Cells = [new(Side.W, ImageCondition.Match), new(Side.L, ImageCondition.NoImage)];

    readonly TemporaryFolder _folder = new();
    readonly List<string> _notes = [];

    public void Dispose() => _folder.Dispose();

    string Reference => _folder.At("reference.json");

    [Fact]
    public void It_is_read_as_it_was_written_and_pairs_without_cells_have_none()
    {
        Written();

        Assert.Equal($$"""{"sha256": "{{ContentHash.Of(Text)}}", "value": {{Text}}}""" + "\n", File.ReadAllText(Reference));
        var read = ReferenceTable.Read(Reference, ["l", "none", "w", "l"], _notes.Add)!;
        Assert.Equal(-123.45678901234567, read[0][Contrast]);
        Assert.Empty(read[1]);
        Assert.Equal(-1, read[2][Contrast.Swap()]);
        Assert.Equal(read[0], read[3]);
        Assert.False(read.Has([Contrast]));
        Assert.True(read.Has([]));
        Assert.Empty(_notes);

        Assert.Null(ReferenceTable.Read(Reference, ["w", "another"], _notes.Add));
        Assert.Contains("no numbers of 1 of 2 pairs", Assert.Single(_notes));
    }

    /// <summary>A pair is all that decides its numbers: the base model, its tokens and which of them count, its images.</summary>
    [Property]
    public Property Pairs_that_were_put_in_another_order_or_changed_have_their_own_numbers_or_none() =>
        Prop.ForAll(
            (
                from before in Pairs
                from now in Gen.OneOf(Gen.Shuffle(before).Select(pairs => pairs.Take(4).ToArray()), Pairs)
                select (before, now)
            ).ToArbitrary(),
            given =>
            {
                ReferenceTable
                    .Of(given.before.Length, given.before.Select((pair, index) => (index, NumbersOf(pair))))
                    .Write(Reference, NamesOf(given.before));
                var read = ReferenceTable.Read(Reference, NamesOf(given.now), _ => { });
                return given.now.All(given.before.Contains)
                    ? read is not null && given.now.Index().All(pair => read[pair.Index].SequenceEqual(NumbersOf(pair.Item)))
                    : read is null;
            }
        );

    sealed record Content(string Model, int Token, bool IsAttended, int FirstLabel, string WImage);

    static readonly Gen<Content[]> Pairs = (
        from model in Gen.Elements("model", "model 2")
        from token in Gen.Choose(7, 8)
        from isAttended in Gen.Elements(true, false)
        from label in Gen.Choose(1, 2)
        from image in Gen.Elements("red", "blue")
        select new Content(model, token, isAttended, label, image)
    ).ArrayOf();

    static ImmutableArray<string> NamesOf(Content[] pairs) =>
        [.. pairs.Select(pair => new ReferenceKeys(pair.Model, image => ((ImageSource.File)image).Path).OfPair(Prepared(pair), Cells))];

    /// <summary>Numbers that no other pair has.</summary>
    static ImmutableDictionary<Cell, double> NumbersOf(Content pair) =>
        Cells.ToImmutableDictionary(cell => cell, cell => (double)Convert.ToInt64(ContentHash.Of($"{pair} {cell}")[..12], 16));

    static PreparedPair Prepared(Content pair)
    {
        TokenSequence Row(params int[] ids) =>
            new([.. ids], [.. ids.Select((_, i) => i >= pair.FirstLabel)], [.. ids.Select(id => pair.IsAttended || id < 7)]);
        var rows = new ResponseRows(Row(1, 30, pair.Token, 4), Row(1, pair.Token, 4));
        PairSide Side(string image) => new(new ImageSource.File(image), "");
        return new(new ContrastPair("any", "", Side(pair.WImage), Side("green")), rows, rows);
    }

    [Theory]
    [InlineData(Text)]
    [InlineData("""[{"W.NoImage":-1}]""")]
    public void One_of_an_earlier_version_is_told_and_is_none(string json)
    {
        File.WriteAllText(Reference, json);
        Assert.Null(ReferenceTable.Read(Reference, ["w"], _notes.Add));
        SealedJson.Write(Reference, new[] { new Dictionary<string, double> { ["W.NoImage"] = -1 } });
        Assert.Null(ReferenceTable.Read(Reference, ["w"], _notes.Add));
        Assert.All(
            _notes,
            note =>
                Assert.Contains("earlier version, which did not say of which pair its numbers are. The reference is scored again.", note)
        );
        Assert.Equal(2, _notes.Count);
    }

    [Theory]
    [InlineData(":-1}", ":-9}")]
    [InlineData("W.NoImage", "W.NoImagf")]
    [InlineData("{}", "null")]
    [InlineData("\"value\"", "\"valve\"")]
    [InlineData("\"sha256\"", "\"sha255\"")]
    public void One_that_was_changed_is_told_and_is_none(string before, string after)
    {
        Written();
        File.WriteAllText(Reference, File.ReadAllText(Reference).Replace(before, after));

        Assert.Null(ReferenceTable.Read(Reference, ["w", "none", "l"], _notes.Add));
        Assert.EndsWith("scored again.", _notes[^1]);
    }

    [Theory]
    [InlineData("""{"w":null}""")]
    [InlineData("""{"w":{"W.Match":null}}""")]
    [InlineData("""{"w":{"W.Left":1}}""")]
    [InlineData("""{"w":{"W.Match":1,"\ud800":2}}""")]
    [InlineData("null")]
    public void What_is_no_table_is_as_if_there_were_none(string json)
    {
        File.WriteAllText(Reference, $$"""{"sha256": "{{ContentHash.Of(json)}}", "value": {{json}}}""");
        Assert.Null(ReferenceTable.Read(Reference, ["w"], _ => { }));
    }

    void Written() =>
        ReferenceTable
            .Of(3, [(2, Cell(Contrast, -123.45678901234567)), (0, Cell(Contrast.Swap(), -1))])
            .Write(Reference, ["w", "none", "l"]);

    static ImmutableDictionary<Cell, double> Cell(Cell cell, double value) => ImmutableDictionary<Cell, double>.Empty.Add(cell, value);
}
