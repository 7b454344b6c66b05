using SVco.Scripting.Printing;

namespace SVco.Scripting.Display;

/// <summary>Rows of a terminal that are drawn over each time they change.</summary>
/// <param name="interrupt">Cancelled by Ctrl-C, which prints a line of its own below the rows.</param>
sealed class RedrawnRows(CancellationToken interrupt)
{
    IReadOnlyCollection<string> before = [];
    bool interruptSeen;

    /// <summary>What moves the cursor to the first of the rows drawn before and clears them; empty where there are none.</summary>
    /// <param name="rows">The rows that will be drawn now.</param>
    /// <param name="columns">The terminal's columns now.</param>
    public string Over(IReadOnlyCollection<string> rows, int columns)
    {
        // The line that Ctrl-C printed stays: begin anew under it.
        if (interrupt.IsCancellationRequested && !interruptSeen)
        {
            (interruptSeen, before) = (true, []);
        }

        // A terminal that was made narrower since has broken the rows that no longer fit.
        var up = before.Sum(row => Math.Max(1, (CellText.Width(row) + columns - 1) / Math.Max(1, columns)));
        before = rows;
        return up > 0 ? $"\u001b[{up}A\r\u001b[J" : "";
    }
}
