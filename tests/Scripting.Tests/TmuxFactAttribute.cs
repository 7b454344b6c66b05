using System.ComponentModel;

namespace SVco.Scripting.Tests;

/// <summary>A test that types into a terminal, which tmux gives; skipped where there is none.</summary>
public sealed class TmuxFactAttribute : FactAttribute
{
    static readonly bool IsPossible = !OperatingSystem.IsWindows() && HasTmux();

    public TmuxFactAttribute()
    {
        if (!IsPossible)
        {
            Skip = "tmux is not installed.";
        }
    }

    static bool HasTmux()
    {
        try
        {
            return MountFactAttribute.Succeeds("tmux", "-V");
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
