using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SVco.Scripting.Display;
using SVco.Scripting.Printing;

namespace SVco.Scripting.Tests;

/// <summary>The row that a stage is shown in.</summary>
public sealed class ProgressRowTests
{
    /// <summary>Letters of one column, of two, of none, of several code units, and such as have no place in a row.</summary>
    static readonly Gen<string> Texts =
        from letters in Gen.Elements(
                "a",
                "B",
                " ",
                "[",
                "]",
                "日",
                "ｱ",
                "é",
                "e\u0301",
                "😀",
                "👩‍👩‍👧",
                "⚠️",
                "\n",
                "\t",
                "\u001b",
                "\ud800"
            )
            .ListOf()
        select string.Concat(letters);

    static readonly Gen<double> Numbers = Gen.OneOf(
        Gen.Choose(0, 100).Select(number => number / 7.0),
        Gen.Elements(double.NaN, double.PositiveInfinity, -1e300, 1e12, 0)
    );

    static readonly Gen<string[]> Parts =
        from done in Gen.Choose(0, int.MaxValue)
        from loss in Numbers
        from time in Numbers
        from more in Texts.ArrayOf(3)
        select (string[])[$"{done}/{int.MaxValue}", $"{DurationText.Of(1e5 * time)} left", $"loss {NumberText.Of(loss)}", .. more];

    static Property For(Func<string, double, string[], int, bool> holds) =>
        Prop.ForAll(
            (
                from title in Texts
                from share in Numbers
                from parts in Parts
                from window in Gen.Choose(1, 220)
                select (title, share, parts, window)
            ).ToArbitrary(),
            given => holds(given.title, given.share, given.parts, given.window)
        );

    [Property(MaxTest = 300)]
    public Property No_row_is_wider_than_the_window_without_its_last_column() =>
        For(
            (title, share, parts, window) =>
                CellText.Width($"{ProgressRow.Of(title, share, parts, window - 1)}") <= Math.Max(1, window - 1)
                && !$"{ProgressRow.Of(title, share, parts, window - 1)}".Any(char.IsControl)
        );

    [Property]
    public Property A_number_is_shown_whole_or_not_at_all_and_the_most_important_ones_first() =>
        For(
            (title, share, parts, window) =>
            {
                var shown = ProgressRow.Of(title, share, parts, window - 1).Numbers;
                return Enumerable
                    .Range(0, parts.Length + 1)
                    .Select(count => string.Join("  ", parts.Take(count).Where(part => part.Length > 0).Select(OneLine)))
                    .Any(first => shown == (first.Length > 0 ? $" {first}" : ""));
            }
        );

    [Theory]
    [InlineData(40, "training ░░░░░░░░░ 0/12345")]
    [InlineData(80, "training █████████░░░░░░░░░░ 6000/12345  2 d 5 h left  loss 2.7819")]
    public void What_is_done_shows_without_colours_and_in_a_narrow_terminal(int window, string row) =>
        Assert.Equal(
            row,
            $"{(window == 40
                ? ProgressRow.Of("training", 0, ["0/12345", "", "loss 2.7819, and more"], window - 1)
                : ProgressRow.Of("training", 0.5, ["6000/12345", "2 d 5 h left", "loss 2.7819", "1,234,567 tokens/s"], window - 1))}"
        );

    [Theory]
    [InlineData(0.2, "0:01")]
    [InlineData(3599, "59:59")]
    [InlineData(26 * 3600, "1 d 2 h")]
    [InlineData(1e300, "over 999 d")]
    [InlineData(double.NaN, "0:00")]
    public void Durations_have_the_units_that_a_person_counts_in(double seconds, string text) =>
        Assert.Equal(text, DurationText.Of(seconds));

    [Theory]
    [InlineData(2.78194, "2.7819")]
    [InlineData(123456789, "1.235e+8")]
    [InlineData(double.NaN, "NaN")]
    public void A_large_loss_takes_no_more_room(double loss, string text) => Assert.Equal(text, NumberText.Of(loss));

    [Fact]
    public void Rows_that_a_narrower_terminal_has_broken_are_drawn_over_too()
    {
        var rows = new RedrawnRows(default);
        Assert.Equal("", rows.Over([new('x', 79), "日本"], 80));
        Assert.Equal("\u001b[2A\r\u001b[J", rows.Over([new('x', 79), "日本"], 80));
        Assert.Equal("\u001b[29A\r\u001b[J", rows.Over([], 3));
        Assert.Equal("", rows.Over([], 3));
    }

    [Property]
    public bool The_longer_a_stage_takes_the_longer_nothing_is_said_up_to_a_minute(PositiveInt seconds)
    {
        var pause = ProgressLines.PauseAfter(TimeSpan.FromSeconds(seconds.Get));
        return pause >= TimeSpan.FromSeconds(1)
            && pause <= TimeSpan.FromMinutes(1)
            && pause <= ProgressLines.PauseAfter(TimeSpan.FromSeconds(seconds.Get + 1.0));
    }

    static string OneLine(string text) => CellText.Cut(text, int.MaxValue);
}
