namespace SVco.Training.Scheduling;

/// <summary>A piece of work whose result is kept: one run of a study or of a sweep.</summary>
/// <typeparam name="TWorker">What a worker has for itself, such as a model.</typeparam>
/// <typeparam name="T">The result.</typeparam>
/// <param name="Name">For people.</param>
/// <param name="Cost">What it costs; only its ratio to that of other jobs matters.</param>
/// <param name="Find">The result if it was kept before, else null.</param>
/// <param name="Run">
/// Does the work. Says how it goes through the work's <see cref="JobContext.Advance"/>, and throws <see cref="OperationCanceledException"/>
/// when it ends early because of <see cref="JobContext.Stop"/>.
/// </param>
/// <param name="Keep">Keeps the result.</param>
public sealed record Job<TWorker, T>(string Name, double Cost, Func<T?> Find, Func<TWorker, JobContext, T> Run, Action<T> Keep)
    where T : class
{
    /// <summary>Jobs of an earlier round are begun first.</summary>
    public int Round { get; init; }
}

/// <summary>A job that is being worked on.</summary>
/// <param name="Stop">Asks it to end early.</param>
/// <param name="Advance">Takes what is done from now on, and the cost of what was done since the last call.</param>
public sealed record JobContext(CancellationToken Stop, Action<string, double> Advance);
