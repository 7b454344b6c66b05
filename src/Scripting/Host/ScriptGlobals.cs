namespace SVco.Scripting.Host;

/// <summary>What a script sees without naming it; the part of dotnet script's globals that our scripts use.</summary>
/// <param name="args">The arguments after the script's file.</param>
public sealed class ScriptGlobals(IEnumerable<string> args)
{
    /// <summary>The arguments after the script's file, untouched.</summary>
    public IList<string> Args { get; } = [.. args];
}
