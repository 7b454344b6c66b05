using SVco.Core.Benchmarks;

namespace SVco.Core.Tests.Benchmarks;

public sealed class OptionTests
{
    [Theory]
    [InlineData("B", 1)]
    [InlineData("(b)", 1)]
    [InlineData("**C**", 2)]
    [InlineData("The answer is B.", 1)]
    [InlineData("A dog", 0)]
    [InlineData("It is a dog, so B", 1)]
    [InlineData("dog.", 1)]
    [InlineData("the answer is b", 1)]
    [InlineData("(c) horse", 2)]
    [InlineData("a dog or a horse", -1)]
    [InlineData("a", 0)]
    [InlineData("a) cat", 0)]
    [InlineData("Horse.", 2)]
    [InlineData("Apple", -1)]
    [InlineData("T", -1)]
    [InlineData("", -1)]
    public void A_letter_is_the_first_that_stands_alone_and_is_an_options(string answer, int option) =>
        Assert.Equal(option, new LetterGrader(["cat", "dog", "horse"], 1).Named(answer));

    [Fact]
    public void An_answer_that_is_a_whole_option_names_that_one_though_a_letter_stands_in_it()
    {
        Assert.Equal(1, new LetterGrader(["dogs", "A cat"], 1).Named("a cat"));
        // Asked for a letter, a letter alone is one.
        Assert.Equal(1, new LetterGrader(["B", "A"], 1).Named("B"));
    }

    [Fact]
    public void Of_options_the_most_probable_is_chosen_and_none_where_two_are()
    {
        var item = new Item("1", "", "1", null, "?", new ItemTask.Choose(["a", "b"], 1));
        double Right(params double[] logProbs) => Verdict.Of(item, new("1", 0, "", [.. logProbs]), _ => "").Marks["right"];

        Assert.Equal((1, 0, 0, 0), (Right(-2, -1), Right(-1, -2), Right(-1, -1), Right(double.NaN, double.NaN)));
    }
}
