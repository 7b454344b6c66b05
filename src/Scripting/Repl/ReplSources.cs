using System.Text;
using SVco.Scripting.Host;

namespace SVco.Scripting.Repl;

/// <summary>Reads the scripts that a session loads, without what they run at their ends.</summary>
/// <param name="folder">Relative paths begin here where no file says otherwise.</param>
sealed class ReplSources(string folder) : ScriptSources(folder)
{
    /// <summary>What was left out of the files that were read.</summary>
    public List<string> NotRun { get; } = [];

    public override Stream OpenRead(string resolvedPath)
    {
        using var content = new StreamReader(base.OpenRead(resolvedPath), Encoding.UTF8);
        var (text, notRun) = ReplInput.WithoutReturn(content.ReadToEnd());
        NotRun.AddRange(notRun is null ? [] : [notRun]);
        return new MemoryStream(Encoding.UTF8.GetBytes(text));
    }
}
