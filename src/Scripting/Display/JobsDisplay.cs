using System.Collections.Immutable;
using System.Globalization;
using SVco.Scripting.Printing;
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
    readonly bool terminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
    readonly RedrawnRows drawn = new(interrupt);
    int tenths = -1;

    /// <summary>Shows it.</summary>
    public void Show(JobsProgress progress)
    {
        if (terminal)
        {
            var columns = Console.WindowWidth > 0 ? Console.WindowWidth : 80;
            var rows = Rows(progress, columns, whole, many);
            writer.Write(drawn.Over(rows, columns) + string.Concat(rows.Select(row => row + Environment.NewLine)));
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
        var names = progress.Running.Select(job => job.Name).Prepend(whole).Max(CellText.Width);
        var padded = Math.Min(names, ProgressRow.MostOfTitle(width - 1));
        return
        [
            Row(whole, progress.Done, $"{progress.Finished} of {progress.Jobs} {many}", progress.Left),
            .. progress.Running.Select(job => Row(job.Name, job.Done, job.Doing, job.Left)),
        ];

        string Row(string name, double done, string what, TimeSpan? left) =>
            ProgressRow
                .Of(
                    name + new string(' ', Math.Max(0, padded - CellText.Width(name))),
                    done,
                    [
                        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(100 * done), 3:F0} %"),
                        what,
                        done < 1 && left is { } time ? $"{DurationText.Of(time)} left" : "",
                    ],
                    width - 1
                )
                .ToString();
    }
}
