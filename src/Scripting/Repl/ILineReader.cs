namespace SVco.Scripting.Repl;

/// <summary>Where a session's inputs come from. Nothing else knows whether that is a terminal, or which library edits lines there.</summary>
interface ILineReader
{
    /// <summary>The next input, of one or several lines; null at the end.</summary>
    string? Read();
}
