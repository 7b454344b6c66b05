using System.Collections.Immutable;
using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;
using SVco.Scripting.Printing;
using SVco.Training;

namespace SVco.Scripting.Display;

/// <summary>Shows runs of other processes: in a terminal rows and curves that are drawn over, elsewhere a line of each now and then.</summary>
sealed class WatchDisplay
{
    const int RowsOfWhole = 23;
    const string Hint = "Ctrl-C leaves; what runs goes on.";

    readonly RedrawnRows drawn = new(default);
    readonly Stopwatch clock = Stopwatch.StartNew();
    ImmutableDictionary<string, (string Line, TimeSpan At)> said = ImmutableDictionary<string, (string, TimeSpan)>.Empty;

    /// <summary>Shows them.</summary>
    public void Show(ImmutableArray<SeenRun> runs)
    {
        if (ProgressDisplay.IsTerminal)
        {
            Draw(runs);
            return;
        }

        foreach (var run in runs)
        {
            Say(run);
        }
    }

    /// <summary>A run in a line.</summary>
    internal static string LineOf(SeenRun run) =>
        $"{run.Folder}: {run.End ?? string.Join(' ', [run.Progress.Stage, .. run.Progress.Numbers.Take(1)])}";

    /// <summary>What a log shows of a run.</summary>
    internal static string LogOf(SeenRun run) =>
        string.Join("  ", new[] { LineOf(run) }.Concat(run.Progress.Numbers.Skip(1)).Append(run.Numbers).Where(part => part.Length > 0));

    void Say(SeenRun run)
    {
        var line = LogOf(run);
        if (
            !said.TryGetValue(run.Folder, out var last)
            || line != last.Line && (run.IsAtEnd || clock.Elapsed - last.At > ProgressLines.PauseAfter(clock.Elapsed))
        )
        {
            Console.WriteLine(line);
            said = said.SetItem(run.Folder, (line, clock.Elapsed));
        }
    }

    void Draw(ImmutableArray<SeenRun> runs)
    {
        var (columns, rows) = (AnsiConsole.Profile.Width, AnsiConsole.Profile.Height - 1);
        var shown = Shown(runs, columns, rows);
        var lines = Lines(shown, columns);
        AnsiConsole.Write(new ControlCode(drawn.Over(lines, columns)));
        AnsiConsole.Write(shown);
    }

    /// <summary>Runs, hint and, where rows are left, their curves.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="columns">The terminal's columns.</param>
    /// <param name="rows">The rows that can be drawn over; once all runs have ended there may be more.</param>
    internal static IRenderable Shown(ImmutableArray<SeenRun> runs, int columns, int rows)
    {
        var isEnd = runs.All(run => run.IsAtEnd);
        var hint = isEnd ? ImmutableArray<IRenderable>.Empty : [new Text(Hint)];
        var texts = new Rows(runs.SelectMany(run => Whole(run, columns)));
        if (!isEnd && Lines(texts, columns).Length + hint.Length > rows)
        {
            var most = Math.Max(1, rows - 2);
            texts = new([
                .. runs.Take(most).Select(run => Short(run, columns)),
                .. runs.Length > most ? [new Text($"and {runs.Length - most} more")] : Array.Empty<IRenderable>(),
            ]);
        }

        var left = (isEnd ? Math.Max(rows, RowsOfWhole) : rows) - Lines(texts, columns).Length - hint.Length;
        return new Rows([texts, .. Curves(runs, columns, left) is { } curves ? [curves] : Array.Empty<IRenderable>(), .. hint]);
    }

    static IRenderable? Curves(ImmutableArray<SeenRun> runs, int columns, int rows) =>
        runs is [var one] ? RunCurves.Of(one.Lines, columns, rows) : RunCurves.Fitting([.. runs.Select(Curve)], columns, rows);

    /// <summary>The losses that runs are compared by.</summary>
    static PlotLine Curve(SeenRun run) =>
        (RunCurves.Losses(run.Lines) is [.., var losses] ? losses : new("", [])) with
        {
            Name = run.Folder,
        };

    /// <summary>The folder, the bar or how it ended, the last numbers.</summary>
    static IEnumerable<IRenderable> Whole(SeenRun run, int columns)
    {
        if (run.End is { } || run.Phase is RunPhase.NotBegun)
        {
            yield return new Text(LineOf(run));
        }
        else
        {
            yield return new Text(CellText.Cut(run.Folder, columns - 1));
            yield return Row(run, $"  {run.Progress.Stage}", columns);
        }

        if (run.Numbers.Length > 0)
        {
            yield return new Text(CellText.Cut($"  {run.Numbers}", columns - 1));
        }
    }

    /// <summary>One row.</summary>
    static IRenderable Short(SeenRun run, int columns) =>
        run.End is { } || run.Phase is RunPhase.NotBegun ? new Text(CellText.Cut(LineOf(run), columns - 1)) : Row(run, run.Folder, columns);

    static Markup Row(SeenRun run, string title, int columns) =>
        ProgressRow.Of(title, run.Progress.Share, run.Progress.Numbers, columns - 1).Coloured();

    /// <summary>What is shown as rows of plain text.</summary>
    static string[] Lines(IRenderable shown, int columns) =>
        [
            .. Segment
                .SplitLines(shown.Render(RenderOptions.Create(AnsiConsole.Console), columns))
                .Select(line => string.Concat(line.Select(part => part.Text))),
        ];
}
