namespace SVco.Core;

/// <summary>
/// A mistake that the person at the keyboard can mend. The message says what is wrong, where (file and field), and what to do;
/// it is shown as it is, without a stack trace.
/// </summary>
public sealed class UserException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The message alone: what a host shows that does not know what this is, such as dotnet script.</summary>
    public override string ToString() => Message;
}
