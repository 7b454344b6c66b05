using System.Diagnostics;

namespace SVco.Scripting.Tests;

/// <summary>A test that mounts a small file system of its own, which mostly only root may; skipped elsewhere.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    static readonly bool IsPossible = OperatingSystem.IsLinux() && MayMount();

    public MountFactAttribute()
    {
        if (!IsPossible)
        {
            Skip = "This user may not mount a file system.";
        }
    }

    static bool MayMount()
    {
        var path = Directory.CreateTempSubdirectory("svco-disk").FullName;
        try
        {
            return Succeeds("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path) && Succeeds("umount", path);
        }
        finally
        {
            Directory.Delete(path);
        }
    }

    internal static bool Succeeds(string command, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(command, args) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
