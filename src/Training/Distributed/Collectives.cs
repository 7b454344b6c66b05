using SVco.Core;

namespace SVco.Training.Distributed;

/// <summary>What connects this process with others, as the launcher's variables say.</summary>
public static class Collectives
{
    /// <summary>How long a rank waits for the others unless SVCO_PATIENCE says otherwise [s].</summary>
    const double Patience = 600;

    /// <summary>Connects this process.</summary>
    /// <exception cref="UserException">It was started as one of several in a way that cannot connect them.</exception>
    public static ICollective Connect()
    {
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

    static bool Has(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };

    static double? Seconds(string variable) =>
        Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text ? null
        : double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new UserException($"The environment variable {variable} is '{text}'; it must be a number above 0.");
}
