namespace SVco.Scripting.Tests;

/// <summary>A test under dotnet script; skipped where that is not installed.</summary>
public sealed class DotnetScriptFactAttribute : FactAttribute
{
    static readonly bool IsPossible = MountFactAttribute.Succeeds("dotnet", "script", "--version");

    public DotnetScriptFactAttribute()
    {
        if (!IsPossible)
        {
            Skip = "dotnet script is not installed.";
        }
    }
}
