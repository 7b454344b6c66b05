namespace SVco.Scripting.Tests;

/// <summary>A test with a real Slurm of its own on this machine, which only root may start; skipped where it is not installed.</summary>
public sealed class SlurmFactAttribute : FactAttribute
{
    static readonly string[] Programs = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol", "sinfo"];

    public SlurmFactAttribute()
    {
        if (Programs.FirstOrDefault(program => !IsThere(program)) is { } missing)
        {
            Skip = $"{missing} is not installed (Debian: slurm-wlm, munge).";
        }
        else if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Only root may start a Slurm.";
        }
    }

    static bool IsThere(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin"
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
