namespace SVco.Experiments;

/// <summary>Makes a run of a sweep, or the part of it that is asked for, and returns when it has ended.</summary>
/// <returns>What went wrong; null when nothing did, or the run was stopped.</returns>
public delegate string? SweepRunner(SweepRunRequest request);

/// <summary>What is asked of a <see cref="SweepRunner"/>.</summary>
/// <param name="Run">The run.</param>
/// <param name="Source">The script, or the YAML file of the experiment, that the run's options are given to.</param>
/// <param name="StopAfter">After so many steps the run saves its state and ends; null for the whole run.</param>
/// <param name="Threads">Threads of an operation.</param>
/// <param name="Log">The file that what it prints is appended to.</param>
/// <param name="Stop">Asks it to save its state and end.</param>
public sealed record SweepRunRequest(SweepRun Run, string Source, int? StopAfter, int Threads, string Log, CancellationToken Stop)
{
    /// <summary>The arguments of the command <c>svco</c> that makes the run.</summary>
    public IEnumerable<string> Arguments =>
        ["run", Source, .. Run.Options, .. StopAfter is { } steps ? [$"{ExperimentCommandLine.StopAfter}={steps}"] : Array.Empty<string>()];
}
