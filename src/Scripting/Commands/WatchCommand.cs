using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using SVco.Scripting.Display;

namespace SVco.Scripting.Commands;

/// <summary><c>svco watch FOLDER...</c></summary>
static class WatchCommand
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Looking takes at most this share of the time: the machine is there for the run.</summary>
    const int PausesPerLook = 10;

    public static Command Create()
    {
        var runs = new Argument<string[]>("runs")
        {
            Description = "Folders of runs, such as runs/svco_lvint; a run that has not begun yet is waited for.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command(
            "watch",
            "Follow runs of other processes: how far they are, their losses and curves. Ends with the last of them, with exit code 0 when all are finished."
        )
        {
            runs,
        };
        command.SetAction((parsed, _) => RunAsync([.. parsed.GetRequiredValue(runs).Distinct()]));
        return command;
    }

    // Ctrl-C ends the process as usual: nothing is to be saved.
    static async Task<int> RunAsync(ImmutableArray<string> folders)
    {
        var display = new WatchDisplay();
        while (true)
        {
            var look = Stopwatch.StartNew();
            ImmutableArray<SeenRun> runs = [.. folders.Select(SeenRun.Of)];
            display.Show(runs);
            if (runs.All(run => run.IsAtEnd))
            {
                return runs.All(run => run.Phase is Training.RunPhase.Finished) ? 0 : 1;
            }

            await Task.Delay(TimeSpan.FromTicks(Math.Max(Pause.Ticks, PausesPerLook * look.Elapsed.Ticks)));
        }
    }
}
