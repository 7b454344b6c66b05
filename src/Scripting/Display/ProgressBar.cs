using System.Diagnostics;
using System.Runtime.CompilerServices;
using Spectre.Console;

namespace SVco.Scripting.Display;

/// <summary>A row that is drawn over: a bar with what is done, the time left and the stage's numbers. Never wider than the terminal, since a row that wraps could not be drawn over.</summary>
sealed class ProgressBar : IProgressDisplay
{
    // The eye sees no more, and drawing takes longer than some of the items.
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly string title;
    readonly int total;
    readonly StageClock clock;
    readonly RedrawnRows rows;
    readonly Stopwatch sinceDrawn = Stopwatch.StartNew();
    int done;
    IReadOnlyList<string> numbers = [];

    public ProgressBar(string title, int done, int total, CancellationToken stop)
    {
        (this.title, this.done, this.total, clock, rows) = (title, done, total, new(done, total), new(stop));
        Draw("");
    }

    public void Advance(IReadOnlyList<string> numbers, int by)
    {
        (done, this.numbers) = (done + by, numbers);
        if (done >= total || sinceDrawn.Elapsed > Pause)
        {
            Draw("");
        }
    }

    public void Note(string text) => Draw(WrappedText.Of(text, AnsiConsole.Profile.Width - 1) + "\n");

    // The loader's thread may have something to say too.
    [MethodImpl(MethodImplOptions.Synchronized)]
    void Draw(string above)
    {
        var row = ProgressRow.Of(
            title,
            total == 0 ? 1 : (double)done / total,
            [$"{done}/{total}", clock.Text(done), .. numbers],
            AnsiConsole.Profile.Width - 1
        );
        AnsiConsole.Write(new ControlCode(rows.Over([$"{row}"], AnsiConsole.Profile.Width)));
        AnsiConsole.Write(above);
        AnsiConsole.Write(row.Coloured());
        AnsiConsole.WriteLine();
        sinceDrawn.Restart();
    }
}
