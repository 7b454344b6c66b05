using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Spectre.Console;

namespace SVco.Scripting.Display;

/// <summary>
/// Two rows that are drawn over: the bar with steps, speed and time left; the metrics. Each is cut at the terminal's width, since a row
/// that wraps could not be drawn over.
/// </summary>
sealed class ProgressBar : IProgressDisplay
{
    const int Width = 20;
    readonly string _title;
    readonly int _begun;
    readonly int _total;
    readonly RedrawnRows _rows;
    readonly Stopwatch _clock = Stopwatch.StartNew();
    int _done;
    string _metrics = "";
    string _speed = "";

    public ProgressBar(string title, int done, int total, CancellationToken stop)
    {
        (_title, _begun, _done, _total, _rows) = (title, done, done, total, new(stop));
        Draw("");
    }

    public void Advance(string metrics, string speed, int by)
    {
        (_done, _metrics, _speed) = (_done + by, metrics, speed);
        Draw("");
    }

    public void Note(string text) => Draw(WrappedText.Of(text, AnsiConsole.Profile.Width - 1) + "\n");

    // The loader's thread may have something to say too.
    [MethodImpl(MethodImplOptions.Synchronized)]
    void Draw(string above)
    {
        var filled = _total == 0 ? Width : Width * _done / _total;
        // The two differ also where there is no colour.
        var bar = $"[green]{new string('█', filled)}[/][grey]{new string('░', Width - filled)}[/]";
        var room = AnsiConsole.Profile.Width - 1;
        var numbers = Fitting([$" {_done}/{_total}", TimeLeft(), .. _speed.Split(", ")], room - _title.Length - 1 - Width);
        string[] rows =
        [
            $"{Markup.Escape(_title)} {bar}{Markup.Escape(numbers)}",
            .. _metrics.Length > 0 ? [Cut($"  {_metrics}", room)] : Array.Empty<string>(),
        ];
        AnsiConsole.Write(new ControlCode(_rows.Over(rows.Length)));
        AnsiConsole.Write(above);
        foreach (var row in rows)
        {
            AnsiConsole.Write(new Markup(row));
            AnsiConsole.WriteLine();
        }
    }

    /// <summary>As many of the parts as there is room for, the first ones first.</summary>
    static string Fitting(IEnumerable<string> parts, int room)
    {
        var text = "";
        foreach (var part in parts.Where(part => part.Length > 0))
        {
            var longer = text.Length == 0 ? part : $"{text}  {part}";
            if (longer.Length > room)
            {
                break;
            }

            text = longer;
        }

        return text;
    }

    /// <summary>As much of a text as there is room for, ready to be shown.</summary>
    static string Cut(string text, int room) => Markup.Escape(text.Length <= room ? text : $"{text[..Math.Max(0, room - 1)]}…");

    string TimeLeft() =>
        _done == _begun ? ""
        : _done == _total ? Text(_clock.Elapsed)
        : $"{Text(_clock.Elapsed / (_done - _begun) * (_total - _done))} left";

    static string Text(TimeSpan time) =>
        time.ToString(
            time.Days > 0 ? @"d\.hh\:mm\:ss"
                : time.Hours > 0 ? @"h\:mm\:ss"
                : @"m\:ss",
            CultureInfo.InvariantCulture
        );
}
