using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Spectre.Console;
using SVco.Core.Metrics;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>What a person sees of a run: a progress bar in a terminal, a line a step elsewhere.</summary>
static class RunDisplay
{
    static IShown? _shown;

    /// <summary>A line that stays above what is being shown; any thread may say it.</summary>
    public static void Warn(string text)
    {
        if (_shown is { } shown)
        {
            shown.Note(text);
        }
        else
        {
            Console.WriteLine(text);
        }
    }

    /// <summary>Goes through the items of a part of the run, showing how many of how many are done.</summary>
    public static void Count<T>(string title, int total, IEnumerable<T> items, Action<T> each) =>
        Show(
            Create(title, done: 0, total),
            shown =>
            {
                foreach (var item in items)
                {
                    each(item);
                    shown.Advance("", "");
                }
            }
        );

    static void Show(IShown shown, Action<IShown> work)
    {
        _shown = shown;
        try
        {
            work(shown);
        }
        finally
        {
            _shown = null;
        }
    }

    /// <summary>Goes through a run's events, showing the training steps.</summary>
    public static void Training(string title, int done, int total, IEnumerable<TrainingEvent> events, Action<TrainingEvent> each)
    {
        var clock = Stopwatch.StartNew();
        long tokens = 0;
        var (time, waiting) = (TimeSpan.Zero, TimeSpan.Zero);
        Show(
            Create(title, done, total),
            shown =>
            {
                foreach (var next in events)
                {
                    each(next);
                    switch (next)
                    {
                        case TrainingEvent.Stepped step:
                            tokens += step.Tokens;
                            (time, waiting) = (time + step.Time, waiting + step.DataTime);
                            var rate = tokens / clock.Elapsed.TotalSeconds;
                            shown.Advance(
                                Describe(step.Metrics),
                                string.Create(CultureInfo.InvariantCulture, $"{rate:#,0} tokens/s, waiting for data {waiting / time:0%}")
                            );
                            break;
                        case TrainingEvent.Evaluated evaluated:
                            shown.Note($"validation after step {evaluated.Step}: {Describe(evaluated.Metrics)}");
                            break;
                    }
                }
            }
        );
    }

    /// <summary>Loss and the share of pairs on the right side of each term.</summary>
    static string Describe(TableMetrics metrics) =>
        string.Join(
            "  ",
            metrics
                .Terms.Where(term => term.Accuracy is not null)
                .Select(term => $"{term.Name} {100 * term.Accuracy!.Value:0}%")
                .Prepend(string.Create(CultureInfo.InvariantCulture, $"loss {metrics.Loss:0.0000}"))
        );

    /// <summary>Begins to show a part of a run.</summary>
    /// <param name="title">Its name.</param>
    /// <param name="done">How many of its items were done before; the time left does not count them.</param>
    /// <param name="total">How many items it has.</param>
    /// <param name="pause">Between two lines where there is no terminal; a second when null.</param>
    public static IShown Create(string title, int done, int total, TimeSpan? pause = null) =>
        AnsiConsole.Profile.Capabilities is { Interactive: true, Ansi: true } && !Console.IsOutputRedirected
            ? new Bar(title, done, total)
            : new Lines(title, done, total, pause ?? TimeSpan.FromSeconds(1));

    /// <summary>A part of a run that is being shown.</summary>
    public interface IShown
    {
        /// <summary>So many more are done.</summary>
        void Advance(string metrics, string speed, int by = 1);

        /// <summary>A line that stays.</summary>
        void Note(string text);
    }

    // The pause keeps the log file of a long run readable.
    sealed class Lines(string title, int done, int total, TimeSpan pause) : IShown
    {
        readonly Stopwatch _sinceLine = new();
        int _done = done;

        public void Advance(string metrics, string speed, int by)
        {
            _done += by;
            if (!_sinceLine.IsRunning || _sinceLine.Elapsed > pause || _done == total)
            {
                Console.WriteLine($"{title} {_done}/{total}  {metrics}  {speed}".TrimEnd());
                _sinceLine.Restart();
            }
        }

        public void Note(string text) => Console.WriteLine(text);
    }

    /// <summary>
    /// Two rows that are drawn over: the bar with steps, speed and time left; the metrics. Each is cut at the terminal's width, since a row
    /// that wraps could not be drawn over.
    /// </summary>
    sealed class Bar : IShown
    {
        const int Width = 20;
        readonly string _title;
        readonly int _begun;
        readonly int _total;
        readonly Stopwatch _clock = Stopwatch.StartNew();
        int _done;
        string _metrics = "";
        string _speed = "";
        int _rowsToDrawOver;
        bool _interruptSeen;

        public Bar(string title, int done, int total)
        {
            (_title, _begun, _done, _total) = (title, done, done, total);
            Draw("");
        }

        public void Advance(string metrics, string speed, int by)
        {
            (_done, _metrics, _speed) = (_done + by, metrics, speed);
            Draw("");
        }

        public void Note(string text) => Draw(text + "\n");

        // The loader's thread may have something to say too.
        [MethodImpl(MethodImplOptions.Synchronized)]
        void Draw(string above)
        {
            // What Ctrl-C printed stands below the rows and shall stay: begin anew under it.
            if (Interrupt.Token.IsCancellationRequested && !_interruptSeen)
            {
                (_interruptSeen, _rowsToDrawOver) = (true, 0);
            }

            var filled = _total == 0 ? Width : Width * _done / _total;
            var bar = $"[green]{new string('━', filled)}[/][grey]{new string('━', Width - filled)}[/]";
            string[] rows =
            [
                $"{_title} {bar} {_done}/{_total}  {_speed}{(_speed.Length > 0 ? "  " : "")}{TimeLeft()}",
                .. _metrics.Length > 0 ? [Markup.Escape($"  {_metrics}")] : Array.Empty<string>(),
            ];
            if (_rowsToDrawOver > 0)
            {
                AnsiConsole.Write(new ControlCode($"\u001b[{_rowsToDrawOver}A\r\u001b[J"));
            }

            AnsiConsole.Write(above);
            foreach (var row in rows)
            {
                AnsiConsole.Write(new Markup(row) { Overflow = Overflow.Ellipsis });
                AnsiConsole.WriteLine();
            }

            _rowsToDrawOver = rows.Length;
        }

        string TimeLeft() =>
            _done == _begun ? ""
            : _done == _total ? Text(_clock.Elapsed)
            : $"{Text(_clock.Elapsed / (_done - _begun) * (_total - _done))} left";

        static string Text(TimeSpan time) => time.ToString(time.Days > 0 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);
    }
}
