using FsCheck.Xunit;
using SVco.Core.Benchmarks;

namespace SVco.Core.Tests.Benchmarks;

/// <summary>What the corrected rules take for an answer where the official ones do not, and the other way round.</summary>
public sealed class CorrectedGraderTests
{
    static (double Official, double Corrected, double Unread) All(Grader.Rule grader, string answer)
    {
        var marks = grader.Grade(answer);
        return (marks[Marks.Official], marks[Marks.Corrected], marks[Marks.Unread]);
    }

    [Theory]
    [InlineData("(a)", 1, 1, 0)]
    [InlineData("(a) Open", 1, 1, 0)]
    [InlineData("A. Open", 0, 1, 0)]
    [InlineData("The answer is A.", 0, 1, 0)]
    [InlineData("the answer is a", 0, 1, 0)]
    [InlineData("**A**", 0, 1, 0)]
    [InlineData("Open", 0, 1, 0)]
    [InlineData("open.", 0, 1, 0)]
    [InlineData("It is a closed one: (b)", 0, 0, 0)]
    [InlineData("I see a door.", 0, 0, 1)]
    [InlineData("", 0, 0, 1)]
    [InlineData("C", 0, 0, 1)]
    public void A_label_is_named_by_its_letter_or_its_text(string answer, double official, double corrected, double unread) =>
        Assert.Equal((official, corrected, unread), All(new LabelGrader("(a)", ["Open", "Closed"]), answer));

    [Fact]
    public void The_corrected_rule_goes_by_the_corrected_label_where_the_question_file_is_wrong()
    {
        var grader = new LabelGrader("(a)", ["Open", "Closed"]) { CorrectedLabel = "(b)" };

        Assert.Equal((1, 0, 0), All(grader, "(a)"));
        Assert.Equal((0, 1, 0), All(grader, "(b)"));
        Assert.Equal("B. Closed", grader.Truth);
    }

    [Fact]
    public void A_label_that_is_no_options_letter_is_never_right()
    {
        var grader = new LabelGrader("(c)", ["Open", "Closed"]);

        Assert.Equal((0, 0, 1), All(grader, "no idea"));
        Assert.Equal("(c)", grader.Truth);
    }

    [Theory]
    [InlineData("Apple", 1, 0, 1)]
    [InlineData("(A)", 0, 1, 0)]
    [InlineData("Answer: A", 1, 1, 0)]
    [InlineData("The answer is A", 0, 1, 0)]
    [InlineData("a red fox", 1, 1, 0)]
    [InlineData("a blue bird", 1, 0, 0)]
    [InlineData("D", 0, 0, 1)]
    public void ScienceQas_choice_is_named_by_its_letter_or_its_text(string answer, double official, double corrected, double unread) =>
        Assert.Equal((official, corrected, unread), All(new ScienceQaGrader(["a red fox", "a blue bird", "fish"], 0), answer));

    [Theory]
    [InlineData("3", "Three.", 0, 1, 0)]
    [InlineData("Three", "3", 0, 1, 0)]
    [InlineData("Yes", "\"yes!\"", 0, 1, 0)]
    [InlineData("Bus", "Bus.", 1, 1, 0)]
    [InlineData("Left", "To the left", 0, 0, 0)]
    [InlineData("50%", "50 %", 1, 1, 0)]
    [InlineData("No", "...", 0, 0, 1)]
    public void RealWorldQas_words_are_compared_without_case_signs_and_number_words(
        string label,
        string answer,
        double official,
        double corrected,
        double unread
    ) => Assert.Equal((official, corrected, unread), All(new RealWorldQaGrader(label, AsksForLetter: false), answer));

    [Theory]
    [InlineData("A.", 1, 1, 0)]
    [InlineData("A. Yes, we are allowed", 0, 1, 0)]
    [InlineData("Answer: B", 0, 0, 0)]
    [InlineData("I do not know", 0, 0, 1)]
    public void RealWorldQas_letter_may_be_followed_by_its_text(string answer, double official, double corrected, double unread) =>
        Assert.Equal((official, corrected, unread), All(new RealWorldQaGrader("A", AsksForLetter: true), answer));

    [Theory]
    [InlineData("2.5.", "2.5", "2.5")]
    [InlineData("St.5", "st.5", "st5")]
    [InlineData(".5", ".5", ".5")]
    [InlineData("1.a", "1a", "1a")]
    [InlineData("im here", "im here", "i'm here")]
    [InlineData("dont", "don't", "don't")]
    public void TextVqas_corrected_form_keeps_decimal_periods_only_and_knows_small_contractions(
        string answer,
        string official,
        string corrected
    ) => Assert.Equal((official, corrected), (TextVqaAnswer.Official(answer), TextVqaAnswer.Corrected(answer)));

    [Property]
    public bool TextVqas_corrected_form_is_no_other_for_any_case_or_white_space_around(string answer) =>
        answer is null
        || !answer.All(char.IsAscii)
        || TextVqaAnswer.Corrected(answer) == TextVqaAnswer.Corrected($" \n{answer.ToLowerInvariant()}\t ");

    [Property]
    public bool Marks_of_a_rule_lie_between_0_and_1(string answer) =>
        answer is null
        || new Grader.Rule[]
        {
            new LabelGrader("(b)", ["x", "y"]),
            new RealWorldQaGrader("Yes", false),
            new RealWorldQaGrader("B", true),
            new ScienceQaGrader(["x", "y"], 1),
            new TextVqaGrader(["a", "b", "b", "c", "c", "c", "d", "d", "d", "d"]),
        }
            .SelectMany(grader => grader.Grade(answer))
            .All(mark => mark.Value is >= 0 and <= 1);
}
