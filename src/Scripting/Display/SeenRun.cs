using System.Collections.Immutable;
using System.Globalization;
using SVco.Core;
using SVco.Scripting.Printing;
using SVco.Training;

namespace SVco.Scripting.Display;

/// <summary>A run of another process as it shows in its folder.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Lines">Its numbers so far.</param>
/// <param name="Written">When the last of them was written.</param>
/// <param name="Now">When this was seen.</param>
sealed record SeenRun(string Folder, RunPhase Phase, ImmutableArray<MetricsLine> Lines, DateTimeOffset Written, DateTimeOffset Now)
{
    const string Rate = "learning_rate";
    static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    /// <summary>Looks at a folder.</summary>
    /// <exception cref="UserException">It is a folder of something else, or a file of the run is broken.</exception>
    public static SeenRun Of(string folder)
    {
        if (File.Exists(Path.Combine(folder, "sweep.yaml")))
        {
            throw new UserException($"{folder} is the folder of a sweep. Each of its runs has one in {Path.Combine(folder, "runs")}.");
        }

        var phase = RunFolder.PhaseOf(folder);
        return new(
            folder,
            phase,
            MetricsLog.Read(folder),
            File.GetLastWriteTimeUtc(Path.Combine(folder, MetricsLog.FileName)),
            DateTimeOffset.UtcNow
        );
    }

    /// <summary>Whether no process will go on with it by itself.</summary>
    public bool IsAtEnd => Phase is not (RunPhase.NotBegun or RunPhase.AtWork);

    /// <summary>What the row of its bar shows.</summary>
    public (string Stage, double Share, ImmutableArray<string> Numbers) Progress =>
        Phase switch
        {
            RunPhase.NotBegun => ("no run has begun here yet", 0, []),
            RunPhase.AtWork({ Stage: RunStatus.Training } status) => (
                status.Stage,
                (double)Step / status.Total,
                [
                    $"{Step}/{status.Total}",
                    Left(Step - status.Begun, status.Total - Step, Written - status.Since, Now - Written),
                    LossOf(LastStep, "loss"),
                ]
            ),
            RunPhase.AtWork({ Total: > 0 } status) => (status.Stage, (double)status.Done / status.Total, [$"{status.Done}/{status.Total}"]),
            RunPhase.AtWork({ } status) => (status.Stage, 0, []),
            RunPhase.AtWork => ("at work", 0, [$"step {Step}", LossOf(LastStep, "loss")]),
            _ => ("", 0, []),
        };

    /// <summary>Its last numbers.</summary>
    public string Numbers =>
        string.Join(
            ", ",
            new[]
            {
                LastValidation is { } validation ? $"validation {LossOf(validation, "eval_loss")} after step {validation.Step}" : "",
                LastStep is { } last && last.Numbers.ContainsKey(Rate)
                    ? string.Create(CultureInfo.InvariantCulture, $"learning rate {last[Rate]:G3}")
                    : "",
                // A process that hangs shows itself.
                !Lines.IsEmpty && !IsAtEnd && Now - Written > Long
                    ? $"last line {DurationText.Of(Now - Written)} ago"
                    : "",
            }.Where(part => part.Length > 0)
        );

    /// <summary>How it has ended, and how that is known; null while it may go on.</summary>
    public string? End =>
        Phase switch
        {
            RunPhase.Finished({ } checkpoint) => $"finished{After}: {checkpoint}",
            RunPhase.Finished => $"finished{After}; its model was given away since",
            RunPhase.Stopped => $"stopped{After}, as its process says it was asked to. {GoesOn}",
            RunPhase.Failed(var status) => $"failed ({status.Stage}{After}): {status.Failure}",
            RunPhase.Killed(var status) =>
                $"its process is gone without a word ({status.Stage}{After}), as one that was killed or had no memory left: nobody holds the folder's lock. {GoesOn}",
            RunPhase.Left =>
                $"no process is at work on it{After} (nobody holds the folder's lock), and none has said how it ended. {GoesOn}",
            _ => null,
        };

    MetricsLine? LastStep => Lines.LastOrDefault(line => !line.IsValidation);

    MetricsLine? LastValidation => Lines.LastOrDefault(line => line.IsValidation);

    int Step => LastStep?.Step ?? 0;

    string After =>
        (Step, Phase) switch
        {
            (0, RunPhase.Finished) => "",
            (0, _) => " before the first step",
            (_, RunPhase.Stopped({ Stage: RunStatus.Training, Total: var total })) => $" after step {Step} of {total}",
            (_, RunPhase.Failed({ Stage: RunStatus.Training, Total: var total })) => $" after step {Step} of {total}",
            (_, RunPhase.Killed({ Stage: RunStatus.Training, Total: var total })) => $" after step {Step} of {total}",
            _ => $" after step {Step}",
        };

    string GoesOn =>
        RunFolder.StateIn(Folder).Step is > 0 and var saved
            ? $"The command that made it goes on from the saved state of step {saved}."
            : "The command that made it begins it again: no state was saved.";

    static string LossOf(MetricsLine? line, string number) =>
        line is not null && line.Numbers.ContainsKey(number) ? $"loss {NumberText.Of(line[number])}" : "";

    static string Left(int made, int left, TimeSpan taken, TimeSpan since) =>
        made <= 0 || left <= 0 ? "" : $"{DurationText.Of(taken.TotalSeconds / made * left - since.TotalSeconds)} left";
}
