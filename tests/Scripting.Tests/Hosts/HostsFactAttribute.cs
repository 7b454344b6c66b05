namespace SVco.Scripting.Tests;

/// <summary>A test with two hosts on this machine, which only root may make; skipped where that cannot be.</summary>
public sealed class HostsFactAttribute : FactAttribute
{
    public HostsFactAttribute()
    {
        var isThere = (string program) =>
            $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin"
                .Split(Path.PathSeparator)
                .Any(folder => File.Exists(Path.Combine(folder, program)));
        string[] programs = ["mpirun.openmpi", "ip", "tc", "unshare"];
        if (programs.FirstOrDefault(program => !isThere(program)) is { } missing)
        {
            Skip = $"{missing} is not installed (Debian: openmpi-bin, iproute2).";
        }
        else if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Only root may make hosts.";
        }
    }
}
