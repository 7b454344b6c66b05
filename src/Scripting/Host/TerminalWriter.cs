using System.Text;

namespace SVco.Scripting.Host;

/// <summary>
/// A console whose terminal may be closed under the program: what it writes then is read by nobody, and is no reason to end before its state
/// is saved. Other errors, such as those of a full disk, stay errors.
/// </summary>
sealed class TerminalWriter(TextWriter terminal) : TextWriter
{
    // What Linux and macOS say of a terminal that is gone (EIO).
    const int IsGone = 5;

    public override Encoding Encoding => terminal.Encoding;

    public override void Write(char value) => IfThere(() => terminal.Write(value));

    public override void Write(char[] buffer, int index, int count) => IfThere(() => terminal.Write(buffer, index, count));

    public override void Write(string? value) => IfThere(() => terminal.Write(value));

    public override void Flush() => IfThere(terminal.Flush);

    static void IfThere(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error) when (error.HResult == IsGone) { }
    }
}
