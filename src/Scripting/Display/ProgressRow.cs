using Spectre.Console;
using SVco.Scripting.Printing;

namespace SVco.Scripting.Display;

/// <summary>A bar and what belongs to it, in one row of a terminal.</summary>
/// <param name="Title">What is done.</param>
/// <param name="Done">The bar's part that is done. The two differ also where there is no colour.</param>
/// <param name="Undone">The other part.</param>
/// <param name="Numbers">What stands behind it.</param>
sealed record ProgressRow(string Title, string Done, string Undone, string Numbers)
{
    const int Widest = 20;
    const string Gap = "  ";

    /// <summary>The row that fits into so many columns.</summary>
    /// <param name="title">Cut where it is long.</param>
    /// <param name="share">The share that is done, 0 to 1.</param>
    /// <param name="numbers">The most important first: the others are left out where there is no room. Empty ones do not count.</param>
    /// <param name="columns">The most columns that it takes.</param>
    public static ProgressRow Of(string title, double share, IEnumerable<string> numbers, int columns)
    {
        var name = CellText.Cut(title, MostOfTitle(columns));
        var bar = Math.Clamp(columns - CellText.Width(name) - 1, 0, Math.Min(Widest, columns / 4));
        var done = (int)(Math.Clamp(share, 0, 1) * bar);
        var room = columns - CellText.Width(name) - 1 - bar;
        return new(name, new('█', done), new('░', bar - done), Fitting(numbers, room));
    }

    /// <summary>The most columns that a title takes of so many.</summary>
    public static int MostOfTitle(int columns) => columns / 3;

    /// <summary>The row as plain text.</summary>
    public override string ToString() => $"{Title} {Done}{Undone}{Numbers}";

    /// <summary>The row in colours.</summary>
    public Markup Coloured() => new($"{Markup.Escape(Title)} [green]{Done}[/][grey]{Undone}[/]{Markup.Escape(Numbers)}");

    static string Fitting(IEnumerable<string> parts, int room)
    {
        var text = "";
        foreach (var part in parts.Where(part => part.Length > 0))
        {
            // Half of a number would be another number.
            var longer = (text.Length == 0 ? " " : text + Gap) + CellText.Cut(part, int.MaxValue);
            if (CellText.Width(longer) > room)
            {
                break;
            }

            text = longer;
        }

        return text;
    }
}
