using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Scripting.Repl.Editing;

namespace SVco.Scripting.Tests;

/// <summary>What the keys of the line editor do to an input.</summary>
public sealed class InputTextTests
{
    static readonly (string Name, Func<InputText, InputText> Do)[] Keys =
    [
        ("type", input => input.Type('a')),
        ("brace", input => input.Type('}')),
        ("new line", input => input.NewLine()),
        ("backspace", input => input.Backspace()),
        ("delete", input => input.Delete()),
        ("delete word", input => input.DeleteWord()),
        ("delete to end", input => input.DeleteToEnd()),
        ("delete to start", input => input.DeleteToStart()),
        ("left", input => input.Left()),
        ("right", input => input.Right()),
        ("word left", input => input.WordLeft()),
        ("word right", input => input.WordRight()),
        ("home", input => input.Home()),
        ("end", input => input.End()),
        ("up", input => input.Up()),
        ("down", input => input.Down()),
    ];

    static readonly Arbitrary<InputText> Inputs = (
        from pieces in Gen.Elements("a", "b1", " ", "    ", "\n", "{", "}", "(", "😀").ListOf()
        let text = string.Concat(pieces)
        from caret in Gen.Choose(0, text.Length)
        select new InputText(text, caret).Right().Left()
    ).ToArbitrary();

    [Property]
    public Property The_caret_never_leaves_the_text_nor_halves_a_letter() =>
        Prop.ForAll(
            Inputs,
            Gen.Elements(Keys).ToArbitrary(),
            (input, key) =>
                key.Do(input) is var next
                && next.Caret >= 0
                && next.Caret <= next.Text.Length
                && !(next.Caret < next.Text.Length && char.IsLowSurrogate(next.Text[next.Caret]))
        );

    [Property]
    public Property A_letter_that_is_typed_goes_with_backspace() => Prop.ForAll(Inputs, input => input.Type('a').Backspace() == input);

    [Property]
    public Property Moving_changes_no_text() =>
        Prop.ForAll(
            Inputs,
            Gen.Elements(
                    Keys.Where(key => key.Name is "left" or "right" or "word left" or "word right" or "home" or "end" or "up" or "down")
                )
                .ToArbitrary(),
            (input, key) => key.Do(input).Text == input.Text
        );

    [Property]
    public Property Down_undoes_up_where_the_lines_are_long_enough() =>
        Prop.ForAll(
            Inputs,
            input =>
                (input.Up().Down() == input).When(
                    !input.IsInFirstLine && input.Up().Before.Split('\n')[^1].Length == input.Before.Split('\n')[^1].Length
                )
        );

    [Theory]
    [InlineData("if (x) {|", "if (x) {\n    |")]
    [InlineData("    a;|", "    a;\n    |")]
    [InlineData("a|b", "a\n|b")]
    public void A_new_line_begins_where_its_block_does(string before, string after) => Assert.Equal(At(after), At(before).NewLine());

    [Fact]
    public void A_line_is_entered_before_a_letter_of_two_code_units_not_in_it()
    {
        Assert.Equal(At("|😀\nab"), At("😀\na|b").Up());
        Assert.Equal(At("ab\n|😀"), At("a|b\n😀").Down());
    }

    [Theory]
    [InlineData("{\n    |", "{\n}|")]
    [InlineData("a |", "a }|")]
    public void A_closing_brace_ends_its_block_where_that_began(string before, string after) =>
        Assert.Equal(At(after), At(before).Type('}'));

    [Theory]
    [InlineData("a.bc  |", "a.|")]
    [InlineData("a.|", "|")]
    public void A_word_is_taken_out_with_what_follows_it(string before, string after) => Assert.Equal(At(after), At(before).DeleteWord());

    /// <summary>The bar stands for the caret.</summary>
    static InputText At(string text) => new(text.Replace("|", "", StringComparison.Ordinal), text.IndexOf('|', StringComparison.Ordinal));
}
