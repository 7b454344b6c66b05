using System.Collections.Immutable;

namespace SVco.Evaluation.Report.Sweeps;

/// <summary>A run of a sweep as its report shows it.</summary>
/// <param name="Name">The name of its folder.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="State">How far it is, in words: finished, failed, running, queued, waiting.</param>
/// <param name="IsFinished">Whether it has come to its end.</param>
/// <param name="Steps">Optimiser steps made.</param>
/// <param name="Value">The metric; NaN where there is none.</param>
/// <param name="Curves">Its numbers over the steps, by their names.</param>
/// <param name="Failure">Why it failed; empty where it did not.</param>
/// <param name="Log">The file of what it printed, where it failed.</param>
public sealed record SweptRun(
    string Name,
    int Seed,
    string State,
    bool IsFinished,
    int Steps,
    double Value,
    ImmutableSortedDictionary<string, ImmutableArray<(int Step, double Value)>> Curves,
    string Failure,
    string Log = ""
)
{
    /// <summary>The state of a run that has made some steps, and that nobody is known to go on with.</summary>
    public const string Begun = "begun";

    /// <summary>The state of a run that has made no step.</summary>
    public const string Waiting = "waiting";
}
