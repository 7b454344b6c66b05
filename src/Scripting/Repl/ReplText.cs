namespace SVco.Scripting.Repl;

/// <summary>The session's own words.</summary>
static class ReplText
{
    /// <summary>Asks for an input.</summary>
    public const string Prompt = "> ";

    /// <summary>Asks for another line of it.</summary>
    public const string Continuation = "  ";
}
