using System.Diagnostics;
using SVco.Models.Hub;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>Tells what happens in a run to whoever shows it, if anyone does, and how far it is to other processes.</summary>
sealed class RunProgress(IProgress<RunEvent>? shown) : IProgress<HubProgress>
{
    // An hour of scoring the reference is to be seen from outside; the disk may be slow.
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    readonly Stopwatch sinceWritten = new();
    (string File, RunStatus Now)? status;

    public void Tell(RunEvent next) => shown?.Report(next);

    public void Note(string text) => Tell(new RunEvent.Note(text));

    /// <inheritdoc/>
    public void Report(HubProgress value) => Tell(new RunEvent.Downloading(value));

    /// <summary>Goes through the items of a stage of the run.</summary>
    public void Go<T>(string title, int done, int total, IEnumerable<T> items, Action<T> each)
    {
        Tell(new RunEvent.Began(title, done, total));
        Write(new(title, done, done, total, DateTimeOffset.UtcNow));
        try
        {
            foreach (var item in items)
            {
                each(item);
                Advance();
            }
        }
        finally
        {
            Tell(new RunEvent.Ended());
        }
    }

    /// <summary>Makes a run; meanwhile a file says where it stands, and afterwards how it ended.</summary>
    /// <param name="file">The file.</param>
    /// <param name="stop">Cancelled when the run was asked to stop.</param>
    /// <param name="run">Makes it.</param>
    public RunResult Recorded(string file, CancellationToken stop, Func<RunResult> run)
    {
        status = (file, new("beginning", 0, 0, 0, DateTimeOffset.UtcNow));
        Write(status.Value.Now);
        try
        {
            var result = run();
            End(result.State == RunState.Finished ? null : RunEnd.Stopped);
            return result;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            End(RunEnd.Stopped);
            throw;
        }
        catch (Exception error)
        {
            End(RunEnd.Failed, error is Core.UserException ? error.Message : $"{error.GetType()}: {error.Message}");
            throw;
        }
    }

    void Advance()
    {
        if (status is { Now: var now } && now.Stage != RunStatus.Training)
        {
            var next = now with { Done = now.Done + 1 };
            status = status.Value with { Now = next };
            if (sinceWritten.Elapsed > Pause)
            {
                Write(next);
            }
        }
    }

    void End(RunEnd? end, string? failure = null)
    {
        if (end is not null)
        {
            Write(status!.Value.Now with { End = end, Failure = failure });
        }

        status = null;
    }

    void Write(RunStatus now)
    {
        if (status is { File: var file })
        {
            status = (file, now);
            now.Write(file);
            sinceWritten.Restart();
        }
    }
}
