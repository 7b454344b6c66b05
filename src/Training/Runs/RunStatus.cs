using SVco.Core;
using SVco.Files;

namespace SVco.Training;

/// <summary>How a process that worked on a run has left it.</summary>
public enum RunEnd
{
    /// <summary>It was asked to, and has saved its state.</summary>
    Stopped,

    /// <summary>It could not go on.</summary>
    Failed,
}

/// <summary>What the process of a run is at, as <c>status.json</c> tells other processes until the run is finished.</summary>
/// <param name="Stage">What it does, such as images, reference, training.</param>
/// <param name="Begun">How many of the stage's items were done when it began.</param>
/// <param name="Done">How many were done when this was written; steps of training are counted in <c>metrics.jsonl</c>.</param>
/// <param name="Total">How many items the stage has; 0 where they are not counted.</param>
/// <param name="Since">When the stage began.</param>
/// <param name="End">How the process has ended; null while it is at work.</param>
/// <param name="Failure">Why it could not go on.</param>
public sealed record RunStatus(
    string Stage,
    int Begun,
    int Done,
    int Total,
    DateTimeOffset Since,
    RunEnd? End = null,
    string? Failure = null
)
{
    /// <summary>The stage whose items are optimiser steps.</summary>
    public const string Training = "training";

    /// <summary>Writes it.</summary>
    public void Write(string file)
    {
        try
        {
            SealedJson.Write(file, this);
        }
        catch (UserException)
        {
            // A full disk shows itself where something that matters is written.
        }
    }
}
