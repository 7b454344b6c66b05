namespace SVco.Experiments.Tests;

/// <summary>Hands on what a run tells, at once and on the same thread.</summary>
sealed class Seen(Action<RunEvent> see) : IProgress<RunEvent>
{
    public void Report(RunEvent value) => see(value);
}
