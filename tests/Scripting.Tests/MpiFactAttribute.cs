using System.ComponentModel;

namespace SVco.Scripting.Tests;

/// <summary>A test that starts ranks by Open MPI's and MPICH's launchers; skipped where one of them is not installed.</summary>
public sealed class MpiFactAttribute : FactAttribute
{
    static readonly bool IsPossible = OperatingSystem.IsLinux() && Has("mpirun.openmpi") && Has("mpirun.mpich");

    public MpiFactAttribute()
    {
        if (!IsPossible)
        {
            Skip = "Open MPI and MPICH are not both installed.";
        }
    }

    static bool Has(string launcher)
    {
        try
        {
            return MountFactAttribute.Succeeds("sh", "-c", $"{launcher} --version >/dev/null");
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
