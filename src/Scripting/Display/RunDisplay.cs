using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using SVco.Core.Metrics;
using SVco.Experiments;
using SVco.Models.Hub;
using SVco.Scripting.Printing;
using SVco.Training;

namespace SVco.Scripting.Display;

/// <summary>Shows a run of an experiment.</summary>
/// <param name="stop">Cancelled by Ctrl-C.</param>
sealed class RunDisplay(CancellationToken stop) : IProgress<RunEvent>
{
    /// <summary>So that the whole stands in a terminal of 24 rows.</summary>
    const int RowsOfCurves = 20;

    readonly Stopwatch _clock = new();
    IProgressDisplay? _shown;
    string _download = "";
    long _tokens;
    TimeSpan _time;
    TimeSpan _waiting;

    /// <inheritdoc/>
    public void Report(RunEvent value)
    {
        switch (value)
        {
            case RunEvent.Note(var text):
                Note(text);
                break;
            case RunEvent.Downloading(var progress):
                Show(progress);
                break;
            case RunEvent.Began(var title, var done, var total):
                _shown = ProgressDisplay.Create(title, done, total, stop);
                _clock.Restart();
                break;
            case RunEvent.Advanced:
                _shown?.Advance([]);
                break;
            case RunEvent.Trained(var next):
                Show(next);
                break;
            case RunEvent.Ended:
                _shown = null;
                break;
            // A log has the numbers as lines, and `svco watch` draws them from the run's folder.
            case RunEvent.Finished(var folder) when !Console.IsOutputRedirected:
                if (RunCurves.Of(MetricsLog.Read(folder), AnsiConsole.Profile.Width, RowsOfCurves) is { } curves)
                {
                    AnsiConsole.Write(curves);
                }

                break;
        }
    }

    void Note(string text)
    {
        if (_shown is { } shown)
        {
            shown.Note(text);
        }
        else
        {
            Console.WriteLine(ProgressDisplay.IsTerminal ? WrappedText.Of(text, AnsiConsole.Profile.Width - 1) : text);
        }
    }

    /// <summary>A line for every tenth of a model's files.</summary>
    void Show(HubProgress progress)
    {
        var line =
            $"downloading {progress.File}: {10 * (progress.TotalBytes == 0 ? 10 : 10 * progress.Bytes / progress.TotalBytes)} % of {progress.TotalBytes / 1e6:0} MB";
        if (line != _download)
        {
            Note(_download = line);
        }
    }

    void Show(TrainingEvent next)
    {
        switch (next)
        {
            case TrainingEvent.Stepped step:
                _tokens += step.Tokens;
                (_time, _waiting) = (_time + step.Time, _waiting + step.DataTime);
                _shown?.Advance([
                    LossOf(step.Metrics),
                    string.Create(CultureInfo.InvariantCulture, $"{_tokens / _clock.Elapsed.TotalSeconds:#,0} tokens/s"),
                    string.Create(CultureInfo.InvariantCulture, $"waiting for data {_waiting / _time:0%}"),
                    AccuraciesOf(step.Metrics, step.IsReference),
                ]);
                break;
            case TrainingEvent.Evaluated evaluated:
                Note(
                    $"validation after step {evaluated.Step}: {LossOf(evaluated.Metrics)}  {AccuraciesOf(evaluated.Metrics, evaluated.IsReference)}".TrimEnd()
                );
                break;
        }
    }

    static string LossOf(TableMetrics metrics) => $"loss {NumberText.Of(metrics.Loss)}";

    /// <summary>The share of pairs on the right side of each term. Of a policy that is still the reference it would be that of its rounding errors.</summary>
    static string AccuraciesOf(TableMetrics metrics, bool isReference) =>
        isReference
            ? "still the reference"
            : string.Join(
                "  ",
                metrics
                    .Terms.Where(term => term.Accuracy is not null)
                    .Select(term => string.Create(CultureInfo.InvariantCulture, $"{term.Name} {100 * term.Accuracy:0}%"))
            );
}
