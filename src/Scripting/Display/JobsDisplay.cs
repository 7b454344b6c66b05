using System.Collections.Immutable;
using System.Globalization;
using SVco.Training.Scheduling;

namespace SVco.Scripting.Display;

/// <summary>
/// Shows how far scheduled jobs are, such as the models of a study: in a terminal a row for the whole and one for each model at work, drawn over; elsewhere a line for each tenth.
/// </summary>
/// <param name="writer">Where it goes; the process's standard error.</param>
/// <param name="interrupt">Whether Ctrl-C was pressed, which says so on a line of its own under the rows.</param>
/// <param name="whole">What the jobs are together.</param>
/// <param name="many">What they are, such as models.</param>
public sealed class JobsDisplay(
    TextWriter writer,
    CancellationToken interrupt = default,
    string whole = "whole study",
    string many = "models"
)
{
    const int Width = 24;

    readonly bool terminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
    readonly RedrawnRows drawn = new(interrupt);
    int tenths = -1;

    /// <summary>Shows it.</summary>
    public void Show(JobsProgress progress)
    {
        if (terminal)
        {
            Draw(Rows(progress, Console.WindowWidth > 0 ? Console.WindowWidth : 80, whole, many));
        }
        else if ((int)(10 * progress.Done) > tenths)
        {
            tenths = (int)(10 * progress.Done);
            writer.WriteLine(Rows(progress with { Running = [] }, int.MaxValue, whole, many)[0]);
        }
    }

    /// <summary>The rows to show, none wider than the terminal: one that wraps could not be drawn over.</summary>
    internal static ImmutableArray<string> Rows(JobsProgress progress, int width, string whole = "whole study", string many = "models")
    {
        var names = progress.Running.Select(job => job.Name).Prepend(whole).Max(name => name.Length);
        return
        [
            Row(whole, progress.Done, $"{progress.Finished} of {progress.Jobs} {many}", progress.Left),
            .. progress.Running.Select(job => Row(job.Name, job.Done, job.Doing, job.Left)),
        ];

        string Row(string name, double done, string what, TimeSpan? left)
        {
            var filled = (int)(done * Width);
            var row = string.Create(
                CultureInfo.InvariantCulture,
                $"{name.PadRight(names)} {new string('█', filled)}{new string('░', Width - filled)} {Math.Floor(100 * done), 3:F0} %  {what}"
            );
            row += done < 1 && left is { } time ? $"  {Text(time)} left" : "";
            return row.Length < width ? row : row[..(width - 1)];
        }
    }

    void Draw(ImmutableArray<string> rows) =>
        writer.Write(drawn.Over(rows.Length) + string.Concat(rows.Select(row => row + Environment.NewLine)));

    static string Text(TimeSpan time) =>
        TimeSpan
            .FromSeconds(Math.Ceiling(time.TotalSeconds))
            .ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture);
}
