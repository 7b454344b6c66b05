using SVco.Core;

namespace SVco.Training.Distributed;

/// <summary>What connects this process with others, as the launcher's variables say.</summary>
public static class Collectives
{
    /// <summary>How long a rank waits for the others unless SVCO_PATIENCE says otherwise [s].</summary>
    const double Patience = 600;

    static readonly Lazy<ICollective> Connected = new(Connect, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>The ranks that this process is one of; connected at the first use, until the process ends.</summary>
    /// <exception cref="UserException">It was started as one of several in a way that cannot connect them.</exception>
    public static ICollective OfProcess => Connected.Value;

    /// <summary>The rank as the launcher says it; null where there is no launcher.</summary>
    static readonly string? LaunchedRank = Found("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK");

    static readonly string? LaunchedSize = Found("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS");

    /// <summary>Whether a launcher such as mpirun has started this process.</summary>
    public static bool IsLaunched => LaunchedRank is not null;

    /// <summary>Whether this process speaks to the person: it is alone or rank 0. Known from the launcher, before ranks are connected.</summary>
    public static bool IsFirst => LaunchedRank is null or "0";

    /// <summary>Lets go of the others; the last thing that a process does.</summary>
    public static void End()
    {
        if (Connected.IsValueCreated)
        {
            Connected.Value.Dispose();
        }
    }

    /// <summary>What rank 0 says, on all of them.</summary>
    public static bool SaysFirst(this ICollective ranks, bool says) => ranks.Max(ranks.Rank == 0 && says ? 1 : 0) > 0;

    static ICollective Connect()
    {
        // Where a cluster's srun sets up MPI for every step, a step of one process needs none.
        if (LaunchedSize == "1")
        {
            return new SingleProcess();
        }

        // Open MPI's mpirun, or srun --mpi=pmix; MPICH's mpirun, or srun --mpi=pmi2.
        var isOpen = Has("OMPI_COMM_WORLD_SIZE") || Has("PMIX_RANK");
        if (isOpen || Has("PMI_RANK"))
        {
            return new MpiCollective(isOpen, TimeSpan.FromSeconds(Seconds("SVCO_PATIENCE") ?? Patience));
        }

        return Seconds("SLURM_STEP_NUM_TASKS") is > 1 and var tasks
            ? throw new UserException(
                $"srun has started {tasks} processes that do not know each other. Start them with srun --mpi=pmix (Open MPI) or --mpi=pmi2 (MPICH); "
                    + "`srun --mpi=list` says what this cluster has."
            )
            : new SingleProcess();
    }

    static bool Has(string variable) => Found(variable) is not null;

    static string? Found(params ReadOnlySpan<string> variables)
    {
        foreach (var variable in variables)
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }

    static double? Seconds(string variable) =>
        Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text ? null
        : double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new UserException($"The environment variable {variable} is '{text}'; it must be a number above 0.");
}
