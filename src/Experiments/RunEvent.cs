using SVco.Models.Hub;
using SVco.Training;

namespace SVco.Experiments;

/// <summary>What a run tells while it goes on, in order; any thread may tell a note. Whoever shows the run reads these.</summary>
public abstract record RunEvent
{
    RunEvent() { }

    /// <summary>A line for the person at the keyboard.</summary>
    public sealed record Note(string Text) : RunEvent;

    /// <summary>A file of the base model is being downloaded.</summary>
    public sealed record Downloading(HubProgress Progress) : RunEvent;

    /// <summary>A stage of the run begins, such as the scoring of the reference.</summary>
    /// <param name="Title">Its name.</param>
    /// <param name="Done">How many of its items were done by an earlier run.</param>
    /// <param name="Total">How many items it has.</param>
    public sealed record Began(string Title, int Done, int Total) : RunEvent;

    /// <summary>One more item of the stage is done.</summary>
    public sealed record Advanced : RunEvent;

    /// <summary>Training tells something; a step is an item of the stage.</summary>
    public sealed record Trained(TrainingEvent Event) : RunEvent;

    /// <summary>The stage is at its end, or was left.</summary>
    public sealed record Ended : RunEvent;

    /// <summary>The model is trained and saved.</summary>
    /// <param name="Folder">The run's folder, with its numbers.</param>
    public sealed record Finished(string Folder) : RunEvent;
}
