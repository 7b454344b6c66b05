using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Core.Data;

namespace SVco.Core.Tests;

public class RecipeParserLaws
{
    /// <summary>Recipes of every step, a few deep, without a script's own predicates.</summary>
    static Gen<Recipe<ContrastPair>> Recipes(int depth) => depth == 0 ? Files : Gen.OneOf(Files, Step(depth), Joined(depth));

    static Gen<Recipe<ContrastPair>> Files => from path in Path from root in Path select Recipe.FromJson(path, root);

    static Gen<string> Path => Gen.Elements("", "mvc/train", "C:\\pairs \"1\".json", "a, b).Swap(", "märz\n\t\0\ud83d\ude00", "<&'+>");

    static Gen<ulong> Seed => Gen.Elements<ulong>(0, 7, ulong.MaxValue);

    static Gen<double> Share => Gen.Choose(0, 1000).Select(thousandths => thousandths / 1000.0);

    static Gen<Recipe<ContrastPair>> Step(int depth) =>
        from of in Recipes(depth - 1)
        from other in Recipes(depth - 1)
        from count in Gen.Elements(0, 1, 240, int.MaxValue)
        from share in Share
        from seed in Seed
        from types in Gen.NonEmptyListOf(Gen.Elements(Enum.GetValues<ContrastType>()))
        from step in Gen.Elements(
            of.OfType([.. types]),
            of.Shuffle(seed),
            of.Sample(count, seed),
            of.SampleInOrder(count, seed),
            of.SampleAsMany(other, seed),
            of.Split(count, seed).First,
            of.Split(count, seed).Second,
            of.Split(share, seed).First,
            of.Split(share, seed).Second,
            of.Take(count),
            of.Skip(count),
            of.DoubleForSft(),
            of.Swap(),
            of.CorruptByCrop(seed, (share + 1e-9) / 2, (share + 1) / 2),
            of.CorruptByNoise(seed, 1 + count % 1000)
        )
        select step;

    static Gen<Recipe<ContrastPair>> Joined(int depth) =>
        from parts in Recipes(depth - 1).ListOf(3)
        from count in Gen.Choose(0, 3)
        from weight in Gen.Elements(1, 0.1, 1e-300, 1e300)
        from seed in Seed
        from joined in Gen.Elements(
            Recipe.Concat([.. parts.Take(count)]),
            Recipe.Mix(seed, [.. parts.Take(count).Select(part => (weight, part))])
        )
        select joined;

    [Property]
    public Property A_description_reads_back_as_an_equal_recipe() =>
        Prop.ForAll(
            Recipes(3).ToArbitrary(),
            recipe =>
                Recipe.Parse(recipe.Description) is var read
                && read == recipe
                && read.GetHashCode() == recipe.GetHashCode()
                && read.Description == recipe.Description
        );

    [Property]
    public Property Recipes_are_equal_exactly_when_their_descriptions_are() =>
        Prop.ForAll(
            Recipes(1).ToArbitrary(),
            Recipes(1).ToArbitrary(),
            (one, other) => one == other == (one.Description == other.Description)
        );

    [Fact]
    public void A_filter_by_type_filters_when_it_was_read_back()
    {
        ContrastPair Pair(ContrastType type) =>
            new($"{type}", "?", new(new ImageSource.File(""), ""), new(new ImageSource.File(""), ""), Type: type);

        var read = Recipe.Parse("FromJson(\"train.json\").Where(\"type is Object or Count\")");

        Assert.Equal(["Object", "Count"], read.Items(_ => Enum.GetValues<ContrastType>().Select(Pair)).Select(pair => pair.Id));
    }

    [Theory]
    [InlineData("FromJson(\"a\").Where(\"short\")", "filter \"short\", whose predicate stands in its script only")]
    [InlineData("FromJson(\"a\").Where(\"type is Count or Object\")", "stands in its script only")]
    [InlineData("FromJson(\"a\").Where(\"type is 3\")", "stands in its script only")]
    [InlineData("FromJson(\"a)", "position 10")]
    [InlineData("FromJson(\"a\\q\")", "expected a text in quotes")]
    [InlineData("FromJson(a)", "found 'a', expected '\"'")]
    [InlineData("Mvc", "found 'Mvc', expected FromJson, Concat, Mix")]
    [InlineData("FromJson(\"a\").Shufle(seed: 7)", "found 'Shufle', expected Where, Shuffle, Sample")]
    [InlineData("FromJson(\"a\").Shuffle(7)", "expected seed")]
    [InlineData("FromJson(\"a\").Shuffle(seed: -7)", "expected a number")]
    [InlineData("FromJson(\"a\").Take(2147483648)", "expected a whole number up to 2147483647")]
    [InlineData("FromJson(\"a\").Take(1.5)", "expected a whole number")]
    [InlineData("FromJson(\"a\").Split(0.5, seed: 1)", "found the end, expected '.'")]
    [InlineData("FromJson(\"a\").Split(1.5, seed: 1).First", "A split's fraction is from 0 to 1")]
    [InlineData("FromJson(\"a\") FromJson(\"b\")", "expected a step such as .Shuffle(seed: 7) or the end")]
    [InlineData("", "found the end")]
    public void A_mistake_is_told_with_its_place(string description, string message) =>
        Assert.Contains(message, Assert.Throws<UserException>(() => Recipe.Parse(description)).Message, StringComparison.Ordinal);

    [Fact]
    public void Hostile_text_does_not_overflow_the_stack()
    {
        Assert.Throws<UserException>(() => Recipe.Parse(string.Concat(Enumerable.Repeat("Concat(", 1400))));
        Assert.Throws<UserException>(() => Recipe.Parse(new string('x', 20_000)));
        var longest = "FromJson(\"\")" + string.Concat(Enumerable.Repeat(".Swap()", 1_400));
        Assert.Equal(longest, Recipe.Parse(longest).Description);
    }
}
