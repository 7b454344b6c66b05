using SVco.Models.Hub;

namespace SVco.Experiments;

/// <summary>Tells what happens in a run to whoever shows it, if anyone does.</summary>
sealed class RunProgress(IProgress<RunEvent>? shown) : IProgress<HubProgress>
{
    public void Tell(RunEvent next) => shown?.Report(next);

    public void Note(string text) => Tell(new RunEvent.Note(text));

    /// <inheritdoc/>
    public void Report(HubProgress value) => Tell(new RunEvent.Downloading(value));

    /// <summary>Goes through the items of a stage of the run.</summary>
    public void Go<T>(string title, int done, int total, IEnumerable<T> items, Action<T> each)
    {
        Tell(new RunEvent.Began(title, done, total));
        try
        {
            foreach (var item in items)
            {
                each(item);
            }
        }
        finally
        {
            Tell(new RunEvent.Ended());
        }
    }
}
